import { CoreError } from '../util/errors.ts'
import type { RawName } from '../util/file-name.ts'
import type { BackendKind } from './create-backend.ts'
import type { WatchLimits } from './limits.ts'
import type { WatchBackend, WatchEvents, WatchRoot } from './watch-backend.ts'
import type { OpenWatchChannel, WatchChannel } from './watch-channel.ts'
import type { WatchAnswer, WatchRequest } from './watch-messages.ts'
import { heard } from '../util/heard.ts'

export interface RemoteBackendDeps {
  readonly kind: BackendKind
  readonly limits: WatchLimits
  readonly events: WatchEvents
  readonly open: OpenWatchChannel
  /** The backend ended by itself; nothing is watched any more. */
  readonly onEnd: (reason: string) => void
  /** The backend has not answered for a while, or answers again. */
  readonly onSilence: (isSilent: boolean) => void
}

/** A backend in another thread or process. */
export class RemoteBackend implements WatchBackend {
  readonly #deps: RemoteBackendDeps
  readonly #channel: WatchChannel
  readonly #asked = new Map<number, PromiseWithResolvers<number>>()
  readonly #pulse: NodeJS.Timeout
  #ids = 0
  #isSilent = false

  constructor(deps: RemoteBackendDeps) {
    this.#deps = deps
    this.#channel = deps.open({
      onAnswer: (answer) => this.#hear(answer),
      onEnd: (reason) => {
        this.#stop(reason)
        deps.onEnd(reason)
      },
    })
    this.#channel.post({ type: 'start', kind: deps.kind, limits: deps.limits })
    this.#pulse = setInterval(() => void this.#ping(), deps.limits.answerMs)
  }

  async watch(root: WatchRoot): Promise<{ directories: number }> {
    return { directories: await this.#ask((id) => ({ type: 'watch', id, root })) }
  }

  async addDirectories(key: string, dirs: readonly RawName[]): Promise<void> {
    await this.#ask((id) => ({ type: 'add', id, key, dirs }))
  }

  async unwatch(key: string): Promise<void> {
    await this.#ask((id) => ({ type: 'unwatch', id, key }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop('it was closed')
    await this.#channel.close()
  }

  #ask(request: (id: number) => WatchRequest): Promise<number> {
    const id = ++this.#ids
    const asked = Promise.withResolvers<number>()
    this.#asked.set(id, asked)
    this.#channel.post(request(id))
    return asked.promise
  }

  #hear(answer: WatchAnswer): void {
    switch (answer.type) {
      case 'done':
        this.#settle(answer.id)?.resolve(answer.directories)
        return
      case 'failed':
        this.#settle(answer.id)?.reject(new CoreError(answer.code, answer.message))
        return
      case 'problem':
        this.#deps.events.onProblem(answer.problem)
        return
      case 'batch':
        void heard(this.#deliver(answer))
    }
  }

  #settle(id: number): PromiseWithResolvers<number> | undefined {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    return asked
  }

  async #deliver({ id, batch }: WatchAnswer & { type: 'batch' }): Promise<void> {
    try {
      await this.#deps.events.onBatch(batch)
    } finally {
      this.#channel.post({ type: 'taken', batch: id })
    }
  }

  async #ping(): Promise<void> {
    const { answerMs } = this.#deps.limits
    const silence = setTimeout(() => this.#setSilent(true), answerMs)
    try {
      await this.#ask((id) => ({ type: 'ping', id }))
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

  #stop(reason: string): void {
    clearInterval(this.#pulse)
    for (const { reject } of this.#asked.values())
      reject(new CoreError('Unavailable', `the file watcher stopped: ${reason}`))
    this.#asked.clear()
  }
}
