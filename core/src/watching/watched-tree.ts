import type { RawName } from '../util/file-name.ts'
import type { DirtyFolder, WatchProblemKind, WatchRoot } from './watch-backend.ts'
import type { FolderFilter } from './folder-filter.ts'
import type { WatchLimits } from './limits.ts'

/** One watched root, with one method of watching. */
export interface WatchedTree extends Disposable {
  /**
   * Resolves when every later change will be noticed, with the number of watched folders. Throws the system's error if
   * the root itself cannot be watched.
   */
  start(): Promise<number>
  /** Watches these folders and everything below them; returns those that were not watched before. */
  add(dirs: readonly RawName[]): Promise<DirtyFolder[]>
  /** Marks everything as dirty, because events were lost. */
  markAll(): void
}

/** The services that a tree gets from its owner. */
export interface WatchedTreeDeps {
  readonly root: WatchRoot
  readonly filter: FolderFilter | null
  readonly limits: WatchLimits
  /**
   * Called when a burst is over. `examine` returns the folders to report; if the rest takes long, it reports some at
   * once. It is called when no other work on the tree is running.
   */
  readonly settle: (
    noticedAt: number,
    examine: (tellNow: (dirs: readonly DirtyFolder[]) => Promise<void>) => Promise<DirtyFolder[]>,
  ) => Promise<void>
  readonly problem: (problem: { kind: WatchProblemKind; path: RawName; message: string; help?: string }) => void
}
