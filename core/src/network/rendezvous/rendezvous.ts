import type { PeerKey } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import { codeId, pairedId, SLOT_TOLERANCE, slotAt } from '../discovery/blinded-id.ts'
import type { Sought } from '../discovery/index.ts'
import { MAX_ADDRESSES } from '../registry/device-card.ts'
import { askRendezvous } from './ask-rendezvous.ts'
import { open, seal } from './notice.ts'
import { MAX_PER_REQUEST, type Notice, NOTICE_MS } from './protocol.ts'

/** How often a device leaves its notices again, in milliseconds. */
const TELL_MS = NOTICE_MS / 2
/** How often it asks for the notices of unconnected devices, in milliseconds. */
const ASK_MS = 60_000
/** How often it asks while a pairing code is in use and two users wait, in milliseconds. */
const ASK_CODE_MS = 2_000
/** Wait after a failed request, in milliseconds. */
const RETRY_MS = 30_000

/** A device or pairing code to search for. */
interface Subject {
  readonly secret: Uint8Array
  readonly onFound: (addresses: readonly string[]) => void
}

export interface RendezvousDeps {
  /** The URL from the settings, with its token. */
  readonly url: string
  readonly clock: Clock
  readonly log: Logger
  readonly own: () => { readonly key: PeerKey; readonly addresses: readonly string[] }
  /** All paired devices that are not blocked. */
  readonly paired: () => readonly Sought[]
  readonly isConnected: (key: PeerKey) => boolean
  /**
   * Called with the addresses that a paired device left a while ago. They are only a hint: the device that answers
   * there must prove its key.
   */
  readonly onFound: (key: PeerKey, addresses: readonly string[]) => void
}

/**
 * Finds paired devices, and devices with a pairing code, beyond the local network, through notices at a server that
 * both know. The server sees internet addresses, and ids that it cannot interpret. It passes no files.
 */
export class Rendezvous implements Disposable {
  readonly #deps: RendezvousDeps
  readonly #ending = new AbortController()
  readonly #announced = new Set<{ secret: Uint8Array; addresses: () => readonly string[] }>()
  readonly #sought = new Set<Subject>()
  #problem: string | null = null
  #tellAt = -Infinity
  #timer: Disposable | null = null
  #asking = false
  #again = false

  constructor(deps: RendezvousDeps) {
    this.#deps = deps
    this.look()
  }

  /**
   * Leaves notices with the addresses of this device, and asks for the notices of others. Call it again when the
   * devices or the addresses have changed.
   */
  look(): void {
    this.#tellAt = -Infinity
    this.#wake()
  }

  announceCode(secret: Uint8Array, addresses: () => readonly string[]): Disposable {
    const announced = { secret, addresses }
    this.#announced.add(announced)
    this.look()
    return { [Symbol.dispose]: () => void this.#announced.delete(announced) }
  }

  findCode(secret: Uint8Array, onFound: (addresses: readonly string[]) => void): Disposable {
    const sought = { secret, onFound }
    this.#sought.add(sought)
    this.#wake()
    return { [Symbol.dispose]: () => void this.#sought.delete(sought) }
  }

  /** The reason why the last request failed; null if it succeeded. */
  get problem(): string | null {
    return this.#problem
  }

  [Symbol.dispose](): void {
    this.#ending.abort(new CoreError('Cancelled', 'networking was stopped'))
    this.#timer?.[Symbol.dispose]()
  }

  /** Makes one request at a time. A call during a request causes another one right after it. */
  #wake(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = null
    if (this.#asking) this.#again = true
    else void this.#meet()
  }

  async #meet(): Promise<void> {
    const { clock, log } = this.#deps
    this.#asking = true
    this.#again = false
    let wait = this.#sought.size > 0 || this.#announced.size > 0 ? ASK_CODE_MS : ASK_MS
    try {
      await this.#exchange()
      if (this.#problem !== null) log.info({}, 'the rendezvous is reached again')
      this.#problem = null
    } catch (err) {
      const reason = errorMessage(err)
      if (this.#problem === null && !this.#ending.signal.aborted) log.warn({ reason }, 'the rendezvous is not reached')
      this.#problem = reason
      this.#tellAt = -Infinity
      wait = RETRY_MS
    }
    this.#asking = false
    if (this.#ending.signal.aborted) return
    if (this.#again) void this.#meet()
    else this.#timer = clock.after(wait, () => void this.#meet())
  }

  async #exchange(): Promise<void> {
    const { clock, log, url } = this.#deps
    const tells = clock.ticks() >= this.#tellAt
    const put = tells ? this.#notices() : []
    // Set this before the request. If something changes during the request, the device then announces itself again.
    if (tells) this.#tellAt = clock.ticks() + TELL_MS
    const wanted = this.#wanted()
    const get = [...wanted.keys()]
    const requests = Math.max(Math.ceil(put.length / MAX_PER_REQUEST), Math.ceil(get.length / MAX_PER_REQUEST))
    let left = put.length
    for (let at = 0; at < requests; at++) {
      const part = <T>(all: readonly T[]) => all.slice(at * MAX_PER_REQUEST, (at + 1) * MAX_PER_REQUEST)
      const { found, taken } = await askRendezvous(url, { put: part(put), get: part(get) }, this.#ending.signal)
      left -= taken
      for (const notice of found) {
        const subject = wanted.get(notice.id)
        try {
          if (subject) subject.onFound(open(subject.secret, notice))
        } catch (err) {
          log.debug({ reason: errorMessage(err) }, 'invalid notice at the rendezvous')
        }
      }
    }
    if (left > 0)
      throw new CoreError('Unavailable', `the rendezvous is full: it did not take ${left} of ${put.length} notices`)
  }

  /** The notices with the addresses of this device, one for each paired device and each announced code. */
  #notices(): Notice[] {
    const { clock, own, paired } = this.#deps
    const { addresses: here, key } = own()
    const slot = slotAt(clock.now())
    return [
      ...paired().map(({ secret }) => ({ secret, id: pairedId(secret, { key, slot }), addresses: here })),
      ...[...this.#announced].map(({ addresses, secret }) => ({
        secret,
        id: codeId(secret, slot),
        addresses: addresses(),
      })),
    ].map(({ addresses, id, secret }) => ({ id, notice: seal(secret, id, addresses.slice(0, MAX_ADDRESSES)) }))
  }

  /** The devices and codes that are searched for, by the ids that they may have now. */
  #wanted(): Map<string, Subject> {
    const { clock, isConnected, onFound, paired } = this.#deps
    const now = slotAt(clock.now())
    const slots = Array.from({ length: 2 * SLOT_TOLERANCE + 1 }, (_, at) => now - SLOT_TOLERANCE + at)
    const missing = paired().filter(({ key }) => !isConnected(key))
    return new Map([
      ...missing.flatMap(({ key, secret }) => {
        const subject: Subject = { secret, onFound: (addresses) => onFound(key, addresses) }
        return slots.map((slot) => [pairedId(secret, { key, slot }), subject] as const)
      }),
      ...[...this.#sought].flatMap((subject) => slots.map((slot) => [codeId(subject.secret, slot), subject] as const)),
    ])
  }
}
