import { lstatSync, type Stats } from 'node:fs'
import { CoreError, errorMessage, systemCode } from '../util/errors.ts'
import { displayName, fsPath, type RawName } from '../util/file-name.ts'
import type { FolderFilter } from './folder-filter.ts'
import type { WatchLimits } from './limits.ts'
import type { DirtyFolder, WatchEvents, WatchRoot } from './watch-backend.ts'
import type { WatchedTree, WatchedTreeDeps } from './watched-tree.ts'

export interface RootWatchDeps {
  readonly events: WatchEvents
  readonly limits: WatchLimits
  readonly filterFor: (root: WatchRoot) => FolderFilter | null
  /** Throws the system's error if the root cannot be watched. */
  readonly openTree: (deps: WatchedTreeDeps) => WatchedTree
  /** Called when the root is gone; this watch has stopped. */
  readonly onGone: () => void
  /** Called after some work on the tree. */
  readonly onIdle: () => void
}

/** The watch of one root: work on its tree runs one step at a time, and batches are sent one after another. */
export class RootWatch implements Disposable {
  readonly #root: WatchRoot
  readonly #deps: RootWatchDeps
  readonly #identity: Stats
  readonly #tree: WatchedTree
  readonly #check: NodeJS.Timeout
  #work: Promise<unknown> = Promise.resolve()
  #overflow: NodeJS.Timeout | null = null
  #closed = false

  /** Throws `NotFound`, `PermissionDenied` or `InvalidInput` if the root is not a readable folder. */
  constructor(root: WatchRoot, deps: RootWatchDeps) {
    this.#root = root
    this.#deps = deps
    try {
      this.#identity = lstatSync(fsPath(root.path))
      if (!this.#identity.isDirectory())
        throw new CoreError('InvalidInput', `${displayName(root.path)} is not a folder`)
      this.#tree = deps.openTree({
        root,
        limits: deps.limits,
        filter: deps.filterFor(root),
        settle: (noticedAt, examine) => this.#settle(noticedAt, examine),
        problem: ({ help = null, ...problem }) => {
          if (!this.#closed) deps.events.onProblem({ key: root.key, help, ...problem })
        },
      })
    } catch (err) {
      throw asCoreError(root.path, err)
    }
    this.#check = setInterval(() => this.#isThere(), deps.limits.rootCheckMs)
  }

  /** Throws like the constructor. */
  start(): Promise<number> {
    return this.#exclusive(async () => {
      try {
        return await this.#tree.start()
      } catch (err) {
        throw asCoreError(this.#root.path, err)
      }
    })
  }

  add(dirs: readonly RawName[]): Promise<void> {
    return this.#exclusive(async () => this.#send(await this.#tree.add(dirs), Date.now()))
  }

  /**
   * Reports the overflow, and checks everything again a little later; this check also finds changes lost until then.
   */
  overflowed(): void {
    if (this.#overflow || this.#closed) return
    const { path, key } = this.#root
    this.#deps.events.onProblem({
      key,
      path,
      kind: 'overflow',
      message: `more changed in ${displayName(path)} than could be followed; all of it is looked at again`,
      help: null,
    })
    this.#overflow = setTimeout(() => {
      this.#overflow = null
      this.#tree.markAll()
    }, this.#deps.limits.overflowMs)
  }

  [Symbol.dispose](): void {
    this.#closed = true
    clearInterval(this.#check)
    if (this.#overflow) clearTimeout(this.#overflow)
    this.#tree[Symbol.dispose]()
  }

  #settle(at: number, examine: Parameters<WatchedTreeDeps['settle']>[1]): Promise<void> {
    return this.#exclusive(async () => {
      // Below an unmounted root, everything seems deleted.
      if (!this.#isThere()) return
      const tell = async (dirs: readonly DirtyFolder[]) => {
        if (this.#isThere()) await this.#send(dirs, at)
      }
      await tell(await examine(tell))
    })
  }

  /** Sends the folders in parts, because a message is copied at once. */
  async #send(dirs: readonly DirtyFolder[], at: number): Promise<void> {
    const { key } = this.#root
    let part: DirtyFolder[] = []
    let size = 0
    for (const dir of dirs) {
      part.push(dir)
      size += 1 + (dir.names?.length ?? 0)
      if (size < this.#deps.limits.batchSize) continue
      await this.#deps.events.onBatch({ key, dirs: part, at })
      if (this.#closed) return
      part = []
      size = 0
    }
    if (part.length > 0 && !this.#closed) await this.#deps.events.onBatch({ key, dirs: part, at })
  }

  /** Whether the root is still the same folder; if not, watching ends. */
  #isThere(): boolean {
    if (this.#closed) return false
    const { path, key } = this.#root
    const { ino, dev, birthtimeMs } = this.#identity
    let reason: string
    try {
      const now = lstatSync(fsPath(path))
      if (now.isDirectory() && now.ino === ino && now.dev === dev && now.birthtimeMs === birthtimeMs) return true
      reason = now.dev === dev ? 'was replaced' : 'was unmounted'
    } catch (err) {
      reason = systemCode(err) === 'ENOENT' ? 'is gone' : `cannot be reached: ${errorMessage(err)}`
    }
    this[Symbol.dispose]()
    this.#deps.onGone()
    const message = `${displayName(path)} ${reason}`
    this.#deps.events.onProblem({ key, path, kind: 'root-gone', message, help: null })
    return false
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#work.then(task).finally(this.#deps.onIdle)
    this.#work = result.catch(() => {})
    return result
  }
}

function asCoreError(path: RawName, cause: unknown): CoreError {
  if (cause instanceof CoreError) return cause
  const shown = displayName(path)
  const code = systemCode(cause)
  if (code === 'ENOENT') return new CoreError('NotFound', `${shown} does not exist`, { cause })
  if (code === 'ENOTDIR') return new CoreError('InvalidInput', `${shown} is not a folder`, { cause })
  if (code === 'EACCES' || code === 'EPERM') {
    return new CoreError(
      'PermissionDenied',
      `cannot read ${shown}: permission denied; give Spacedrive read access to it`,
      { cause },
    )
  }
  return new CoreError('Unavailable', `${shown} cannot be watched: ${errorMessage(cause)}`, { cause })
}
