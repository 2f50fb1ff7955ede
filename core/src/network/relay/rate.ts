/** Bytes a second, with a second's worth saved up at most. */
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

  /** Takes bytes that are there already, and returns for how many milliseconds no more may come. */
  take(bytes: number): number {
    const now = this.#ticks()
    this.#left = Math.min(this.#perSecond, this.#left + ((now - this.#at) / 1_000) * this.#perSecond)
    this.#at = now
    this.#left -= bytes
    return this.#left >= 0 ? 0 : (-this.#left / this.#perSecond) * 1_000
  }
}
