import type { OcrEngine } from './engine.ts'
import { EmbeddedTesseract } from './embedded-tesseract.ts'
import { type AddedLanguages, NO_LANGUAGES } from '../added-languages.ts'
import { findTesseract } from './tesseract-program.ts'

/** Opens the `tesseract` on PATH, which is faster and may have more languages, or else the embedded engine. */
export async function openEngine(added: AddedLanguages = NO_LANGUAGES): Promise<OcrEngine> {
  return (await findTesseract(added)) ?? new EmbeddedTesseract(added)
}
