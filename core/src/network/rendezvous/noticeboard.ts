import { originOf } from '../../util/ip-address.ts'
import type { Notice } from './notice.ts'

/** How long a notice hangs, in milliseconds: a little longer than one slot of the ids. */
export const NOTICE_MS = 20 * 60_000
/** Most notices, 2 KiB each; a household with twenty devices has 380. */
const MAX_NOTICES = 16_384
/** Most of them from one IP address, or of IPv6 from one network. */
const MAX_NOTICES_EACH = 2_048

interface Hanging {
  readonly bytes: Buffer
  readonly from: string
  readonly until: number
}

/**
 * Where devices leave word for each other, in memory, for minutes. It knows neither who wrote a notice nor for whom;
 * whoever knows an id may put another one in its place, which only those can read who have the secret.
 */
export class Noticeboard {
  readonly #notices = new Map<string, Hanging>()
  readonly #counts = new Map<string, number>()
  readonly #ticks: () => number

  constructor(ticks: () => number) {
    this.#ticks = ticks
  }

  /** False where the board is full, or too many hang there from where `address` is. */
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

  /** All hang for equally long: the first are the oldest. */
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
