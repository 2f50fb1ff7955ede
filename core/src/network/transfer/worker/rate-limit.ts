import { setTimeout as after } from 'node:timers/promises'

/** Time, in seconds at the limited rate, for which bytes may pass at once before the limit takes effect. */
const BURST_SECONDS = 0.1

/** Limits the bytes per second of all channels that share it. */
export class RateLimit {
  readonly #now: () => number
  /** Null if there is no limit. */
  #bytesPerSecond: number | null
  /** The time when all bytes taken so far have passed, in milliseconds. */
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
