/** A word found by an engine; lengths in pixels of the picture. */
export interface FoundWord {
  readonly text: string
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Confidence from 0 to 1. */
  readonly confidence: number
  /** Words with the same number are in one line; the numbers follow the reading order. */
  readonly line: number
  /** Words with the same number are in one paragraph. */
  readonly paragraph: number
}

/** The resolution that Tesseract is told, in dpi. Tesseract guesses badly, and then takes small letters for specks. */
export const DENSITY = 140

/** An engine that reads text in pictures. */
export interface OcrEngine extends AsyncDisposable {
  readonly name: string
  readonly version: string
  /** The codes of its installed languages, as Tesseract names them. */
  readonly languages: readonly string[]
  /**
   * Starts the engine for these languages, because a picture will follow soon. Must return at once. Engines without a
   * start of their own leave it out.
   */
  prepare?(languages: readonly string[]): void
  /**
   * Reads a PGM. Throws `Timeout` after `deadlineMs` of processor time, and `Unavailable` with the engine's message if the engine itself
   * fails. Simultaneous calls run in parallel.
   */
  recognise(pgm: Uint8Array, options: RecogniseOptions): Promise<readonly FoundWord[]>
}

export interface RecogniseOptions {
  readonly languages: readonly string[]
  readonly deadlineMs: number
}
