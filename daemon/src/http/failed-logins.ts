import type { HttpLimits } from './http-limits.ts'

/** Most addresses that are remembered. With more, the failures of the oldest address are forgotten. */
const MAX_ADDRESSES = 1_000

interface Failures {
  readonly since: number
  readonly count: number
}

/** Counts the failed attempts to sign in of each address. */
export class FailedLogins {
  readonly #limits: HttpLimits
  readonly #now: () => number
  readonly #byAddress = new Map<string, Failures>()

  constructor(limits: HttpLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /** Seconds an address has to wait; 0 where it may try. */
  waitSeconds(address: string): number {
    const failures = this.#current(address)
    if (!failures || failures.count < this.#limits.failedLogins) return 0
    return Math.ceil((failures.since + this.#limits.failedLoginsMs - this.#now()) / 1_000)
  }

  count(address: string): void {
    const { count = 0, since = this.#now() } = this.#current(address) ?? {}
    this.#byAddress.delete(address)
    this.#byAddress.set(address, { since, count: count + 1 })
    const [oldest] = this.#byAddress.keys()
    if (this.#byAddress.size > MAX_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest)
  }

  #current(address: string): Failures | undefined {
    const failures = this.#byAddress.get(address)
    return failures && failures.since + this.#limits.failedLoginsMs > this.#now() ? failures : undefined
  }
}
