/** A segment of a transcript, in milliseconds from the start of the piece. */
export interface HeardSegment {
  readonly startMs: number
  readonly endMs: number
  readonly text: string
  /** Confidence from 0 to 1, if the engine reports it. */
  readonly confidence?: number
}

export interface Heard {
  /** The code of the language, such as `en`; null if the engine does not report it. */
  readonly language: string | null
  readonly segments: readonly HeardSegment[]
  /**
   * Processor time that the engine took, in milliseconds, divided by the number of its threads. Null if it is unknown,
   * as for a server: then the clock counts.
   */
  readonly workedMs: number | null
}

export interface ListenOptions {
  /** The code of the spoken language; null if the engine detects it. */
  readonly language: string | null
  readonly deadlineMs: number
  /** An empty folder for the engine's files; the caller removes it. */
  readonly folder: string
}

/** An engine that turns speech into text. */
export interface SpeechEngine extends AsyncDisposable {
  readonly name: string
  /** Empty if the engine does not report it. */
  readonly version: string
  /** The name of the model, for display. */
  readonly model: string
  /** The longest piece that it accepts, in milliseconds. */
  readonly maxPieceMs: number
  /**
   * Transcribes 16-bit samples at `SAMPLE_RATE`. Throws `Timeout` after `deadlineMs` of processor time, and `Unavailable` or `Offline`
   * with the engine's message if the engine itself fails.
   */
  listen(samples: Int16Array, options: ListenOptions): Promise<Heard>
}
