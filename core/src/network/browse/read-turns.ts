/**
 * Maximum number of reads from one device at once. A device accepts sixteen streams, and listings need some of them.
 */
const MAX_READS = 8

/** Limits the reads from one device. */
export class ReadTurns {
  #running = 0
  readonly #waiting: (() => void)[] = []

  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    if (this.#running >= MAX_READS) await this.#turn(signal)
    else this.#running++
    try {
      return await work()
    } finally {
      // The slot of this read passes to the first waiting one.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    const onAbort = () => {
      const at = this.#waiting.indexOf(begin)
      if (at < 0) return
      this.#waiting.splice(at, 1)
      reject(signal.reason)
    }
    const begin = () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    this.#waiting.push(begin)
    return promise
  }
}
