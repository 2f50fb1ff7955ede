/** What an engine heard, in milliseconds from the start of what it was given. */
export interface HeardSegment {
  readonly startMs: number
  readonly endMs: number
  readonly text: string
  /** 0 to 1; where the engine says so. */
  readonly confidence?: number
}

export interface Heard {
  /** The code of the language, such as `en`; null where the engine does not tell. */
  readonly language: string | null
  readonly segments: readonly HeardSegment[]
}

export interface ListenOptions {
  /** The code of the language spoken; null where the engine is to find out. */
  readonly language: string | null
  readonly deadlineMs: number
  /** An empty folder for its files, which whoever asks removes. */
  readonly folder: string
}

/** What turns speech into text. */
export interface SpeechEngine extends AsyncDisposable {
  readonly name: string
  /** Empty where it does not say. */
  readonly version: string
  /** What it hears with, as a person calls it. */
  readonly model: string
  /** Milliseconds of sound it takes at once. */
  readonly maxPieceMs: number
  /**
   * Hears samples of `SAMPLE_RATE`, sixteen bits. Throws `Timeout` after `deadlineMs`; `Unavailable` and `Offline` where
   * the engine itself fails, with what it said.
   */
  listen(samples: Int16Array, options: ListenOptions): Promise<Heard>
}
