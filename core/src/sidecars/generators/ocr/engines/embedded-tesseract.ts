import type { Page } from 'tesseract.js'
import { packageVersion } from '../../../../util/package-version.ts'
import { embeddedLanguages, loadLanguage } from './embedded-languages.ts'
import type { FoundWord, OcrEngine, RecogniseOptions } from './engine.ts'
import { TesseractThread } from './tesseract-thread.ts'

/** Pictures read at once; each takes a core and some hundred megabytes. */
const THREADS = 2
/** Pictures after which a thread is replaced: its memory grows, and earlier pictures influence its results. */
const RECYCLE_AFTER = 50

/** The Tesseract that comes with this program; started when first used. */
export class EmbeddedTesseract implements OcrEngine {
  readonly name = 'tesseract.js'
  readonly version = packageVersion('tesseract.js')
  readonly languages = embeddedLanguages()
  readonly #idle: TesseractThread[] = []
  readonly #waiting: (() => void)[] = []
  #taken = 0

  async recognise(pgm: Uint8Array, { languages, deadlineMs }: RecogniseOptions): Promise<FoundWord[]> {
    while (this.#taken >= THREADS) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#taken++
    let thread: TesseractThread | undefined
    try {
      thread = await this.#take(languages)
      const page = await thread.recognise(pgm, deadlineMs)
      if (thread.count < RECYCLE_AFTER) {
        this.#idle.push(thread)
        thread = undefined
      }
      return wordsOf(page)
    } finally {
      // A thread that has failed is not used again.
      await thread?.end()
      this.#taken--
      this.#waiting.shift()?.()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.end()))
  }

  async #take(languages: readonly string[]): Promise<TesseractThread> {
    const thread = this.#idle.pop()
    if (thread?.languages === languages.join('+')) return thread
    await thread?.end()
    return TesseractThread.start(await Promise.all(languages.map(loadLanguage)))
  }
}

function wordsOf({ blocks }: Page): FoundWord[] {
  const words: FoundWord[] = []
  let [line, paragraph] = [0, 0]
  for (const each of (blocks ?? []).flatMap(({ paragraphs }) => paragraphs)) {
    paragraph++
    for (const { words: inLine } of each.lines) {
      line++
      for (const { text, confidence, bbox } of inLine) {
        if (!text.trim()) continue
        const box = { left: bbox.x0, top: bbox.y0, width: bbox.x1 - bbox.x0, height: bbox.y1 - bbox.y0 }
        words.push({ text: text.trim(), ...box, confidence: confidence / 100, line, paragraph })
      }
    }
  }
  return words
}
