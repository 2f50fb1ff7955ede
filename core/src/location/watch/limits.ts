/** Times are in milliseconds. Tests shorten them; nobody else needs to. */
export interface WatchLimits {
  /** A burst is over when nothing has happened for this long. */
  readonly quietMs: number
  /** A burst that does not end is reported in parts this long, so that rows follow within half a second. */
  readonly burstMs: number
  /** With more names than this in one folder it is cheaper to list it than to look at each. */
  readonly namesPerFolder: number
  /** Names held back in all; more, and folders are remembered without names. Bounds memory at about 20 MB. */
  readonly namesHeld: number
  /** A batch with more names and folders than this is sent in parts: a message is copied in one go. */
  readonly batchSize: number
  /** An unmounted file system may say nothing, so every root is looked at this often. */
  readonly rootCheckMs: number
  /** After lost events everything is looked at again, at most this often: a storm that goes on would lose more. */
  readonly overflowMs: number
  /** The pause between two rounds of polling. */
  readonly pollMs: number
  /** Every so many rounds all files are compared, not only the times of folders, which an edit in place leaves alone. */
  readonly pollFilesEvery: number
  /** How often polled folders are tried again with events, so that a raised limit takes effect. */
  readonly retryMs: number
  /** A worker that does not answer for this long waits for a file system. */
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
