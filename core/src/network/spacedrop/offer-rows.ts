import type { DeviceId, Offer, OfferState } from '../../domain/index.ts'
import type { NetworkDb } from '../db/network-db.ts'

/** Maximum number of ended offers that are stored. */
const KEPT_ENDED = 200

/** The row of one offer in `network.db`. */
export interface OfferRow {
  readonly id: string
  readonly direction: Offer['direction']
  readonly device: DeviceId
  readonly device_name: string
  /** 1: the other device is not paired, and its id was made for this offer only. */
  readonly stranger: number
  readonly sender: string | null
  readonly items: number
  readonly bytes: number
  /** JSON: the names of the offered files. */
  readonly names: string
  /** The offered paths, as MessagePack; null for an offer from another device. */
  readonly roots: Uint8Array | null
  readonly state: OfferState
  readonly transfer: string | null
  readonly bytes_done: number
  readonly reason: string | null
  /** JSON: files that did not arrive. */
  readonly failures: string
  /** 0 if the other device has not been told the current state; otherwise 1. */
  readonly told: number
  readonly created_at: number
  readonly expires_at: number
}

/** The values of a new offer. */
export type NewOffer = Omit<OfferRow, 'state' | 'transfer' | 'bytes_done' | 'reason' | 'failures' | 'told'> & {
  readonly reason?: string | null
}

/** The row of an offer that has not been answered. */
export function newOffer(offer: NewOffer): OfferRow {
  return { reason: null, ...offer, state: 'waiting', transfer: null, bytes_done: 0, failures: '[]', told: 1 }
}

/** The states of an offer that has not ended. */
const OPEN: ReadonlySet<OfferState> = new Set(['comparing', 'waiting', 'accepted'])

export function isOpen({ state }: OfferRow): boolean {
  return OPEN.has(state)
}

/** The stored offers of this device, sent and received. */
export class OfferRows {
  readonly #db: NetworkDb

  constructor(db: NetworkDb) {
    this.#db = db
  }

  get(id: string): OfferRow | null {
    return this.#db.get<OfferRow>('select * from offers where id = ?', id) ?? null
  }

  /** The newest first. */
  all(): OfferRow[] {
    return this.#db.all<OfferRow>('select * from offers order by created_at desc, id desc')
  }

  add(row: OfferRow): void {
    const columns = Object.keys(row)
    this.#db.run(
      `insert into offers(${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
      ...Object.values(row),
    )
    this.#db.run(
      `delete from offers where state not in ('comparing', 'waiting', 'accepted') and id not in
         (select id from offers where state not in ('comparing', 'waiting', 'accepted') order by created_at desc limit ?)`,
      KEPT_ENDED,
    )
  }

  change(id: string, change: Partial<Omit<OfferRow, 'id'>>): void {
    const columns = Object.keys(change)
    this.#db.run(
      `update offers set ${columns.map((column) => `${column} = ?`).join(', ')} where id = ?`,
      ...Object.values(change),
      id,
    )
  }
}
