/** Settings for work on a mount that may never answer; see `PatientDisk`. */
export interface Patience {
  /** A mount counts as dead if it shows no sign of life for this many milliseconds. */
  readonly answerMs: number
}
