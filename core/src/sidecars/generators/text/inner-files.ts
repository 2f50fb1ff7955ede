import { ProcessorBudget } from '../processor-budget.ts'
import type { PageCollector } from './page-collector.ts'
import type { ReadInner } from './reader.ts'

/** A file inside another file is not unpacked if it is larger than this, in bytes. */
export const MAX_INNER_BYTES = 8 * 2 ** 20
/** Characters kept of each file inside another one. */
const MAX_INNER_CHARS = 256 * 2 ** 10
/** Limits for all files inside one file: their number, their bytes, and the processor time they take. */
const MAX_INNER_FILES = 200
const MAX_ALL_BYTES = 64 * 2 ** 20
const BUDGET_MS = 20_000

/** Adds the text of files inside a file, each as a page with its name, up to the limits. */
export class InnerFiles {
  readonly #out: PageCollector
  readonly #read: ReadInner
  readonly #budget = new ProcessorBudget(BUDGET_MS)
  #files = 0
  #bytes = 0

  constructor(out: PageCollector, read: ReadInner) {
    this.#out = out
    this.#read = read
  }

  /** Whether a limit is reached. The rest is then left out, and the text marked as truncated. */
  get isEnough(): boolean {
    const isEnough =
      this.#out.isFull || this.#files >= MAX_INNER_FILES || this.#bytes >= MAX_ALL_BYTES || this.#budget.isSpent
    if (isEnough) this.#out.cut()
    return isEnough
  }

  async add(name: string, bytes: Uint8Array): Promise<void> {
    this.#files++
    this.#bytes += bytes.length
    const text = await this.#read(name, bytes, MAX_INNER_CHARS)
    if (!text) return
    this.#out.begin(name)
    for (const { text: page, title } of text.pages) this.#out.add(title === undefined ? page : `${title}\n${page}\n\n`)
    if (text.truncated) this.#out.cut()
  }
}
