import { heard } from './heard.ts'
import { untilAborted } from './until-aborted.ts'

/** Work that several callers wait for. It ends early once every caller has left; its failure never goes unheard. */
export class SharedWork<T> {
  readonly #result: Promise<T>
  readonly #abort = new AbortController()
  readonly #onLeft: () => void
  #waiting = 0

  /** `onLeft` is called when the last caller leaves, or waits in vain: whoever asks next needs new work. */
  constructor(work: (signal: AbortSignal) => Promise<T>, onLeft: () => void) {
    this.#onLeft = onLeft
    this.#result = heard(work(this.#abort.signal))
  }

  /** Throws what the work throws, and the signal's reason as soon as it is aborted. */
  async wait(signal: AbortSignal): Promise<T> {
    this.#waiting++
    try {
      return await untilAborted(this.#result, signal)
    } catch (err) {
      if (this.#waiting === 1) {
        this.#onLeft()
        this.#abort.abort()
      }
      throw err
    } finally {
      this.#waiting--
    }
  }

  /** Resolves when the work is over, whatever its outcome. */
  async over(): Promise<void> {
    await Promise.allSettled([this.#result])
  }
}
