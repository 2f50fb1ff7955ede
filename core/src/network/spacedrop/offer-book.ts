import type { DeviceId, Offer } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import type { NetworkDb } from '../db/network-db.ts'
import { isOpen, type OfferRow, OfferRows } from './offer-rows.ts'

/** How often the progress of an offer is reported, in milliseconds. */
const TELL_MS = 250
/** Delay before a failed write is retried, in milliseconds. Usually a person has to free some disk space first. */
export const TRY_AGAIN_MS = 30_000

export interface OfferBookDeps {
  readonly db: NetworkDb
  readonly clock: Clock
  readonly log: Logger
  readonly own: () => { readonly id: DeviceId; readonly name: string }
  readonly changed: (offer: Offer) => void
  /** The number to compare for an offer between strangers, and whether it is confirmed. */
  readonly comparing: (row: OfferRow) => { readonly number: string; readonly confirmed: boolean } | null
  /** The folder for the files of an offer; null if they do not go to this device, or will not arrive any more. */
  readonly folderOf: (row: OfferRow) => string | null
  /** Called once for each offer when it has ended. */
  readonly onEnded: (row: OfferRow) => void
}

/** The offers of this device, sent and received: their rows, their expiry, and their events. */
export class OfferBook implements Disposable {
  readonly #deps: OfferBookDeps
  readonly #rows: OfferRows
  readonly #expiring = new Map<string, Disposable>()
  readonly #lastTold = new Map<string, number>()

  constructor(deps: OfferBookDeps) {
    this.#deps = deps
    this.#rows = new OfferRows(deps.db)
    for (const row of this.#rows.all()) this.#expireInTime(row)
  }

  /** The newest first. */
  all(): OfferRow[] {
    this.#expire()
    return this.#rows.all()
  }

  get(id: string): OfferRow | null {
    this.#expire()
    return this.#rows.get(id)
  }

  /** Throws `NotFound`. */
  find(id: string): OfferRow {
    const row = this.get(id)
    if (row) return row
    throw new CoreError('NotFound', `no offer ${id}; see \`spacedrive network offers list\``)
  }

  /** Adds an offer without emitting an event. */
  add(row: OfferRow): void {
    this.#rows.add(row)
    this.#expireInTime(row)
  }

  /** Changes an offer and emits an event. */
  set(id: string, change: Partial<OfferRow>): void {
    this.#rows.change(id, change)
    const row = this.#rows.get(id)
    if (!row) return
    if (!isOpen(row)) {
      this.#lastTold.delete(id)
      this.#expiring.get(id)?.[Symbol.dispose]()
      this.#expiring.delete(id)
      this.#deps.onEnded(row)
    }
    if (change.expires_at !== undefined) this.#expireInTime(row)
    this.tell(row)
  }

  /** Records that the other device knows the state of an offer, unless the state has changed since. */
  told({ id, state }: OfferRow): void {
    if (this.#rows.get(id)?.state === state) this.#rows.change(id, { told: 1 })
  }

  /** Records how many bytes have been transferred; stored and reported at intervals. */
  progressed(id: string, bytes: number): void {
    const at = this.#deps.clock.ticks()
    if (at - (this.#lastTold.get(id) ?? 0) < TELL_MS) return
    const row = this.#rows.get(id)
    // A late report must not change an ended offer.
    if (!row || !isOpen(row)) return
    this.#lastTold.set(id, at)
    this.set(id, { bytes_done: bytes })
  }

  tell(row: OfferRow): void {
    this.#deps.changed(this.show(row))
  }

  show(row: OfferRow): Offer {
    const other = { id: row.device, name: row.device_name }
    const own = this.#deps.own()
    const compared = this.#deps.comparing(row)
    const [from, to] = row.direction === 'in' ? [other, own] : [own, other]
    return {
      id: row.id,
      direction: row.direction,
      from: { id: from.id, name: from.name },
      to: { id: to.id, name: to.name },
      isStranger: row.stranger === 1,
      number: compared?.number ?? null,
      confirmed: compared?.confirmed ?? false,
      sender: row.sender,
      items: row.items,
      bytes: row.bytes,
      names: JSON.parse(row.names) as string[],
      state: row.state,
      transfer: row.transfer,
      bytesDone: row.bytes_done,
      reason: row.reason,
      failures: JSON.parse(row.failures) as Offer['failures'],
      folder: this.#deps.folderOf(row),
      createdAt: new Date(row.created_at).toISOString(),
      expiresAt: new Date(row.expires_at).toISOString(),
    }
  }

  [Symbol.dispose](): void {
    for (const timer of this.#expiring.values()) timer[Symbol.dispose]()
  }

  /** Marks offers as expired when their time is over. If that cannot be stored, it is tried again later. */
  #expire(): void {
    const { clock, log } = this.#deps
    for (const { expires_at: at, id, state } of this.#rows.all()) {
      if (state !== 'waiting' || at > clock.now()) continue
      try {
        this.set(id, { state: 'expired' })
      } catch (err) {
        log.warn({ offer: id, err: errorMessage(err) }, 'that the time of an offer is over was not written down')
        this.#expireIn(id, TRY_AGAIN_MS)
      }
    }
  }

  #expireInTime({ expires_at: at, id, state }: OfferRow): void {
    if (state === 'waiting') this.#expireIn(id, Math.max(0, at - this.#deps.clock.now()) + 1)
  }

  #expireIn(id: string, ms: number): void {
    this.#expiring.get(id)?.[Symbol.dispose]()
    this.#expiring.set(
      id,
      this.#deps.clock.after(ms, () => this.#expire()),
    )
  }
}
