/** A word found by an engine; lengths in pixels of the picture. */
export interface FoundWord {
  readonly text: string
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** 0 to 1. */
  readonly confidence: number
  /** Words with the same number are in one line; the numbers follow the reading order. */
  readonly line: number
  /** Like `line`, for paragraphs. */
  readonly paragraph: number
}

/** The resolution to tell Tesseract, in dpi. Its own guess is bad, and makes it take small letters for specks. */
export const DENSITY = 140

/** An engine that reads text in pictures. */
export interface OcrEngine extends AsyncDisposable {
  readonly name: string
  readonly version: string
  /** The codes of its installed languages, as Tesseract names them. */
  readonly languages: readonly string[]
  /**
   * Reads a PGM. Throws `Timeout` after `deadlineMs`, and `Unavailable` with the engine's message if the engine itself
   * fails. Simultaneous calls run in parallel.
   */
  recognise(pgm: Uint8Array, options: RecogniseOptions): Promise<readonly FoundWord[]>
}

export interface RecogniseOptions {
  readonly languages: readonly string[]
  readonly deadlineMs: number
}
