/** Period over which a rate is measured, in milliseconds. */
const WINDOW_MS = 3_000

/** The rate of the last seconds, in bytes per second. */
export class Rate {
  #samples: { readonly at: number; readonly bytes: number }[] = []

  start(bytes: number, at: number): void {
    this.#samples = [{ at, bytes }]
  }

  stop(): void {
    this.#samples = []
  }

  /** `bytes`: total since the start; `at`: in milliseconds. */
  add(bytes: number, at: number): void {
    this.#samples.push({ at, bytes })
    while (this.#samples.length > 2 && at - this.#samples[1]!.at > WINDOW_MS) this.#samples.shift()
  }

  /** Null before anything was measured. */
  get bytesPerSecond(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.at <= first.at) return null
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1_000
  }
}
