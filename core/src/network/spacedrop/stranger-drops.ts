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
 * How long the offer may take once the numbers were compared, in milliseconds: it is sent at once, or when a connection
 * that was lost is there again.
 */
const OFFER_DUE_MS = nearbyLimits.returnMs + 30_000

export interface StrangerDropsDeps {
  readonly book: OfferBook
  readonly nearby: Nearby
  readonly transfers: Transfers
  readonly clock: Clock
  readonly log: Logger
  /** Makes an offer that was written down. */
  readonly offer: (row: OfferRow, signal: AbortSignal) => Promise<void>
}

/** Offers between devices that are not paired: two people compare a number before anything is told of the files. */
export class StrangerDrops implements Disposable {
  readonly #deps: StrangerDropsDeps
  /** Offers whose end is still to be written down. */
  readonly #again = new Map<string, Disposable>()
  #isClosed = false

  constructor(deps: StrangerDropsDeps) {
    this.#deps = deps
  }

  /** Who was met before a restart is met no more. */
  endOld(): void {
    for (const row of this.#deps.book.all())
      if (row.stranger && isOpen(row)) this.#fail(row, 'Spacedrive was stopped on this device')
  }

  /** Meets a device nearby for an offer; resolves when there is a number to compare. Throws what it is refused with. */
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

  /** A stranger has something for this device. */
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

  /** The person here says that the numbers are the same. Throws `NotFound`, `Conflict`, and `InvalidInput` for another number. */
  confirm(id: string, number: string): void {
    const { book } = this.#deps
    const row = book.find(id)
    const guest = this.#guestOf(row)
    if (!guest || row.state !== 'comparing')
      throw new CoreError('Conflict', `there is no number to compare: the offer is ${row.state}`)
    guest.confirm(number)
    book.tell(row)
  }

  /** What a stranger offers once the numbers were compared: the one thing it was met for. Throws `NotAuthorised`. */
  offered(offer: Pick<OfferRow, 'id' | 'sender' | 'items' | 'bytes' | 'names' | 'expires_at'>, peer: Peer): void {
    const { book, log } = this.#deps
    const row = book.get(offer.id)
    if (row?.direction !== 'in' || row.device !== peer.id || !isOpen(row))
      throw new CoreError('NotAuthorised', 'this is not what the two devices have met for')
    // Whoever has not heard the answer asks again.
    if (row.state !== 'comparing') return
    const { id, ...told } = offer
    log.info({ device: peer.name, items: offer.items, bytes: offer.bytes }, 'files were offered')
    book.set(id, { ...told, state: 'waiting' })
  }

  /** The number of an offer, while there is one to compare. */
  comparing(row: OfferRow): { number: string; confirmed: boolean } | null {
    const guest = row.state === 'comparing' ? this.#guestOf(row) : null
    return guest && { number: guest.number, confirmed: guest.isConfirmed }
  }

  /** Nothing follows with a device that was met: what it says last still arrives. */
  leave(device: DeviceId): void {
    this.#deps.nearby.leave(device)
  }

  /** It is over with a guest. */
  over(guest: Guest): void {
    this.#end(guest, (row) => this.#fail(row, errorMessage(guest.signal.reason)))
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    for (const timer of this.#again.values()) timer[Symbol.dispose]()
  }

  /** Makes the offer, and again where the connection is lost meanwhile, as long as the guest may come again. */
  async #offer({ offer, signal }: Guest): Promise<void> {
    const { book, clock, log } = this.#deps
    for (;;) {
      try {
        return await this.#deps.offer(book.find(offer), signal)
      } catch (err) {
        if (!(err instanceof CoreError) || !isRetryable(err.code)) throw err
        log.debug({ err: err.message }, 'an offer is made again')
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

  /** Ends the offer of a guest, unless it has ended; where that cannot be written down, as on a full disk, later. */
  #end(guest: Guest, end: (row: OfferRow) => void): void {
    const { book, clock, log } = this.#deps
    this.#again.get(guest.offer)?.[Symbol.dispose]()
    this.#again.delete(guest.offer)
    try {
      const row = book.get(guest.offer)
      if (row && row.device === guest.id && isOpen(row)) end(row)
    } catch (err) {
      log.warn({ device: guest.name, err: errorMessage(err) }, 'what became of an offer was not written down')
      // The next start ends it, too.
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
