import type { DeviceId, NearbyDevice, PeerKey, Visibility } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { nearest } from '../../util/nearest.ts'
import { settledWithin } from '../../util/settled-within.ts'
import { uuidv7 } from '../../util/uuid.ts'
import { type Clock, sleep } from '../clock.ts'
import type { Stranger } from '../discovery/index.ts'
import { SEED_BYTES } from '../identity/ed25519.ts'
import { IncomingStreams } from '../sessions/incoming-streams.ts'
import { STOP_MS } from '../sessions/limits.ts'
import { networkingIsOff } from '../sessions/sessions.ts'
import { WaitingStreams } from '../sessions/waiting-streams.ts'
import { alpns, type Transport } from '../transport/transport.ts'
import { Conversation } from '../wire/conversation.ts'
import type { Peer, Peers, ProtocolHandler } from '../wire/protocol.ts'
import { type Arrived, Door } from './door.ts'
import { greetReceiver, type Self } from './greet.ts'
import { Guest } from './guest.ts'
import { MAX_COMPARING, MAX_GREETINGS, MAX_GUESTS, type NearbyLimits } from './limits.ts'
import { type Again, type Greeting, nearbyConversation, type Refusal, RefusedNearbyError, Welcome } from './protocol.ts'
import { heard } from '../../util/heard.ts'

/** Shortest prefix of a key by which a user can name a device. */
const MIN_KEY_PREFIX = 6

/** Finds strangers on the local network. */
export interface NearbyDiscovery {
  strangers(): readonly Stranger[]
  /** Announces the visible part of this device, and asks other devices for theirs. */
  look(): void
  /** Tells the network that this device is no longer visible with this key. */
  leave(key: PeerKey): void
}

export interface NearbyDeps {
  /** Opens a separate endpoint on the local network, only for strangers that drop files. */
  readonly openTransport: (seed: Uint8Array) => Promise<Transport>
  /** Null while discovery on the local network is off. */
  readonly discovery: () => NearbyDiscovery | null
  readonly own: () => Self
  /** Whether the settings allow receiving. */
  readonly isReceiving: () => boolean
  /** Whether no offer with this id was seen before. */
  readonly isNewOffer: (id: string) => boolean
  readonly randomBytes: (count: number) => Uint8Array
  readonly clock: Clock
  readonly log: Logger
  readonly limits: NearbyLimits
  /** Called when the visibility of this device has changed. */
  readonly changed: () => void
  /** Called when a stranger wants to send files to this device and the numbers must be compared. */
  readonly onGuest: (guest: Guest) => void
  /** Called when the drop with a guest has ended. The reason is in the guest's signal. */
  readonly onOver: (guest: Guest) => void
}

/**
 * Devices of the local network that are not paired, each connected for one drop. Strangers see this device only for a
 * while, with a key made for that. A confirmed number is valid for one drop only.
 */
export class Nearby implements Peers {
  readonly #deps: NearbyDeps
  readonly #incoming: IncomingStreams
  readonly #handlers = new Map<string, ProtocolHandler>()
  readonly #onConnected = new Set<(peer: Peer) => void>()
  readonly #onDisconnected = new Set<(id: DeviceId) => void>()
  readonly #guests = new Map<DeviceId, Guest>()
  /** The guests that this device has dialled, with their addresses. */
  readonly #dialled = new Map<DeviceId, { readonly transport: Transport; readonly addresses: readonly string[] }>()
  readonly #waiting = new Map<DeviceId, Disposable>()
  readonly #ownKeys = new Set<PeerKey>()
  /** The door for new strangers, and older doors whose guests have not left. */
  readonly #doors = new Set<Door>()
  #shown: { readonly door: Door; readonly name: string; readonly until: number; readonly timer: Disposable } | null =
    null
  #reason: string | null = null
  /** Null while networking is off; aborted when it stops. */
  #on: AbortController | null = null

  constructor(deps: NearbyDeps) {
    this.#deps = deps
    const { clock, log } = deps
    this.#incoming = new IncomingStreams({ clock, log, handler: (protocol) => this.#handlers.get(protocol) })
  }

  /** Called when networking is on. */
  start(): void {
    this.#on ??= new AbortController()
  }

  /** The part of this device that strangers see; null while it is not visible. */
  advert(): Omit<Stranger, 'heardAt'> | null {
    const shown = this.#shown
    return shown && { key: shown.door.transport.key, name: shown.name, addresses: shown.door.transport.addresses() }
  }

