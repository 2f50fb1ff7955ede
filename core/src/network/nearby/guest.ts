import type { DeviceId, PeerKey } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import { LiveLink } from '../sessions/live-link.ts'
import { openProtocol } from '../sessions/open-protocol.ts'
import type { WaitingStreams } from '../sessions/waiting-streams.ts'
import type { ByteStream, LinkEnd } from '../transport/transport.ts'
import type { Conversation } from '../wire/conversation.ts'
import type { Peer } from '../wire/protocol.ts'
import { isNumber } from '../wire/transcript-hash.ts'
import type { Greeted } from './greet.ts'
import type { NearbyLimits } from './limits.ts'
import { nearbyManners, type Refusal } from './protocol.ts'

export interface GuestDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly limits: NearbyLimits
  readonly serve: (stream: ByteStream, origin: { peer: Peer; signal: AbortSignal }) => void
  /** Both persons have compared the number; or the connection was made anew. */
  readonly onConnected: (peer: Peer) => void
  /** The connection was lost, and may be made anew. */
  readonly onLost: (guest: Guest) => void
  /** Called once: nothing follows. */
  readonly onOver: (guest: Guest) => void
}

export interface GuestOptions {
  /** Made for this drop: it has none that lasts. */
  readonly id: DeviceId
  readonly offer: string
  readonly conversation: Conversation<Refusal>
  readonly streams: WaitingStreams
  readonly greeted: Greeted
}

/**
 * A device that is not paired, met for one drop. Nothing is asked of it, and nothing answered, before the persons on both
 * sides have said that their numbers are the same.
 */
export class Guest {
  readonly id: DeviceId
  readonly key: PeerKey
  readonly name: string
  readonly offer: string
  /** Six digits. */
  readonly number: string
  /** When the time to compare is over, in milliseconds since 1970. */
  readonly compareUntil: number
  readonly #deps: GuestDeps
  readonly #decision = Promise.withResolvers<void>()
  readonly #agreed = Promise.withResolvers<void>()
  readonly #done = Promise.withResolvers<void>()
  readonly #ending = new AbortController()
  readonly #timer: Disposable
  #refusal: Refusal = 'declined'
  #isConfirmed = false
  #isAgreed = false
  #live: LiveLink | null = null
  #peer: Peer | null = null

  constructor({ conversation, greeted, id, offer, streams }: GuestOptions, deps: GuestDeps) {
    const { clock, limits } = deps
    this.#deps = deps
    this.id = id
    this.offer = offer
    this.key = conversation.link.key
    this.name = greeted.other.name
    this.number = greeted.number
    this.compareUntil = clock.now() + limits.compareMs
    this.#timer = clock.after(limits.compareMs, () =>
      this.end('expired', new CoreError('Timeout', 'the number was not compared in time')),
    )
    this.#agreed.promise.catch(() => {})
    void this.#compare(conversation, streams)
  }

  /** The connection there is now; null before both have agreed, and while it is lost. */
  get peer(): Peer | null {
    return this.#peer
  }

  /** Somebody here has said that the numbers are the same. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  /** Resolves when both sides have; rejects where it comes to nothing. */
  get agreed(): Promise<void> {
    return this.#agreed.promise
  }

  get isAgreed(): boolean {
    return this.#isAgreed
  }

  /** Resolves when nothing follows, and the other side has been told, or is not there to be told. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  /** Aborted when nothing follows. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /** The person here has compared the number. Throws `Conflict` where it is over, `InvalidInput` for another one. */
  confirm(number: string): void {
    if (this.signal.aborted) throw new CoreError('Conflict', 'it is over: there is nothing to compare any more')
    if (!isNumber(number, this.number)) {
      throw new CoreError(
        'InvalidInput',
        'this is another number than the one here; where the two screens differ, somebody is in between: decline it',
      )
    }
    this.#isConfirmed = true
    this.#decision.resolve()
  }

  /** Nothing follows. The other side is told, if it is still comparing; what runs is cut off. Idempotent. */
  end(refusal: Refusal, err: CoreError): void {
    if (this.signal.aborted) return
    this.#refusal = refusal
    this.#ending.abort(err)
    this.#timer[Symbol.dispose]()
    this.#live?.link.close(nearbyManners.goodbye)
    // Before both have agreed, `#compare` parts from the other side first.
    if (this.#isAgreed) this.#part()
  }

  /** Goes on over a link whose key is this one's. */
  connect(conversation: Conversation<Refusal>, streams: WaitingStreams): void {
    const { clock, onConnected, serve } = this.#deps
    const { frames, link } = conversation
    if (this.signal.aborted) return conversation.close()
    const before = this.#live
    const live = new LiveLink({ link, control: frames, clock, onEnded: (end) => this.#ended(live, end) })
    const { name } = this
    const peer: Peer = {
      id: this.id,
      key: this.key,
      name,
      isStranger: true,
      signal: live.signal,
      path: () => link.path(),
      open: (protocol, signal) => openProtocol(live, { name, protocol }, signal),
    }
    this.#live = live
    this.#peer = peer
    before?.link.close(nearbyManners.goodbye)
    streams.open((stream) => serve(live.track(stream), { peer, signal: live.signal }))
    onConnected(peer)
  }

  async #compare(conversation: Conversation<Refusal>, streams: WaitingStreams): Promise<void> {
    const { limits, log } = this.#deps
    try {
      const wait = { ms: limits.compareMs, signal: this.signal }
      await conversation.agree(this.#decision.promise, wait)
      this.signal.throwIfAborted()
      this.#timer[Symbol.dispose]()
      this.#isAgreed = true
      this.connect(conversation, streams)
      this.#agreed.resolve()
    } catch (err) {
      log.info({ device: this.name, err: errorMessage(err) }, 'a device nearby was not let in')
      this.#timer[Symbol.dispose]()
      if (!this.signal.aborted) this.#ending.abort(err)
      streams.abort()
      this.#agreed.reject(this.signal.reason)
      await conversation.refuse(this.#refusal, limits.lingerMs)
      this.#part()
    }
  }

  #part(): void {
    this.#deps.onOver(this)
    this.#done.resolve()
  }

  #ended(live: LiveLink, { by, reason }: LinkEnd): void {
    if (this.#live !== live) return
    this.#live = null
    this.#peer = null
    if (this.signal.aborted) return
    if (by === 'remote' && reason === nearbyManners.goodbye)
      this.end('withdrawn', new CoreError('Unavailable', `${this.name} has left`))
    else this.#deps.onLost(this)
  }
}
