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
import { nearbyConversation, type Refusal } from './protocol.ts'

export interface GuestDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly limits: NearbyLimits
  readonly serve: (stream: ByteStream, origin: { peer: Peer; signal: AbortSignal }) => void
  /** Called when both users have confirmed the number, and after every reconnection. */
  readonly onConnected: (peer: Peer) => void
  /** Called when the connection was lost. It may come back. */
  readonly onLost: (guest: Guest) => void
  /** Called once, at the end of the drop. */
  readonly onOver: (guest: Guest) => void
}

export interface GuestOptions {
  /** A random id for this drop, because a stranger has no permanent id here. */
  readonly id: DeviceId
  readonly offer: string
  readonly conversation: Conversation<Refusal>
  readonly streams: WaitingStreams
  readonly greeted: Greeted
}

/**
 * A device that is not paired and is connected for one drop. No request is sent or answered before users on both sides
 * have confirmed the number.
 */
export class Guest {
  readonly id: DeviceId
  readonly key: PeerKey
  readonly name: string
  readonly offer: string
  /** The six digits to compare. */
  readonly number: string
  /** The deadline to compare the number, in milliseconds since 1970. */
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

  /** The current connection; null before both sides have confirmed, and while the connection is lost. */
  get peer(): Peer | null {
    return this.#peer
  }

  /** Whether the user here has confirmed the number. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  /** Resolves when both sides have confirmed; rejects if the drop ends before that. */
  get agreed(): Promise<void> {
    return this.#agreed.promise
  }

  get isAgreed(): boolean {
    return this.#isAgreed
  }

  /** Resolves when the drop has ended, and the other side was told or cannot be reached. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  /** Aborted when the drop ends. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /**
   * Call it when the user has compared the number. Throws `Conflict` if the drop is over, `InvalidInput` if it differs.
   */
  confirm(number: string): void {
    if (this.signal.aborted) throw new CoreError('Conflict', 'the offer has ended: there is no number to compare')
    if (!isNumber(number, this.number)) {
      throw new CoreError(
        'InvalidInput',
        'the numbers on the two screens differ: an attacker may be in between; decline the offer',
      )
    }
    this.#isConfirmed = true
    this.#decision.resolve()
  }

  /**
   * Ends the drop. If the other side is still comparing, it is told the reason. Running streams are cut off.
   * Idempotent.
   */
  end(refusal: Refusal, err: CoreError): void {
    if (this.signal.aborted) return
    this.#refusal = refusal
    this.#ending.abort(err)
    this.#timer[Symbol.dispose]()
    this.#live?.link.close(nearbyConversation.goodbye)
    // Until both sides have confirmed, `#compare` sends this side's answer first.
    if (this.#isAgreed) this.#part()
  }

  /** Continues the drop over a new link that proved the guest's key. */
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
    before?.link.close(nearbyConversation.goodbye)
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
    if (by === 'remote' && reason === nearbyConversation.goodbye)
      this.end('withdrawn', new CoreError('Unavailable', `${this.name} has left`))
    else this.#deps.onLost(this)
  }
}
