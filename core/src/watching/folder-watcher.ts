import type { RawName } from '../util/file-name.ts'

export interface FolderWatch {
  close(): void
}

/** Notices changes in single folders, not below them. */
export interface FolderWatcher {
  /** Whether all watches follow moved folders, instead of staying at their paths. */
  readonly follows: boolean
  /**
   * `changed` gets the name that may have changed, or null for any name. Every change after the call is noticed. Throws
   * the system's error: `ENOENT`, `EACCES`, or `ENOSPC` and `EMFILE` if its limits are reached.
   */
  watch(path: RawName, changed: (name: RawName | null) => void): FolderWatch
}