  visibility(): Visibility {
    const { name, until } = this.#shown ?? {}
    return {
      name: name ?? null,
      until: until === undefined ? null : new Date(until).toISOString(),
      reason: this.#reason,
    }
  }

  /**
   * Makes this device visible on the local network for a while. Throws `Offline` while networking is off, `Unavailable`
   * if discovery on the local network is off, and `Conflict` if the settings forbid receiving.
   */
  async show(ms: number): Promise<void> {
    const { clock, limits, log, randomBytes } = this.#deps
    const own = this.#self()
    this.#discovery()
    const transport = await this.#open(this.#signal())
    // The user may have turned receiving off while the endpoint was opened.
    if (!this.#deps.isReceiving()) {
      await transport.close()
      throw new CoreError(
        'Conflict',
        'this device receives no files: `network.receive` is off; run `spacedrive config set network.receive ask` to allow them',
      )
    }
    const door = new Door({
      transport,
      own,
      randomBytes,
      limits,
      log,
      refusalOf: (greeting) => this.#refusalOf(greeting),
      onArrived: (arrived) => this.#arrived(arrived),
      guestOf: (offer, key) => this.#guestOf(offer, key),
      onTooMany: () => {
        log.warn({ times: MAX_GREETINGS }, 'too many strangers connected: this device is no longer visible')
        this.#hide(`strangers connected ${MAX_GREETINGS} times; make this device visible again if you expected them`)
      },
    })
    this.hide()
    this.#doors.add(door)
    this.#ownKeys.add(transport.key)
    const timer = clock.after(ms, () => this.hide())
    this.#reason = null
    this.#shown = { door, name: own.name, until: clock.now() + ms, timer }
    this.#tell()
  }

  /** Makes this device invisible to strangers and accepts no new ones. Running drops continue. Idempotent. */
  hide(): void {
    this.#hide(null)
  }

  /** The visible devices, the last heard first. */
  devices(): NearbyDevice[] {
    return this.#strangers().map(({ heardAt, key, name }) => ({ key, name, heardAt: new Date(heardAt).toISOString() }))
  }

  /** Asks for visible devices; they appear in `devices` a moment later. */
  look(): void {
    this.#deps.discovery()?.look()
  }

  /** Finds a device by name or by a prefix of its key. Throws `NotFound`, and `Conflict` if several match. */
  find(reference: string): Stranger {
    const strangers = this.#strangers()
    const isKey = reference.length >= MIN_KEY_PREFIX
    const byKey = strangers.filter(({ key }) => isKey && key.startsWith(reference.toLowerCase()))
    const found = byKey.length > 0 ? byKey : strangers.filter(({ name }) => name === reference)
    if (found.length > 1) {
      const keys = found.map(({ key }) => key.slice(0, 2 * MIN_KEY_PREFIX)).join(', ')
      throw new CoreError('Conflict', `${found.length} nearby devices match; choose one by its key: ${keys}`)
    }
    if (found[0]) return found[0]
    const [hint] = nearest(
      reference,
      strangers.map(({ name }) => name),
    )
    const advice = hint === undefined ? 'see `spacedrive network nearby`' : `did you mean ${hint}?`
    throw new CoreError('NotFound', `no visible nearby device matches ${JSON.stringify(reference)}; ${advice}`)
  }

