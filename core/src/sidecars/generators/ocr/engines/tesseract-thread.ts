import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Page } from 'tesseract.js'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { Deadline } from '../../../../workers/index.ts'
import { inThread, type WorkerLink } from '../../../../workers/worker-link.ts'
import { DENSITY } from './engine.ts'

/** The package's script for its threads. It is used directly, because the package's own API sets no limits. */
const SCRIPT = pathToFileURL(createRequire(import.meta.url).resolve('tesseract.js/src/worker-script/node/index.js'))
/**
 * Space for the thread's machine code: the default is half a gigabyte, which counts against the limit of the process.
 * The engine itself is WebAssembly and needs little.
 */
const LIMITS = { codeRangeSizeMb: 16, maxOldGenerationSizeMb: 128 }
/** Limit on the processor time of each step of loading, in milliseconds; it usually takes less than a second. */
const START_MS = 30_000
/** The engine mode; see `OEM` of the package. */
const LSTM_ONLY = 1
/** The page segmentation mode `PSM.AUTO` of the package. */
const FIND_COLUMNS = '3'

/** The data of a language, compressed or not. */
export interface LanguageData {
  readonly code: string
  readonly data: Uint8Array
}

interface ThreadMessage {
  readonly status: 'resolve' | 'reject' | 'progress'
  readonly data: unknown
}

/** A thread in which Tesseract reads one picture after another. */
export class TesseractThread {
  readonly languages: string
  readonly #link: WorkerLink
  #answer: PromiseWithResolvers<unknown> | null = null
  /** Number of pictures read so far. */
  count = 0

  private constructor(languages: string) {
    this.languages = languages
    const worker = inThread({ entry: SCRIPT, name: 'tesseract', resourceLimits: LIMITS, isSilent: true })
    this.#link = worker.start({
      onMessage: (message) => {
        const { status, data } = message as ThreadMessage
        if (status === 'resolve') this.#answer?.resolve(data)
        if (status === 'reject') this.#fail(String(data))
      },
      onEnd: ({ code, error }) => this.#fail(error === undefined ? `ended with ${code}` : errorMessage(error)),
    })
  }

  /** Throws `Unavailable` if the engine or the data cannot be loaded. */
  static async start(data: readonly LanguageData[]): Promise<TesseractThread> {
    const thread = new TesseractThread(data.map(({ code }) => code).join('+'))
    try {
      await thread.#ask('load', { options: { lstmOnly: true } }, START_MS)
      const options = { cacheMethod: 'none', gzip: true, lstmOnly: true }
      await thread.#ask('loadLanguage', { langs: data, options }, START_MS)
      await thread.#ask('initialize', { langs: thread.languages, oem: LSTM_ONLY }, START_MS)
      // By default, Tesseract treats a page as one block and reads across columns.
      const params = { tessedit_pageseg_mode: FIND_COLUMNS, user_defined_dpi: String(DENSITY) }
      await thread.#ask('setParameters', { params }, START_MS)
      return thread
    } catch (err) {
      await thread.end()
      throw err
    }
  }

  /** Throws `Timeout`, and `Unavailable` with the engine's message. The thread must not be used after an error. */
  async recognise(pgm: Uint8Array, deadlineMs: number): Promise<Page> {
    this.count++
    const output = { text: false, blocks: true }
    return (await this.#ask('recognize', { image: pgm, options: {}, output }, deadlineMs)) as Page
  }

  async end(): Promise<void> {
    await this.#link.end()
  }

  async #ask(action: string, payload: object, deadlineMs: number): Promise<unknown> {
    this.#answer = Promise.withResolvers<unknown>()
    const { promise, reject } = this.#answer
    using _deadline = new Deadline(deadlineMs, {
      onExpired: (phrase) => reject(new CoreError('Timeout', `tesseract.js was not done after ${phrase}`)),
      times: () => this.#link.times(),
    })
    this.#link.post({ workerId: 'reader', jobId: action, action, payload })
    try {
      return await promise
    } finally {
      this.#answer = null
    }
  }

  #fail(why: string): void {
    this.#answer?.reject(new CoreError('Unavailable', `tesseract.js failed: ${why}`))
  }
}
