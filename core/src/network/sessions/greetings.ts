import type { PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import type { Link } from '../transport/transport.ts'
import { endReasons } from './end-reasons.ts'
import { HELLO_MS, MAX_GREETING, MAX_GREETING_ALL } from './limits.ts'

/** Limits the links on which not both sides have said hello yet, in number and in time. */
export class Greetings {
  readonly #clock: Clock
  readonly #byKey = new Map<PeerKey, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether one more link of this key would exceed the limits. */
  isFull(key: PeerKey): boolean {
    const all = [...this.#byKey.values()].reduce((sum, count) => sum + count, 0)
    return (this.#byKey.get(key) ?? 0) >= MAX_GREETING || all >= MAX_GREETING_ALL
  }

  /** Waits for a greeting; closes the link if the greeting takes too long. Throws if the link ends before. */
  async within<T>(link: Link, greeting: Promise<T>): Promise<T> {
    this.#byKey.set(link.key, (this.#byKey.get(link.key) ?? 0) + 1)
    using _limit = this.#clock.after(HELLO_MS, () => link.close(endReasons.tooSlow))
    try {
      return await Promise.race([greeting, ended(link)])
    } finally {
      const others = this.#byKey.get(link.key)! - 1
      if (others === 0) this.#byKey.delete(link.key)
      else this.#byKey.set(link.key, others)
    }
  }
}

/** Rejects when a link ends. */
async function ended(link: Link): Promise<never> {
  const { reason } = await link.closed
  throw new CoreError('Unavailable', reason)
}
