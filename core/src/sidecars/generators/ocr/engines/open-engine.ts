import type { OcrEngine } from './engine.ts'
import { EmbeddedTesseract } from './embedded-tesseract.ts'
import { findTesseract } from './tesseract-program.ts'

/** Opens the `tesseract` on PATH, which is faster and may have more languages, or else the embedded engine. */
export async function openEngine(): Promise<OcrEngine> {
  return (await findTesseract()) ?? new EmbeddedTesseract()
}
