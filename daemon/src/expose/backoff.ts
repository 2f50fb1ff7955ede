export interface BackoffLimits {
  /** Failures that cost nothing. */
  readonly free: number
  /** Delay of the next attempt. Each later attempt doubles it. */
  readonly firstMs: number
  readonly longestMs: number
  /** After so long without a failure it begins anew. */
  readonly forgetMs: number
}

/** Keys that are counted at once; of more, the oldest start anew. */
const MAX_KEYS = 10_000

interface Failures {
  readonly count: number
  readonly at: number
}

/** Delays clients after failed attempts, longer each time. */
export class Backoff {
  readonly #limits: BackoffLimits
  readonly #now: () => number
  readonly #byKey = new Map<string, Failures>()

  constructor(limits: BackoffLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /** Milliseconds until the next attempt; 0 where it may be made. */
  waitMs(key: string): number {
    const { firstMs, free, longestMs } = this.#limits
    const failures = this.#current(key)
    if (!failures || failures.count < free) return 0
    const wait = Math.min(firstMs * 2 ** (failures.count - free), longestMs)
    return Math.max(0, failures.at + wait - this.#now())
  }

  failed(key: string): void {
    const count = (this.#current(key)?.count ?? 0) + 1
    this.#byKey.delete(key)
    this.#byKey.set(key, { count, at: this.#now() })
    const [oldest] = this.#byKey.keys()
    if (this.#byKey.size > MAX_KEYS && oldest !== undefined) this.#byKey.delete(oldest)
  }

  succeeded(key: string): void {
    this.#byKey.delete(key)
  }

  #current(key: string): Failures | undefined {
    const failures = this.#byKey.get(key)
    return failures && failures.at + this.#limits.forgetMs > this.#now() ? failures : undefined
  }
}
