/** A word as an engine found it; lengths in pixels of the picture. */
export interface FoundWord {
  readonly text: string
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** 0 to 1. */
  readonly confidence: number
  /** Words with the same number stand in one line; the numbers count in the order of reading. */
  readonly line: number
  /** The same of paragraphs. */
  readonly paragraph: number
}

/** Dots per inch that Tesseract is told: it guesses badly, and takes small letters for specks then. */
export const DENSITY = 140

/** What reads text in pictures. */
export interface OcrEngine extends AsyncDisposable {
  readonly name: string
  readonly version: string
  /** Codes of the languages it has data of, as Tesseract names them. */
  readonly languages: readonly string[]
  /**
   * Reads a PGM. Throws `Timeout` after `deadlineMs`, `Unavailable` where the engine itself fails, with what it said.
   * Pictures handed over at once are read side by side.
   */
  recognise(pgm: Uint8Array, options: RecogniseOptions): Promise<readonly FoundWord[]>
}

export interface RecogniseOptions {
  readonly languages: readonly string[]
  readonly deadlineMs: number
}
