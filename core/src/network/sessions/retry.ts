import type { Clock } from '../clock.ts'
import { MAX_RETRY_MS, RETRY_MS } from './limits.ts'

export interface RetryDeps {
  readonly clock: Clock
  /** Below 1, as `Math.random`. */
  readonly random: () => number
  /** One attempt. Rejects where it fails. */
  readonly attempt: () => Promise<void>
}

/** Attempts one after another, ever further apart, until one succeeds or nobody wants it any more. */
export class Retry implements Disposable {
  readonly #deps: RetryDeps
  #failures = 0
  #timer: Disposable | null = null
  #running: Promise<void> | null = null
  #over = false

  constructor(deps: RetryDeps) {
    this.#deps = deps
  }

  /** The next attempt, `ms` milliseconds from now, unless one runs or is due before. */
  schedule(ms: number): void {
    if (this.#over || this.#running || this.#timer) return
    this.#timer = this.#deps.clock.after(ms, () => {
      this.#timer = null
      // Whoever waits for it hears of it by `now`.
      this.now().catch(() => {})
    })
  }

  /** An attempt at once, or the one that runs; the wait after it begins anew with the shortest. */
  soon(): Promise<void> {
    this.reset()
    return this.now()
  }

  now(): Promise<void> {
    this.#timer?.[Symbol.dispose]()
    this.#timer = null
    this.#running ??= this.#attempt()
    return this.#running
  }

  reset(): void {
    this.#failures = 0
  }

  /** There is no hurry: the next wait is the longest. */
  slowDown(): void {
    this.#failures = SLOWEST
  }

  [Symbol.dispose](): void {
    this.#over = true
    this.#timer?.[Symbol.dispose]()
    this.#timer = null
  }

  async #attempt(): Promise<void> {
    // So that `#running` is set before the attempt can come back.
    await Promise.resolve()
    try {
      await this.#deps.attempt()
    } catch (err) {
      this.#running = null
      this.schedule(this.nextWaitMs())
      throw err
    } finally {
      this.#running = null
    }
  }

  /** Between half of the wait and all of it, so that devices which lost each other at once do not come at once. */
  nextWaitMs(): number {
    const wait = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(this.#failures++, SLOWEST))
    return wait * (0.5 + this.#deps.random() / 2)
  }
}

/** So many doublings are the longest wait. */
const SLOWEST = Math.ceil(Math.log2(MAX_RETRY_MS / RETRY_MS))
