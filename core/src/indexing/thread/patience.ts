/** Settings for work on a mount that may never answer; see `PatientDisk`. */
export interface Patience {
  /** Milliseconds without any sign of life after which a mount is taken to be dead. */
  readonly answerMs: number
}
