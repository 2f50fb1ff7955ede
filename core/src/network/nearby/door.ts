import type { PeerKey } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { WaitingStreams } from '../sessions/waiting-streams.ts'
import { alpns, type Link, type Transport } from '../transport/transport.ts'
import { Conversation } from '../wire/conversation.ts'
import { type Greeted, greetSender, type Self } from './greet.ts'
import type { Guest } from './guest.ts'
import { MAX_GREETINGS, MAX_UNPROVED, type NearbyLimits } from './limits.ts'
import { First, type Greeting, nearbyConversation, type Refusal, RefusedNearbyError, type Welcome } from './protocol.ts'

/** A stranger that has computed the number. */
export interface Arrived {
  readonly conversation: Conversation<Refusal>
  readonly streams: WaitingStreams
  readonly greeted: Greeted
  readonly offer: string
}

export interface DoorDeps {
  readonly transport: Transport
  readonly own: Self
  readonly randomBytes: (count: number) => Uint8Array
  readonly limits: NearbyLimits
  readonly log: Logger
  /** The reason to refuse a new stranger; null: accept it. */
  readonly refusalOf: (greeting: Greeting) => Refusal | null
  readonly onArrived: (arrived: Arrived) => void
  /** The guest that reconnects with this key; null if there is none. */
  readonly guestOf: (offer: string, key: PeerKey) => Guest | null
  /** Called when so many strangers have tried that no more are accepted. */
  readonly onTooMany: () => void
}

/** The endpoint for strangers while this device is visible, with a separate key. */
export class Door {
  readonly transport: Transport
  readonly #deps: DoorDeps
  readonly #closing = new AbortController()
  #isOpen = true
  #unproved = 0
  #greetings = 0

  constructor(deps: DoorDeps) {
    this.#deps = deps
    this.transport = deps.transport
    this.transport.onPeer((link) => this.#admit(link))
  }

  /** Accepts no new strangers. Earlier guests may reconnect. */
  shut(): void {
    this.#isOpen = false
  }

  async close(): Promise<void> {
    this.#isOpen = false
    this.#closing.abort(new CoreError('Cancelled', 'this device is no longer visible'))
    await this.transport.close()
  }

  #admit(link: Link): void {
    if (link.alpn !== alpns.spacedrop || this.#unproved >= MAX_UNPROVED) {
      link.close('too many devices come at once')
      return
    }
    this.#unproved++
    void this.#serve(link).finally(() => this.#unproved--)
  }

  /** Never throws: an error of a stranger ends only its own connection. */
  async #serve(link: Link): Promise<void> {
    const { limits, log } = this.#deps
    const wait = { ms: limits.stepMs, signal: this.#closing.signal }
    const streams = new WaitingStreams({ firstIsControl: false })
    let conversation: Conversation<Refusal> | null = null
    try {
      conversation = await Conversation.accept(
        link,
        { ...nearbyConversation, onOther: (stream) => streams.take(stream) },
        wait,
      )
      const first = await conversation.receive(First, wait)
      if (first.type === 'again') await this.#again(first.offer, { conversation, streams })
      else await this.#greet(first, { conversation, streams })
    } catch (err) {
      log.debug({ err: errorMessage(err) }, 'a stranger was turned away')
      streams.abort()
      if (conversation) await conversation.refuse(refusalFor(err), limits.lingerMs)
      else link.close(nearbyConversation.goodbye)
    }
  }

  async #greet(
    greeting: Greeting,
    { conversation, streams }: Pick<Arrived, 'conversation' | 'streams'>,
  ): Promise<void> {
    const { limits, onArrived, onTooMany, own, randomBytes, refusalOf, transport } = this.#deps
    const refusal = this.#isOpen ? refusalOf(greeting) : 'stopped'
    if (refusal) throw new TurnedAwayError(refusal)
    if (this.#greetings >= MAX_GREETINGS) {
      onTooMany()
      throw new TurnedAwayError('stopped')
    }
    this.#greetings++
    const wait = { ms: limits.stepMs, signal: this.#closing.signal }
    const greeted = await greetSender(conversation, { greeting, own, ownKey: transport.key, randomBytes }, wait)
    // Other strangers may have arrived while this one was greeted.
    const late = refusalOf(greeting)
    if (late) throw new TurnedAwayError(late)
    onArrived({ conversation, streams, greeted, offer: greeting.offer })
  }

  async #again(offer: string, { conversation, streams }: Pick<Arrived, 'conversation' | 'streams'>): Promise<void> {
    const guest = this.#deps.guestOf(offer, conversation.link.key)
    if (!guest?.isAgreed) throw new TurnedAwayError('unknown')
    const wait = { ms: this.#deps.limits.stepMs, signal: guest.signal }
    await conversation.send({ type: 'welcome' } satisfies Welcome, wait)
    guest.connect(conversation, streams)
  }
}

/** A stranger was refused, for a reason that it is told. */
class TurnedAwayError extends CoreError {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super('NotAuthorised', `turned away: ${refusal}`)
    this.refusal = refusal
  }
}

function refusalFor(err: unknown): Refusal {
  if (err instanceof TurnedAwayError) return err.refusal
  return err instanceof RefusedNearbyError ? 'proof' : 'stopped'
}
