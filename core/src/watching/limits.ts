/** Times are in milliseconds. Only tests shorten them. */
export interface WatchLimits {
  /** A burst is over after this long without events. */
  readonly quietMs: number
  /** A burst that does not end is reported at this interval, so that rows are updated within half a second. */
  readonly burstMs: number
  /** With more names than this in one folder, listing the folder is cheaper than checking each name. */
  readonly namesPerFolder: number
  /**
   * Limit on the names held for all folders. Above it, only the folders are held. This bounds the memory at about 20
   * MB.
   */
  readonly namesHeld: number
  /** A larger batch of names and folders is sent in parts, because copying a message blocks the thread. */
  readonly batchSize: number
  /** Interval of checks of every root: an unmounted file system may send no event. */
  readonly rootCheckMs: number
  /**
   * After lost events everything is checked again, at most this often: checking during an event storm would lose more.
   */
  readonly overflowMs: number
  /** The pause between two rounds of polling. */
  readonly pollMs: number
  /**
   * Every this many rounds, all files are compared. Other rounds compare only times of folders, which do not change if
   * a file is edited in place.
   */
  readonly pollFilesEvery: number
  /** Interval of retries to watch polled folders with events, so that a raised limit takes effect. */
  readonly retryMs: number
  /** If a worker does not answer for this long, it is waiting for a file system. */
  readonly answerMs: number
}

export const defaultWatchLimits: WatchLimits = {
  quietMs: 100,
  burstMs: 300,
  namesPerFolder: 256,
  namesHeld: 100_000,
  batchSize: 20_000,
  rootCheckMs: 2_000,
  overflowMs: 1_000,
  pollMs: 2_000,
  pollFilesEvery: 5,
  retryMs: 60_000,
  answerMs: 30_000,
}
