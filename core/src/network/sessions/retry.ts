import type { Clock } from '../clock.ts'
import { MAX_RETRY_MS, RETRY_MS } from './limits.ts'

export interface RetryDeps {
  readonly clock: Clock
  /** A number from 0 to below 1, like `Math.random`. */
  readonly random: () => number
  /** Makes one attempt. Rejects if it fails. */
  readonly attempt: () => Promise<void>
}

/** Repeats attempts with growing waits, until one succeeds or it is disposed. */
export class Retry implements Disposable {
  readonly #deps: RetryDeps
  #failures = 0
  #timer: Disposable | null = null
  #running: Promise<void> | null = null
  #over = false

  constructor(deps: RetryDeps) {
    this.#deps = deps
  }

  /** Schedules the next attempt in `ms` milliseconds, unless one is running or already scheduled. */
  schedule(ms: number): void {
    if (this.#over || this.#running || this.#timer) return
    this.#timer = this.#deps.clock.after(ms, () => {
      this.#timer = null
      // The caller of `now` handles the error.
      this.now().catch(() => {})
    })
  }

  /** Makes an attempt at once, or joins the running one. Resets the waits to the shortest. */
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

  /** Sets the next wait to the longest. */
  slowDown(): void {
    this.#failures = SLOWEST
  }

  [Symbol.dispose](): void {
    this.#over = true
    this.#timer?.[Symbol.dispose]()
    this.#timer = null
  }

  async #attempt(): Promise<void> {
    // Lets the caller set `#running` before the attempt ends.
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

  /**
   * A random time between half the wait and the whole wait. Otherwise two devices that lost each other would dial at
   * the same moment.
   */
  nextWaitMs(): number {
    const wait = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(this.#failures++, SLOWEST))
    return wait * (0.5 + this.#deps.random() / 2)
  }
}

/** Number of doublings after which the wait no longer grows. */
const SLOWEST = Math.ceil(Math.log2(MAX_RETRY_MS / RETRY_MS))
