import type { Page } from 'tesseract.js'
import { heard } from '../../../../util/heard.ts'
import { packageVersion } from '../../../../util/package-version.ts'
import { type AddedLanguages, NO_LANGUAGES } from '../added-languages.ts'
import { embeddedLanguages, loadLanguage } from './embedded-languages.ts'
import type { FoundWord, OcrEngine, RecogniseOptions } from './engine.ts'
import { TesseractThread } from './tesseract-thread.ts'

/** Number of pictures that are read at once; each takes a processor core and some hundred megabytes. */
const THREADS = 2
/** Pictures after which a thread is replaced: its memory grows, and earlier pictures influence its results. */
const RECYCLE_AFTER = 50

/** The Tesseract that comes with this program; started when first used. */
export class EmbeddedTesseract implements OcrEngine {
  readonly name = 'tesseract.js'
  readonly version = packageVersion('tesseract.js')
  readonly languages: readonly string[]
  readonly #added: AddedLanguages
  /** Threads that wait for a picture, and threads that are starting. */
  readonly #idle: Promise<TesseractThread>[] = []
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(added: AddedLanguages = NO_LANGUAGES) {
    this.#added = added
    this.languages = [...new Set([...embeddedLanguages(), ...added.codes])]
  }

  async recognise(pgm: Uint8Array, { languages, deadlineMs }: RecogniseOptions): Promise<FoundWord[]> {
    while (this.#taken >= THREADS) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#taken++
    let thread: TesseractThread | undefined
    try {
      thread = await this.#take(languages)
      const page = await thread.recognise(pgm, deadlineMs)
      if (thread.count < RECYCLE_AFTER) {
        this.#idle.push(Promise.resolve(thread))
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

  /** Starts the threads, so that they are ready when the first picture is. */
  prepare(languages: readonly string[]): void {
    if (this.#taken > 0) return
    while (this.#idle.length < THREADS) this.#idle.push(heard(this.#start(languages)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#idle.splice(0).map(async (thread) => (await thread).end()))
  }

  async #take(languages: readonly string[]): Promise<TesseractThread> {
    // If a thread could not be prepared, starting it again gives the error.
    const thread = await this.#idle.pop()?.catch(() => undefined)
    if (thread?.languages === languages.join('+')) return thread
    await thread?.end()
    return this.#start(languages)
  }

  async #start(languages: readonly string[]): Promise<TesseractThread> {
    return TesseractThread.start(await Promise.all(languages.map((code) => loadLanguage(code, this.#added))))
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
