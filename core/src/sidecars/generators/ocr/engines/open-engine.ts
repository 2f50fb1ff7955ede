import type { OcrEngine } from './engine.ts'
import { EmbeddedTesseract } from './embedded-tesseract.ts'
import { findTesseract } from './tesseract-program.ts'

/** The `tesseract` on the PATH, which is faster and may know more languages; else the one that comes with this program. */
export async function openEngine(): Promise<OcrEngine> {
  return (await findTesseract()) ?? new EmbeddedTesseract()
}
