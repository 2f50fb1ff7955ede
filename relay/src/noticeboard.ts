import { originOf } from '@spacedrive/core/ip-address'
import { type Notice, NOTICE_MS } from '@spacedrive/core/relay-protocol'

/** Most notices, 2 KiB each. A household with twenty devices has 380. */
const MAX_NOTICES = 16_384
/** Most notices from one IPv4 address or one IPv6 network. */
const MAX_NOTICES_EACH = 2_048

interface Hanging {
  readonly bytes: Buffer
  readonly from: string
  readonly until: number
}

/**
 * Keeps the notices that devices leave for each other, in memory, for minutes. It knows neither the author nor the
 * reader of a notice. A device that knows an id can replace its notice, but readers reject a notice that was made
 * without the secret.
 */
export class Noticeboard {
  readonly #notices = new Map<string, Hanging>()
  readonly #counts = new Map<string, number>()
  readonly #ticks: () => number

  constructor(ticks: () => number) {
    this.#ticks = ticks
  }

  /**
   * Stores a notice. Returns false if the board is full, or if it has too many notices from the network of `address`.
   */
  put({ id, notice }: Notice, address: string): boolean {
    const from = originOf(address).network
    this.#take(id)
    this.#expire()
    const count = this.#counts.get(from) ?? 0
    if (this.#notices.size >= MAX_NOTICES || count >= MAX_NOTICES_EACH) return false
    this.#notices.set(id, { bytes: notice, from, until: this.#ticks() + NOTICE_MS })
    this.#counts.set(from, count + 1)
    return true
  }

  get(ids: readonly string[]): Notice[] {
    this.#expire()
    return ids.flatMap((id) => {
      const hanging = this.#notices.get(id)
      return hanging ? [{ id, notice: hanging.bytes }] : []
    })
  }

  get size(): number {
    return this.#notices.size
  }

  /** All notices are kept equally long, so the first ones are the oldest. */
  #expire(): void {
    const now = this.#ticks()
    for (const [id, { until }] of this.#notices) {
      if (until > now) return
      this.#take(id)
    }
  }

  #take(id: string): void {
    const hanging = this.#notices.get(id)
    if (!hanging) return
    this.#notices.delete(id)
    const count = this.#counts.get(hanging.from)! - 1
    if (count > 0) this.#counts.set(hanging.from, count)
    else this.#counts.delete(hanging.from)
  }
}
