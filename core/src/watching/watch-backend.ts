import type { RuleSettings } from '../domain/rules.ts'
import type { RawName } from '../util/file-name.ts'

/** A tree to watch: a folder and everything below it within the rules, the depth and the file system. */
export interface WatchRoot {
  /** The caller's name for the root; unique among the watched roots. */
  readonly key: string
  /** Absolute, without symlinks. */
  readonly path: RawName
  /** Rules that exclude folders from watching; without rules, all folders are watched. */
  readonly rules?: RuleSettings
  /** Depth of the watched folders below the root; 0: only the root, null: all. */
  readonly maxDepth: number | null
}

/** The part of one folder to check again. */
export interface DirtyFolder {
  /** Absolute. */
  readonly dir: RawName
  /** The names that may have been added, removed or changed; null: check everything in the folder. */
  readonly names: readonly RawName[] | null
  /** The folder is new, or events about it were lost: check everything below it too. */
  readonly subtree: boolean
}

/**
 * The folders to check again in one tree. A batch names the places, not the changes: the check reads what is on the
 * disk then, and later changes are in later batches. A name may be reported although it has not changed.
 */
export interface WatchBatch {
  readonly key: string
  /** Parent folders come before their subfolders. */
  readonly dirs: readonly DirtyFolder[]
  /** When the first of these changes was noticed, in milliseconds since 1970. */
  readonly at: number
}

/**
 * - `limit`: the system allows too few watches; the rest is polled.
 * - `overflow`: events were, or may have been, lost; a batch with `subtree` for the root follows.
 * - `unreadable`: a folder cannot be watched, so changes in it are not noticed.
 * - `root-gone`: the root was removed, replaced or unmounted. It is no longer watched; call `watch` again when it is
 *   back.
 */
export type WatchProblemKind = 'limit' | 'overflow' | 'unreadable' | 'root-gone'

export interface WatchProblem {
  readonly key: string
  readonly path: RawName
  readonly kind: WatchProblemKind
  /** The problem, as a sentence. */
  readonly message: string
  /** Commands that solve the problem, one on each line. */
  readonly help: string | null
}

export interface WatchEvents {
  /** The next batch of the same root waits until the promise settles, so a slow listener gets fewer, larger batches. */
  onBatch(batch: WatchBatch): void | Promise<void>
  onProblem(problem: WatchProblem): void
}

/** Watches trees. Every implementation passes `describeWatchBackend`. */
export interface WatchBackend extends AsyncDisposable {
  /**
   * Resolves when every later change will be reported. `directories` is the number of watched folders. Throws
   * `NotFound`, `PermissionDenied` or `InvalidInput` if the root is not a readable folder, and `AlreadyExists` if the
   * key is in use.
   */
  watch(root: WatchRoot): Promise<{ directories: number }>
  /** Watches these folders and everything below them. Folders that were not watched are reported as new. */
  addDirectories(key: string, dirs: readonly RawName[]): Promise<void>
  /** Ends all reports for the root. Unknown keys are ignored. */
  unwatch(key: string): Promise<void>
}
