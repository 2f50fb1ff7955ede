/** A limit in bytes per second. At most the amount of one second is saved up. */
export class Rate {
  readonly #perSecond: number
  readonly #ticks: () => number
  #left: number
  #at: number

  constructor(perSecond: number, ticks: () => number) {
    this.#perSecond = perSecond
    this.#ticks = ticks
    this.#left = perSecond
    this.#at = ticks()
  }

  /** Counts bytes that have arrived. Returns how long to wait before more are read, in milliseconds. */
  take(bytes: number): number {
    const now = this.#ticks()
    this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#at) / 1_000) * this.#perSecond)
    this.#at = now
    this.#left -= bytes
    return this.#left >= 0 ? 0 : (-this.#left / this.#perSecond) * 1_000
  }
}
