import { CoreError } from '../util/errors.ts'
import type { RawName } from '../util/file-name.ts'
import type { LimitCode } from './fallback-folder-watcher.ts'
import { limitAdvice } from './inotify-limit.ts'
import { RootWatch, type RootWatchDeps } from './root-watch.ts'
import type { WatchBackend, WatchRoot } from './watch-backend.ts'

export interface TreeBackendDeps extends Omit<RootWatchDeps, 'onGone' | 'onIdle'> {
  /** The system limit because of which `folders` folders are not watched with events; null if there is none. */
  readonly limit: () => { readonly code: LimitCode; readonly folders: number } | null
}

/** Watches trees in this thread. */
export class TreeBackend implements WatchBackend {
  readonly #deps: TreeBackendDeps
  readonly #roots = new Map<string, RootWatch>()
  /** Number of folders beyond the limit at the last report. */
  #beyondLimit = 0

  constructor(deps: TreeBackendDeps) {
    this.#deps = deps
  }

  async watch(root: WatchRoot): Promise<{ directories: number }> {
    const { key } = root
    if (this.#roots.has(key)) throw new CoreError('AlreadyExists', `${key} is being watched`)
    const watch = new RootWatch(root, {
      ...this.#deps,
      onGone: () => this.#roots.delete(key),
      onIdle: () => this.#tellLimit(root),
    })
    this.#roots.set(key, watch)
    try {
      return { directories: await watch.start() }
    } catch (err) {
      await this.unwatch(key)
      throw err
    }
  }

  async addDirectories(key: string, dirs: readonly RawName[]): Promise<void> {
    await this.#roots.get(key)?.add(dirs)
  }

  async unwatch(key: string): Promise<void> {
    this.#roots.get(key)?.[Symbol.dispose]()
    this.#roots.delete(key)
  }

  /** Handles an overflow: events of any of the trees may have been lost. */
  overflowed(): void {
    for (const root of this.#roots.values()) root.overflowed()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const key of this.#roots.keys()) await this.unwatch(key)
  }

  /** Reports the limit once, and again only if the number of folders beyond it has more than doubled. */
  #tellLimit({ key, path }: WatchRoot): void {
    const limit = this.#deps.limit()
    if (limit && limit.folders > 2 * this.#beyondLimit) {
      this.#deps.events.onProblem({ key, path, kind: 'limit', ...limitAdvice(limit) })
      this.#beyondLimit = limit.folders
    }
    if (!limit) this.#beyondLimit = 0
  }
}
