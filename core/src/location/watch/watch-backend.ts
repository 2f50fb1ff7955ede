import type { RuleSettings } from '../../domain/rules.ts'
import type { RawName } from '../../util/file-name.ts'

/** A tree to watch: a folder and everything below it that rules, depth and file system boundaries leave in. */
export interface WatchRoot {
  /** The caller's name for it; unique among what is watched. */
  readonly key: string
  /** Absolute, with no symlink in it. */
  readonly path: RawName
  /** Folders these hide are not watched; everything is where there are none. */
  readonly rules?: RuleSettings
  /** How many levels below the root folders are watched; 0: the root alone, null: all. */
  readonly maxDepth: number | null
}

/** What to look at again in one folder. */
export interface DirtyFolder {
  /** Absolute. */
  readonly dir: RawName
  /** The names that may have come, gone or changed; null: look at everything in the folder. */
  readonly names: readonly RawName[] | null
  /** The folder is new, or events about it were lost: look at everything below it too. */
  readonly subtree: boolean
}

/**
 * What to look at again in one tree. It says where, never what happened: whoever looks at each of these sees the disk
 * as it is, and a change made while they look comes with a later batch. A name may be reported without having changed.
 */
export interface WatchBatch {
  readonly key: string
  /** A folder comes after those it is in. */
  readonly dirs: readonly DirtyFolder[]
  /** When the first of these changes was noticed, in milliseconds since 1970. */
  readonly at: number
}

/**
 * `limit`: the system allows too few watches; the rest is polled.
 * `overflow`: events were, or may have been, lost; a batch with `subtree` for the root follows.
 * `unreadable`: a folder cannot be watched, and what changes in it is not noticed.
 * `root-gone`: the root was removed, replaced or unmounted; it is no longer watched, `watch` it again when it is back.
 */
export type WatchProblemKind = 'limit' | 'overflow' | 'unreadable' | 'root-gone'

export interface WatchProblem {
  readonly key: string
  readonly path: RawName
  readonly kind: WatchProblemKind
  /** What happened, in a sentence. */
  readonly message: string
  /** What a person can do about it: commands, a line each. */
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
   * Resolves when every change from now on will be reported. `directories` is the number of folders watched.
   * Throws `NotFound`, `PermissionDenied` or `InvalidInput` where the root is no readable folder, `AlreadyExists` where
   * the key is in use.
   */
  watch(root: WatchRoot): Promise<{ directories: number }>
  /** Watches these folders and all below them; they are reported as new where they were not watched yet. */
  addDirectories(key: string, dirs: readonly RawName[]): Promise<void>
  /** Nothing is reported for the root after this. Unknown keys are fine. */
  unwatch(key: string): Promise<void>
}
