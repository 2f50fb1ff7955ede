import type { RawName } from '../../util/file-name.ts'
import type { DirtyFolder, WatchProblemKind, WatchRoot } from './watch-backend.ts'
import type { FolderFilter } from './folder-filter.ts'
import type { WatchLimits } from './limits.ts'

/** One root being watched, in one way of watching. */
export interface WatchedTree extends Disposable {
  /**
   * Resolves to the number of folders watched, when every change from now on will be noticed.
   * Throws the system's error where the root itself cannot be watched.
   */
  start(): Promise<number>
  /** Watches these folders and all below; resolves to those that were not watched before. */
  add(dirs: readonly RawName[]): Promise<DirtyFolder[]>
  /** Events were lost: everything is dirty. */
  markAll(): void
}

/** What a tree needs of the one that keeps it. */
export interface WatchedTreeDeps {
  readonly root: WatchRoot
  readonly filter: FolderFilter | null
  readonly limits: WatchLimits
  /**
   * A burst is over. `examine` says what to report of it, some of it at once where the rest takes long; it is called
   * when nothing else works on the tree.
   */
  readonly settle: (
    noticedAt: number,
    examine: (tellNow: (dirs: readonly DirtyFolder[]) => Promise<void>) => Promise<DirtyFolder[]>,
  ) => Promise<void>
  readonly problem: (problem: { kind: WatchProblemKind; path: RawName; message: string; help?: string }) => void
}
