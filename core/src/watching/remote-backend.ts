import { CoreError, errorMessage } from '../util/errors.ts'
import type { RawName } from '../util/file-name.ts'
import type { BackendKind } from './create-backend.ts'
import type { WatchLimits } from './limits.ts'
import type { WatchBackend, WatchEvents, WatchRoot } from './watch-backend.ts'
import type { WatchNews, WatchNotice, WatchRequest } from './watch-messages.ts'
import { heard } from '../util/heard.ts'
import { WorkerClient } from '../workers/worker-client.ts'
import type { Startable, WorkerEnd } from '../workers/worker-link.ts'

export interface RemoteBackendDeps {
  readonly kind: BackendKind
  readonly limits: WatchLimits
  readonly events: WatchEvents
  readonly worker: Startable
  /** The backend ended by itself; nothing is watched any more. */
  readonly onEnd: (reason: string) => void
  /** The backend has not answered for a while, or answers again. */
  readonly onSilence: (isSilent: boolean) => void
}

/** A backend in another thread or process. */
export class RemoteBackend implements WatchBackend {
  readonly #deps: RemoteBackendDeps
  readonly #client: WorkerClient<WatchRequest, number>
  readonly #pulse: NodeJS.Timeout
  #isSilent = false

  constructor(deps: RemoteBackendDeps) {
    this.#deps = deps
    this.#client = new WorkerClient({
      worker: deps.worker,
      sideBySide: true,
      onTold: (news) => this.#hear(news as WatchNews),
      lost: (end) => stopped(reasonOf(end)),
      onLost: (err) => {
        clearInterval(this.#pulse)
        deps.onEnd(String(err.cause))
      },
    })
    this.#tell({ type: 'start', kind: deps.kind, limits: deps.limits })
    this.#pulse = setInterval(() => void this.#ping(), deps.limits.answerMs)
  }

  async watch(root: WatchRoot): Promise<{ directories: number }> {
    return { directories: await this.#client.run({ type: 'watch', root }) }
  }

  async addDirectories(key: string, dirs: readonly RawName[]): Promise<void> {
    await this.#client.run({ type: 'add', key, dirs })
  }

  async unwatch(key: string): Promise<void> {
    await this.#client.run({ type: 'unwatch', key })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#pulse)
    await this.#client.end(stopped('it was closed'))
  }

  #hear(news: WatchNews): void {
    if (news.type === 'problem') this.#deps.events.onProblem(news.problem)
    else void heard(this.#deliver(news))
  }

  #tell(notice: WatchNotice): void {
    this.#client.tell(notice)
  }

  async #deliver({ id, batch }: WatchNews & { type: 'batch' }): Promise<void> {
    try {
      await this.#deps.events.onBatch(batch)
    } finally {
      this.#tell({ type: 'taken', batch: id })
    }
  }

  async #ping(): Promise<void> {
    const { answerMs } = this.#deps.limits
    const silence = setTimeout(() => this.#setSilent(true), answerMs)
    try {
      await this.#client.run({ type: 'ping' })
      this.#setSilent(false)
    } catch {
      // The worker ended, which `onEnd` reports.
    } finally {
      clearTimeout(silence)
    }
  }

  #setSilent(isSilent: boolean): void {
    if (this.#isSilent === isSilent) return
    this.#isSilent = isSilent
    this.#deps.onSilence(isSilent)
  }
}

function stopped(reason: string): CoreError {
  return new CoreError('Unavailable', `the file watcher stopped: ${reason}`, { cause: reason })
}

function reasonOf({ code, error }: WorkerEnd): string {
  return error === undefined ? `it ended with ${code}` : errorMessage(error)
}
