import { CoreError } from './errors.ts'

/** A lease with one holder at a time, first come first served. */
export class Lease {
  #held = false
  readonly #waiting: (() => void)[] = []

  /** Resolves when the caller holds the lease; dispose the result to release it. */
  async acquire(signal?: AbortSignal): Promise<Disposable> {
    if (signal?.aborted) throw new CoreError('Cancelled', 'cancelled while waiting to write')
    if (!this.#held) this.#held = true
    else await this.#wait(signal)
    let released = false
    return {
      [Symbol.dispose]: () => {
        if (released) return
        released = true
        const next = this.#waiting.shift()
        if (next) next()
        else this.#held = false
      },
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const granted = () => {
        signal?.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = () => {
        this.#waiting.splice(this.#waiting.indexOf(granted), 1)
        reject(new CoreError('Cancelled', 'cancelled while waiting to write'))
      }
      signal?.addEventListener('abort', aborted, { once: true })
      this.#waiting.push(granted)
    })
  }
}
