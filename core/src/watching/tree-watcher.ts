import { CoreError, errorMessage } from '../util/errors.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import type { Logger } from '../util/logger.ts'
import { nativeBackendKind } from './create-backend.ts'
import { defaultWatchLimits, type WatchLimits } from './limits.ts'
import { RemoteBackend } from './remote-backend.ts'
import type { WatchBackend, WatchBatch, WatchEvents, WatchProblem, WatchRoot } from './watch-backend.ts'
import { type WatchMode, watchWorkers } from './watch-workers.ts'
import { heard } from '../util/heard.ts'
import type { Startable } from '../workers/worker-link.ts'

export interface WatchedTreeRoot extends WatchRoot {
  readonly backend: WatchMode
}

export interface TreeWatcherDeps extends WatchEvents {
  readonly log: Logger
  readonly limits?: Partial<WatchLimits>
  /** The worker of each mode; tests replace it. */
  readonly workers?: Readonly<Record<WatchMode, Startable>>
}

/** If a worker ends this often in a row, its roots are given up. */
const MAX_RESTARTS = 5

/** If a worker ran this long, its end is not a failed start. */
const STABLE_MS = 60_000

interface Host {
  readonly backend: RemoteBackend
  readonly startedAt: number
}

/**
 * Watches trees without blocking this thread: one worker thread for trees with events, one process for polled trees.
 * Both start on use. A worker that ends is started again, and all its trees are reported as dirty.
 */
export class TreeWatcher implements WatchBackend {
  readonly #deps: TreeWatcherDeps
  readonly #limits: WatchLimits
  readonly #workers: Readonly<Record<WatchMode, Startable>>
  readonly #hosts = new Map<WatchMode, Host>()
  readonly #roots = new Map<string, WatchedTreeRoot>()
  /** Roots that are not watched yet; if watching fails, the caller gets the error. */
  readonly #starting = new Map<string, WatchedTreeRoot>()
  #closed = false
  readonly #restarts: Record<WatchMode, number> = { native: 0, polling: 0 }

  static start(deps: TreeWatcherDeps): TreeWatcher {
    return new TreeWatcher(deps)
  }

  private constructor(deps: TreeWatcherDeps) {
    this.#deps = deps
    this.#limits = { ...defaultWatchLimits, ...deps.limits }
    this.#workers = deps.workers ?? watchWorkers
  }

  async watch(root: WatchedTreeRoot): Promise<{ directories: number }> {
    if (this.#isKnown(root.key)) throw new CoreError('AlreadyExists', `${root.key} is being watched`)
    this.#starting.set(root.key, root)
    try {
      const start = performance.now()
      const { directories } = await this.#host(root.backend).watch(withoutMode(root))
      const ms = Math.round(performance.now() - start)
      if (this.#starting.has(root.key)) this.#roots.set(root.key, root)
      this.#deps.log.info({ path: displayName(root.path), backend: root.backend, directories, ms }, 'watching')
      return { directories }
    } finally {
      this.#starting.delete(root.key)
    }
  }

  async addDirectories(key: string, dirs: readonly RawName[]): Promise<void> {
    const root = this.#roots.get(key)
    if (root) await this.#host(root.backend).addDirectories(key, dirs)
  }

  async unwatch(key: string): Promise<void> {
    const root = this.#roots.get(key) ?? this.#starting.get(key)
    this.#roots.delete(key)
    this.#starting.delete(key)
    if (root) await this.#hosts.get(root.backend)?.backend.unwatch(key)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#roots.clear()
    const hosts = [...this.#hosts.values()]
    this.#hosts.clear()
    await Promise.all(hosts.map(({ backend }) => backend[Symbol.asyncDispose]()))
  }

  #host(mode: WatchMode): WatchBackend {
    const host = this.#hosts.get(mode)
    if (host) return host.backend
    if (this.#closed) throw new CoreError('Unavailable', 'the file watcher is closed')
    const backend = new RemoteBackend({
      kind: mode === 'polling' ? 'polling' : nativeBackendKind(process.platform),
      limits: this.#limits,
      worker: this.#workers[mode],
      events: { onBatch: (batch) => this.#deliver(batch), onProblem: (problem) => this.#tell(problem) },
      onEnd: (reason) => void heard(this.#restart(mode, reason)),
      onSilence: (isSilent) => this.#toldSilence(mode, isSilent),
    })
    this.#hosts.set(mode, { backend, startedAt: performance.now() })
    return backend
  }

  async #deliver(batch: WatchBatch): Promise<void> {
    if (!this.#isKnown(batch.key)) return
    this.#deps.log.debug(
      { key: batch.key, folders: batch.dirs.length, after: Date.now() - batch.at },
      'changes noticed',
    )
    try {
      await this.#deps.onBatch(batch)
    } catch (err) {
      this.#deps.log.error({ err, key: batch.key }, 'noticed changes were not dealt with')
    }
  }

  #tell(problem: WatchProblem): void {
    if (!this.#isKnown(problem.key)) return
    const { key, kind, message } = problem
    if (kind === 'root-gone') this.#roots.delete(key)
    this.#deps.log.warn({ key, kind }, message)
    this.#deps.onProblem(problem)
  }

  #toldSilence(mode: WatchMode, isSilent: boolean): void {
    if (!isSilent) return this.#deps.log.info({ mode }, 'the file watcher answers again')
    for (const { key, path } of this.#rootsOf(mode)) {
      const message = `the file system of ${displayName(path)} may not answer: changes there are not noticed until it does`
      this.#tell({ key, path, kind: 'unreadable', message, help: null })
    }
  }

  async #restart(mode: WatchMode, reason: string): Promise<void> {
    const ended = this.#hosts.get(mode)
    this.#hosts.delete(mode)
    if (ended && performance.now() - ended.startedAt > STABLE_MS) this.#restarts[mode] = 0
    this.#restarts[mode]++
    this.#deps.log.error({ mode, reason }, 'the file watcher ended')
    await Promise.all(this.#rootsOf(mode).map((root) => this.#watchAgain(root, reason)))
  }

  async #watchAgain(root: WatchedTreeRoot, reason: string): Promise<void> {
    const { key, path, backend } = root
    const shown = displayName(path)
    if (this.#restarts[backend] > MAX_RESTARTS) {
      this.#roots.delete(key)
      const message = `${shown} is no longer watched, since the file watcher keeps ending: ${reason}`
      this.#deps.onProblem({ key, path, kind: 'unreadable', message, help: 'rescan the location to find changes' })
      return
    }
    this.#tell({
      key,
      path,
      kind: 'overflow',
      message: `the file watcher ended; ${shown} is looked at again`,
      help: null,
    })
    try {
      await this.#host(backend).watch(withoutMode(root))
      await this.#deliver({ key, dirs: [{ dir: path, names: null, subtree: true }], at: Date.now() })
    } catch (err) {
      if (!(err instanceof CoreError) || err.code === 'Unavailable') return
      this.#tell({
        key,
        path,
        kind: 'root-gone',
        message: `${shown} is no longer watched: ${errorMessage(err)}`,
        help: null,
      })
    }
  }

  #isKnown(key: string): boolean {
    return this.#roots.has(key) || this.#starting.has(key)
  }

  #rootsOf(mode: WatchMode): WatchedTreeRoot[] {
    return [...this.#roots.values()].filter(({ backend }) => backend === mode)
  }
}

function withoutMode({ key, path, rules, maxDepth }: WatchedTreeRoot): WatchRoot {
  return rules ? { key, path, rules, maxDepth } : { key, path, maxDepth }
}
