import { setTimeout as after } from 'node:timers/promises'

/** Bytes that may leave at once before the limit is felt: a tenth of a second of them. */
const BURST_SECONDS = 0.1

/** Lets so many bytes a second pass, over all that share it. */
export class RateLimit {
  readonly #now: () => number
  /** Null: any number. */
  #bytesPerSecond: number | null
  /** When all that was taken so far has passed, in milliseconds. */
  #freeAt = 0

  constructor(bytesPerSecond: number | null, now: () => number = () => performance.now()) {
    this.#bytesPerSecond = bytesPerSecond
    this.#now = now
  }

  set bytesPerSecond(value: number | null) {
    this.#bytesPerSecond = value
  }

  get isOn(): boolean {
    return this.#bytesPerSecond !== null
  }

  /** Resolves when this many bytes may pass. */
  async take(bytes: number): Promise<void> {
    if (this.#bytesPerSecond === null) return
    const now = this.#now()
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes / this.#bytesPerSecond) * 1_000
    const wait = this.#freeAt - now - BURST_SECONDS * 1_000
    if (wait > 0) await after(wait)
  }
}