  /**
   * Dials a stranger and computes the number that the users compare. Throws `Offline` if it does not answer, and the
   * refusal if it refuses.
   */
  async meet(stranger: Stranger, { id, offer }: { id: DeviceId; offer: string }, asked: AbortSignal): Promise<Guest> {
    const { limits, randomBytes } = this.#deps
    const own = this.#self()
    const signal = AbortSignal.any([asked, this.#signal()])
    const wait = { ms: limits.stepMs, signal }
    const transport = await this.#open(signal)
    try {
      const { conversation, streams } = await this.#dial(transport, stranger, signal)
      try {
        const greeted = await greetReceiver(conversation, { own, ownKey: transport.key, offer, randomBytes }, wait)
        // Networking may have been stopped during the last message.
        signal.throwIfAborted()
        this.#dialled.set(id, { transport, addresses: stranger.addresses })
        return this.#welcome({ conversation, streams, greeted, offer }, id)
      } catch (err) {
        streams.abort()
        conversation.close()
        throw err
      }
    } catch (err) {
      await transport.close()
      signal.throwIfAborted()
      throw err
    }
  }

  guest(id: DeviceId): Guest | null {
    return this.#guests.get(id) ?? null
  }

  /** Ends the drop with a guest, after its last message has had time to arrive. Does nothing if the drop is over. */
  leave(id: DeviceId): void {
    const guest = this.#guests.get(id)
    if (!guest) return
    const refusal = this.#dialled.has(id) ? 'withdrawn' : 'declined'
    const over = () => guest.end(refusal, new CoreError('Cancelled', 'the drop is over'))
    if (guest.isAgreed) this.#deps.clock.after(this.#deps.limits.lingerMs, over)
    else over()
  }

  connected(): readonly Peer[] {
    return [...this.#guests.values()].flatMap(({ peer }) => peer ?? [])
  }

  get(id: DeviceId): Peer | null {
    return this.#guests.get(id)?.peer ?? null
  }

  async reach(id: DeviceId): Promise<Peer> {
    const peer = this.get(id)
    if (peer) return peer
    throw new CoreError('Offline', `${this.#guests.get(id)?.name ?? 'the device'} is not connected any more`)
  }

  onConnected(listener: (peer: Peer) => void): Disposable {
    this.#onConnected.add(listener)
    return { [Symbol.dispose]: () => void this.#onConnected.delete(listener) }
  }

  onDisconnected(listener: (id: DeviceId) => void): Disposable {
    this.#onDisconnected.add(listener)
    return { [Symbol.dispose]: () => void this.#onDisconnected.delete(listener) }
  }

  /** A guest can open only protocols that have a handler here. */
  handle(handler: ProtocolHandler): Disposable {
    const { name } = handler.protocol
    this.#handlers.set(name, handler)
    return { [Symbol.dispose]: () => void this.#handlers.delete(name) }
  }

  /** Ends all transfers with strangers, because networking stops. */
  async close(): Promise<void> {
    this.#on?.abort(networkingIsOff())
    this.#on = null
    this.hide()
    const guests = [...this.#guests.values()].map(({ done }) => done)
    const dialled = [...this.#dialled.values()].map(({ transport }) => transport)
    for (const guest of this.#guests.values()) {
      guest.end('stopped', new CoreError('Unavailable', 'networking was stopped'))
    }
    await settledWithin(STOP_MS, [this.#incoming.idle(), ...guests])
    await Promise.all([...this.#doors, ...dialled].map((each) => each.close()))
    this.#doors.clear()
  }

  /** Throws `Offline` as soon as a stop begins. Otherwise a drop that starts during the stop would outlive it. */
  #self(): Self {
    this.#signal()
    const { name, os } = this.#deps.own()
    return { name: name.toWellFormed(), os }
  }

  /** Aborted when networking stops. Throws `Offline` while it is off. */
  #signal(): AbortSignal {
    if (this.#on) return this.#on.signal
    throw networkingIsOff()
  }

  async #open(signal: AbortSignal): Promise<Transport> {
    const transport = await this.#deps.openTransport(this.#deps.randomBytes(SEED_BYTES))
    if (!signal.aborted) return transport
    await transport.close()
    throw signal.reason
  }

  #discovery(): NearbyDiscovery {
    this.#signal()
    const discovery = this.#deps.discovery()
    if (discovery) return discovery
    throw new CoreError(
      'Unavailable',
      'cannot search for nearby devices: discovery is off; run `spacedrive config set network.discovery true`',
    )
  }

  #strangers(): Stranger[] {
    return this.#discovery()
      .strangers()
      .filter(({ key }) => !this.#ownKeys.has(key))
  }

  #hide(reason: string | null): void {
    const shown = this.#shown
    if (!shown) return
    this.#shown = null
    this.#reason = reason
    shown.timer[Symbol.dispose]()
    shown.door.shut()
    this.#deps.discovery()?.leave(shown.door.transport.key)
    this.#closeIdleDoors()
    this.#tell()
  }

  #tell(): void {
    this.#deps.discovery()?.look()
    this.#deps.changed()
  }

  #refusalOf({ offer }: Greeting): Refusal | null {
    if (!this.#deps.isReceiving()) return 'stopped'
    const guests = [...this.#guests.values()]
    if (guests.length >= MAX_GUESTS || guests.filter(({ isAgreed }) => !isAgreed).length >= MAX_COMPARING) return 'busy'
    return this.#deps.isNewOffer(offer) ? null : 'unknown'
  }

  #arrived(arrived: Arrived): void {
    const guest = this.#welcome(arrived, uuidv7(this.#deps.clock.now()) as DeviceId)
    this.#deps.onGuest(guest)
  }

  #welcome({ conversation, greeted, offer, streams }: Arrived, id: DeviceId): Guest {
    const { clock, limits, log } = this.#deps
    const guest = new Guest(
      { id, offer, conversation, streams, greeted },
      {
        clock,
        log,
        limits,
        serve: (stream, origin) => this.#incoming.serve(stream, origin),
        onConnected: (peer) => {
          this.#waiting.get(peer.id)?.[Symbol.dispose]()
          this.#waiting.delete(peer.id)
          for (const listener of this.#onConnected) listener(peer)
        },
        onLost: (lost) => this.#lost(lost),
        onOver: (over) => this.#over(over),
      },
    )
    this.#guests.set(id, guest)
    return guest
  }

  #guestOf(offer: string, key: PeerKey): Guest | null {
    return [...this.#guests.values()].find((guest) => guest.offer === offer && guest.key === key) ?? null
  }

  /** Waits for a guest to reconnect. If this device has dialled the guest, it dials again. */
  #lost(guest: Guest): void {
    const { clock, limits } = this.#deps
    for (const listener of this.#onDisconnected) listener(guest.id)
    const gone = clock.after(limits.returnMs, () =>
      guest.end('stopped', new CoreError('Unavailable', `the connection with ${guest.name} was lost`)),
    )
    this.#waiting.set(guest.id, gone)
    if (this.#dialled.has(guest.id)) void this.#return(guest)
  }

  async #return(guest: Guest): Promise<void> {
    const { clock, limits, log } = this.#deps
    const { addresses, transport } = this.#dialled.get(guest.id)!
    const { key, name } = guest
    while (!guest.signal.aborted) {
      try {
        const { conversation, streams } = await this.#dial(transport, { key, name, addresses }, guest.signal)
        try {
          const wait = { ms: limits.stepMs, signal: guest.signal }
          await conversation.send({ type: 'again', offer: guest.offer } satisfies Again, wait)
          await conversation.receive(Welcome, wait)
        } catch (err) {
          streams.abort()
          conversation.close()
          throw err
        }
        guest.connect(conversation, streams)
        return
      } catch (err) {
        log.debug({ device: guest.name, err: errorMessage(err) }, 'a guest is not reached again yet')
        if (err instanceof RefusedNearbyError) guest.end('stopped', err)
      }
      await sleep(clock, limits.retryMs, guest.signal).catch(() => {})
    }
  }

  async #dial(
    transport: Transport,
    { addresses, key, name }: Pick<Stranger, 'addresses' | 'key' | 'name'>,
    signal: AbortSignal,
  ): Promise<{ conversation: Conversation<Refusal>; streams: WaitingStreams }> {
    const hints = { addresses, relay: null }
    const link = await transport.dial(key, hints, { alpn: alpns.spacedrop, signal }).catch((err: unknown) => {
      signal.throwIfAborted()
      throw new CoreError('Offline', `${name} does not answer; check that it is still visible`, { cause: err })
    })
    if (link.key !== key) {
      link.close(nearbyConversation.goodbye)
      throw new CoreError('NotAuthorised', `another device answers where ${name} was`)
    }
    const streams = new WaitingStreams({ firstIsControl: false })
    link.onStream((stream) => streams.take(stream))
    const wait = { ms: this.#deps.limits.stepMs, signal }
    try {
      return { conversation: await Conversation.open(link, nearbyConversation, wait), streams }
    } catch (err) {
      streams.abort()
      link.close(nearbyConversation.goodbye)
      throw err
    }
  }

  #over(guest: Guest): void {
    this.#guests.delete(guest.id)
    this.#waiting.get(guest.id)?.[Symbol.dispose]()
    this.#waiting.delete(guest.id)
    const dialled = this.#dialled.get(guest.id)
    this.#dialled.delete(guest.id)
    for (const listener of this.#onDisconnected) listener(guest.id)
    this.#deps.onOver(guest)
    if (dialled) void heard(dialled.transport.close())
    this.#closeIdleDoors()
  }

  /** Closes doors that are no longer visible to strangers. While any guest may still reconnect, all doors stay open. */
  #closeIdleDoors(): void {
    if ([...this.#guests.keys()].some((id) => !this.#dialled.has(id))) return
    for (const door of this.#doors) {
      if (door === this.#shown?.door) continue
      this.#doors.delete(door)
      void heard(door.close())
    }
  }
}
