import type { DeviceId } from '../../domain/index.ts'
import { CoreError, errorMessage, isRetryable } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { uuidv7 } from '../../util/uuid.ts'
import { type Clock, sleep } from '../clock.ts'
import { type Guest, type Nearby, nearbyLimits } from '../nearby/index.ts'
import type { Transfers } from '../transfer/index.ts'
import type { Peer } from '../wire/protocol.ts'
import { type OfferBook, TRY_AGAIN_MS } from './offer-book.ts'
import { isOpen, type OfferRow } from './offer-rows.ts'
import { OFFER_MS } from './protocol.ts'

/**
 * How long the offer may take after the number was confirmed, in milliseconds. It is sent at once, or after a lost
 * connection came back.
 */
const OFFER_DUE_MS = nearbyLimits.returnMs + 30_000

export interface StrangerDropsDeps {
  readonly book: OfferBook
  readonly nearby: Nearby
  readonly transfers: Transfers
  readonly clock: Clock
  readonly log: Logger
  /** Sends a stored offer. */
  readonly offer: (row: OfferRow, signal: AbortSignal) => Promise<void>
}

/** Offers between devices that are not paired. Two users compare a number before any fact about the files is sent. */
export class StrangerDrops implements Disposable {
  readonly #deps: StrangerDropsDeps
  /** Offers whose end could not be stored yet, each with the timer for the next attempt. */
  readonly #again = new Map<string, Disposable>()
  #isClosed = false

  constructor(deps: StrangerDropsDeps) {
    this.#deps = deps
  }

