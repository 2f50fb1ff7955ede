import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { type Page, PSM } from 'tesseract.js'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { DENSITY } from './engine.ts'

/** What the package runs in its threads. It is talked to directly: the package's own way to start one sets no limits. */
const SCRIPT = createRequire(import.meta.url).resolve('tesseract.js/src/worker-script/node/index.js')
/**
 * Room for the thread's own code: half a gigabyte is set aside for it by default, which counts against the limit of the
 * process. The engine itself, being WebAssembly, needs little.
 */
const LIMITS = { codeRangeSizeMb: 16, maxOldGenerationSizeMb: 128 }
/** Loading takes less than a second. */
const START_MS = 30_000
/** The sort of data that is used; see `OEM` of the package. */
const LSTM_ONLY = 1

/** Data of a language, packed as it comes. */
export interface LanguageData {
  readonly code: string
  readonly data: Uint8Array
}

interface ThreadMessage {
  readonly status: 'resolve' | 'reject' | 'progress'
  readonly data: unknown
}

/** A thread in which Tesseract reads one picture after the other. */
export class TesseractThread {
  readonly languages: string
  readonly #worker: Worker
  #answer: PromiseWithResolvers<unknown> | null = null
  /** Pictures read so far. */
  count = 0

  private constructor(languages: string) {
    this.languages = languages
    this.#worker = new Worker(SCRIPT, { resourceLimits: LIMITS, stdout: true, stderr: true })
    // What it prints is not for anybody here.
    this.#worker.stdout.resume()
    this.#worker.stderr.resume()
    this.#worker.on('message', ({ status, data }: ThreadMessage) => {
      if (status === 'resolve') this.#answer?.resolve(data)
      if (status === 'reject') this.#fail(String(data))
    })
    this.#worker.on('error', (err) => this.#fail(errorMessage(err)))
    this.#worker.on('exit', (code) => this.#fail(`ended with ${code}`))
  }

  /** Throws `Unavailable` where the engine or the data cannot be loaded. */
  static async start(data: readonly LanguageData[]): Promise<TesseractThread> {
    const thread = new TesseractThread(data.map(({ code }) => code).join('+'))
    try {
      await thread.#ask('load', { options: { lstmOnly: true } }, START_MS)
      const options = { cacheMethod: 'none', gzip: true, lstmOnly: true }
      await thread.#ask('loadLanguage', { langs: data, options }, START_MS)
      await thread.#ask('initialize', { langs: thread.languages, oem: LSTM_ONLY }, START_MS)
      // It takes a page for one block otherwise, and reads across columns.
      const params = { tessedit_pageseg_mode: PSM.AUTO, user_defined_dpi: String(DENSITY) }
      await thread.#ask('setParameters', { params }, START_MS)
      return thread
    } catch (err) {
      await thread.end()
      throw err
    }
  }

  /** Throws `Timeout`, and `Unavailable` with what the engine said; it is of no use then. */
  async recognise(pgm: Uint8Array, deadlineMs: number): Promise<Page> {
    this.count++
    const output = { text: false, blocks: true }
    return (await this.#ask('recognize', { image: pgm, options: {}, output }, deadlineMs)) as Page
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  async #ask(action: string, payload: object, deadlineMs: number): Promise<unknown> {
    this.#answer = Promise.withResolvers<unknown>()
    const { promise, reject } = this.#answer
    const deadline = setTimeout(
      () => reject(new CoreError('Timeout', `tesseract.js did not answer within ${deadlineMs / 1_000} s`)),
      deadlineMs,
    )
    this.#worker.postMessage({ workerId: 'reader', jobId: action, action, payload })
    try {
      return await promise
    } finally {
      clearTimeout(deadline)
      this.#answer = null
    }
  }

  #fail(why: string): void {
    this.#answer?.reject(new CoreError('Unavailable', `tesseract.js failed: ${why}`))
  }
}
