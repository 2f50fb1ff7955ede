import { heard } from './heard.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * Work that several callers wait for. It is aborted when every caller has left. If it fails after that, the process
 * does not end.
 */
export class SharedWork<T> {
  readonly #result: Promise<T>
  readonly #abort = new AbortController()
  readonly #onLeft: () => void
  #waiting = 0

  /** `onLeft` is called when the last caller leaves or gets an error, because the next caller then needs new work. */
  constructor(work: (signal: AbortSignal) => Promise<T>, onLeft: () => void) {
    this.#onLeft = onLeft
    this.#result = heard(work(this.#abort.signal))
  }

  /** Throws the error of the work, and the signal's reason as soon as the signal is aborted. */
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

  /** Resolves when the work has ended, whether it succeeded or failed. */
  async over(): Promise<void> {
    await Promise.allSettled([this.#result])
  }
}