  /** Ends the offers of earlier runs, because guests do not outlive a restart. */
  endOld(): void {
    for (const row of this.#deps.book.all())
      if (row.stranger && isOpen(row)) this.#fail(row, 'Spacedrive was stopped on this device')
  }

  /**
   * Dials a visible device for an offer; resolves when there is a number to compare. Throws the refusal of the device.
   */
  async meet(
    reference: string,
    draft: (device: { id: DeviceId; name: string }) => OfferRow,
    signal: AbortSignal,
  ): Promise<string> {
    const { book, clock, nearby } = this.#deps
    const stranger = nearby.find(reference)
    const id = uuidv7(clock.now()) as DeviceId
    const row: OfferRow = { ...draft({ id, name: stranger.name }), state: 'comparing', stranger: 1 }
    const guest = await nearby.meet(stranger, { id, offer: row.id }, signal)
    book.add({ ...row, device_name: guest.name, expires_at: guest.compareUntil })
    book.tell(book.find(row.id))
    void this.#whenAgreed(guest, async () => {
      book.set(row.id, { state: 'waiting', expires_at: clock.now() + OFFER_MS })
      await this.#offer(guest)
    })
    return row.id
  }

  /** Called when a stranger wants to send files to this device. */
  arrived(guest: Guest): void {
    const { book, clock, log } = this.#deps
    book.add({
      id: guest.offer,
      direction: 'in',
      device: guest.id,
      device_name: guest.name,
      stranger: 1,
      sender: null,
      items: 0,
      bytes: 0,
      names: '[]',
      roots: null,
      state: 'comparing',
      transfer: null,
      bytes_done: 0,
      reason: null,
      failures: '[]',
      told: 1,
      created_at: clock.now(),
      expires_at: guest.compareUntil,
    })
    log.info({ device: guest.name }, 'a device nearby has something to send')
    book.tell(book.find(guest.offer))
    void this.#whenAgreed(guest, async () => {
      const due = clock.after(OFFER_DUE_MS, () => {
        if (book.get(guest.offer)?.state === 'comparing') this.leave(guest.id)
      })
      guest.signal.addEventListener('abort', () => due[Symbol.dispose](), { once: true })
    })
  }

  /**
   * Call it when the user has compared the number. Throws `NotFound`, `Conflict`, and `InvalidInput` if the number
   * differs.
   */
  confirm(id: string, number: string): void {
    const { book } = this.#deps
    const row = book.find(id)
    const guest = this.#guestOf(row)
    if (!guest || row.state !== 'comparing')
      throw new CoreError('Conflict', `there is no number to compare: the offer is ${row.state}`)
    guest.confirm(number)
    book.tell(row)
  }

  /**
   * Handles the offer of a stranger after the number was confirmed. Throws `NotAuthorised` if the id is not the one
   * that the greeting of this device named, or if that offer has ended.
   */
  offered(offer: Pick<OfferRow, 'id' | 'sender' | 'items' | 'bytes' | 'names' | 'expires_at'>, peer: Peer): void {
    const { book, log } = this.#deps
    const row = book.get(offer.id)
    if (row?.direction !== 'in' || row.device !== peer.id || !isOpen(row))
      throw new CoreError('NotAuthorised', 'the two devices have not met for this offer')
    // A device that has not received the answer sends its offer again.
    if (row.state !== 'comparing') return
    const { id, ...told } = offer
    log.info({ device: peer.name, items: offer.items, bytes: offer.bytes }, 'files were offered')
    book.set(id, { ...told, state: 'waiting' })
  }

  /** The number of an offer; null if there is none to compare. */
  comparing(row: OfferRow): { number: string; confirmed: boolean } | null {
    const guest = row.state === 'comparing' ? this.#guestOf(row) : null
    return guest && { number: guest.number, confirmed: guest.isConfirmed }
  }

  /** Ends the drop with a device. The last message to the device still arrives. */
  leave(device: DeviceId): void {
    this.#deps.nearby.leave(device)
  }

  /** Called when the drop with a guest has ended. */
  over(guest: Guest): void {
    this.#end(guest, (row) => this.#fail(row, errorMessage(guest.signal.reason)))
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    for (const timer of this.#again.values()) timer[Symbol.dispose]()
  }

  /** Sends the offer. If the connection is lost, it is sent again, as long as the guest may reconnect. */
  async #offer({ offer, signal }: Guest): Promise<void> {
    const { book, clock, log } = this.#deps
    for (;;) {
      try {
        return await this.#deps.offer(book.find(offer), signal)
      } catch (err) {
        if (!(err instanceof CoreError) || !isRetryable(err.code)) throw err
        log.debug({ err: err.message }, 'sending an offer again')
      }
      await sleep(clock, nearbyLimits.retryMs, signal)
    }
  }

  async #whenAgreed(guest: Guest, go: () => Promise<void>): Promise<void> {
    const { book } = this.#deps
    try {
      await guest.agreed
      await go()
    } catch (err) {
      this.#end(guest, ({ id }) => book.set(id, { state: endOf(err), reason: errorMessage(err) }))
    }
  }

  /**
   * Ends the offer of a guest, unless it has ended. If that cannot be stored, as on a full disk, it is tried again
   * later.
   */
  #end(guest: Guest, end: (row: OfferRow) => void): void {
    const { book, clock, log } = this.#deps
    this.#again.get(guest.offer)?.[Symbol.dispose]()
    this.#again.delete(guest.offer)
    try {
      const row = book.get(guest.offer)
      if (row && row.device === guest.id && isOpen(row)) end(row)
    } catch (err) {
      log.warn({ device: guest.name, err: errorMessage(err) }, 'cannot store the result of an offer')
      // Nothing more to do: the next start ends the offer too.
      if (this.#isClosed) return
      this.#again.set(
        guest.offer,
        clock.after(TRY_AGAIN_MS, () => this.#end(guest, end)),
      )
    }
  }

  #guestOf({ device, stranger }: OfferRow): Guest | null {
    return stranger ? this.#deps.nearby.guest(device) : null
  }

  #fail(row: OfferRow, reason: string): void {
    const { book, transfers } = this.#deps
    book.set(row.id, { state: 'failed', reason })
    if (row.transfer !== null) void transfers.cancel(row.transfer).catch(() => {})
  }
}

function endOf(err: unknown): 'declined' | 'expired' | 'withdrawn' | 'failed' {
  if (!(err instanceof CoreError)) return 'failed'
  if (err.code === 'NotAuthorised') return 'declined'
  if (err.code === 'Timeout') return 'expired'
  return err.code === 'Cancelled' ? 'withdrawn' : 'failed'
}
