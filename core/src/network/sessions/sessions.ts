import { randomBytes } from 'node:crypto'
import type { DeviceId, PeerKey } from '../../domain/index.ts'
import { CoreError, type ErrorCode, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { settledWithin } from '../../util/settled-within.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import type { Clock } from '../clock.ts'
import { type DeviceDetails, MAX_ADDRESSES } from '../registry/device-card.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { Registry, RegistryChange } from '../registry/registry.ts'
import type { Link, LinkEnd, Transport } from '../transport/transport.ts'
import type { Peer, Peers, ProtocolHandler } from '../wire/protocol.ts'
import { dialLink, reasonOf, whereaboutsOf } from './dial-link.ts'
import { type EndReason, endReasonOf, endReasons } from './end-reasons.ts'
import { type Greeted, greetBack, greetFirst } from './greet.ts'
import { Greetings } from './greetings.ts'
import type { Hello } from './hello.ts'
import { IncomingStreams } from './incoming-streams.ts'
import { MAX_SKEW_MS, STABLE_MS, START_SPREAD_MS, STOP_MS } from './limits.ts'
import { LiveLink } from './live-link.ts'
import { Retry } from './retry.ts'
import { Session } from './session.ts'
import { Sightings } from './sightings.ts'
import { WaitingStreams } from './waiting-streams.ts'

export interface SessionsDeps {
  readonly registry: Registry
  /** The facts that this device sends in each hello. */
  readonly own: () => { readonly version: string; readonly device: DeviceDetails }
  readonly clock: Clock
  /** A number from 0 to below 1, like `Math.random`. */
  readonly random: () => number
  readonly log: Logger
  /** Called when another program has connected with the key of this device. */
  readonly onKeyUsedElsewhere: () => void
}

/** The facts about a connection, for users. */
export type SessionDetails = Pick<Session, 'connectedAt' | 'latencyMs' | 'skewMs'>

/** The state from `start` to `stop`. */
interface Running {
  readonly transport: Transport
  readonly boot: string
  readonly ending: AbortController
  readonly retries: Map<DeviceId, Retry>
}

/**
 * Keeps one connection with each paired device that can be reached, from `start` to `stop`. A lost connection is made
 * again. Handlers and listeners stay registered across stops and starts.
 */
export class Sessions implements Peers {
  readonly #deps: SessionsDeps
  readonly #handlers = new Map<string, ProtocolHandler>()
  readonly #incoming: IncomingStreams
  readonly #sessions = new Map<DeviceId, Session>()
  readonly #lastErrors = new Map<DeviceId, string>()
  readonly #greetings: Greetings
  readonly #sightings = new Sightings()
  readonly #onConnected = new Set<(peer: Peer) => void>()
  readonly #onDisconnected = new Set<(id: DeviceId, reason: string) => void>()
  #running: Running | null = null

  constructor(deps: SessionsDeps) {
    this.#deps = deps
    const { clock, log } = deps
    this.#greetings = new Greetings(clock)
    this.#incoming = new IncomingStreams({ clock, log, handler: (protocol) => this.#handlers.get(protocol) })
    deps.registry.onChange((change) => this.#follow(change))
  }

  /** Dials every paired device, and repeats that until it answers. Incoming links must be given to `accept`. */
  start(transport: Transport): void {
    const devices = this.#deps.registry.list()
    this.#running = {
      transport,
      boot: randomBytes(8).toString('hex'),
      ending: new AbortController(),
      retries: new Map(),
    }
    for (const device of devices)
      this.#retryOf(device.id)?.schedule(this.#deps.random() * START_SPREAD_MS * devices.length)
  }

  /** Closes all connections. Resolves when all served streams have ended, or after `STOP_MS`. Idempotent. */
  async stop(): Promise<void> {
    const running = this.#running
    if (!running) return
    this.#running = null
    for (const retry of running.retries.values()) retry[Symbol.dispose]()
    for (const session of this.#sessions.values()) session.end('stopping')
    running.ending.abort(new CoreError('Cancelled', 'networking was stopped'))
    await settledWithin(STOP_MS, [this.#incoming.idle()])
  }

  connected(): readonly Peer[] {
    return [...this.#sessions.values()]
  }

  get(id: DeviceId): Peer | null {
    return this.#sessions.get(id) ?? null
  }

  /** Null if the device is not connected. */
  details(id: DeviceId): SessionDetails | null {
    return this.#sessions.get(id) ?? null
  }

  /** The reason why a device could not be reached the last time; null if there was no error. */
  lastError(id: DeviceId): string | null {
    return this.#lastErrors.get(id) ?? null
  }

  async reach(id: DeviceId, signal: AbortSignal): Promise<Peer> {
    const device = this.#deps.registry.get(id)
    if (!device)
      throw new CoreError('NotFound', `no device ${id} is paired with this one; see \`spacedrive network devices\``)
    if (device.blocked) {
      throw new CoreError(
        'NotAuthorised',
        `${device.name} is blocked; run \`spacedrive network block ${device.slug} --off\` to unblock it`,
      )
    }
    if (!this.#running) throw networkingIsOff()
    const known = this.#sessions.get(id)
    if (known) return known
    const arrival = Promise.withResolvers<Peer>()
    using _listening = this.onConnected((peer) => {
      if (peer.id === id) arrival.resolve(peer)
    })
    const dialled = this.#retryOf(id)!
      .soon()
      .then(() => this.#require(device))
    // If the other side's attempt is faster, no caller waits for this one.
    dialled.catch(() => {})
    return untilAborted(Promise.race([arrival.promise, dialled]), signal)
  }

  /** `listener` is called while a device becomes connected, so it must be quick. */
  onConnected(listener: (peer: Peer) => void): Disposable {
    return listen(this.#onConnected, listener)
  }

  /** `listener` is called when a device is no longer connected, with the reason. */
  onDisconnected(listener: (id: DeviceId, reason: string) => void): Disposable {
    return listen(this.#onDisconnected, listener)
  }

  /** Throws `Conflict` if the protocol already has a handler. */
  handle(handler: ProtocolHandler): Disposable {
    const { name } = handler.protocol
    if (this.#handlers.has(name)) throw new CoreError('Conflict', `${name} is served already`)
    this.#handlers.set(name, handler)
    return { [Symbol.dispose]: () => void this.#handlers.delete(name) }
  }

  /**
   * Reports addresses where a device was seen. If it is paired and not connected, it is dialled there at once. The
   * addresses are stored only if the device answers there.
   */
  seenAt(key: PeerKey, addresses: readonly string[]): void {
    const device = this.#deps.registry.byKey(key)
    if (!device || device.blocked) return
    const { id } = device
    this.#sightings.note(id, addresses)
    const running = this.#running
    if (!running || this.#sessions.has(id)) return
    // The next scheduled attempt reports failures.
    if (this.#sightings.isNews(id, addresses)) this.#connect(device, addresses, running).catch(() => {})
    else
      this.#retryOf(id)
        ?.soon()
        .catch(() => {})
  }

  /** Dials all unconnected devices at once, because the addresses of this machine have changed. */
  hurry(): void {
    for (const { id } of this.#deps.registry.list()) {
      if (this.#sessions.has(id)) continue
      this.#retryOf(id)
        ?.soon()
        .catch(() => {})
    }
  }

  /**
   * Ends a connection that no longer works, so that the device is dialled again. Does nothing if it has already ended.
   */
  giveUp({ id, signal }: Peer): void {
    const session = this.#sessions.get(id)
    if (session?.signal === signal) session.end('silent')
  }

  /** Takes an incoming link. Closes it if it is not from a paired device. Never throws. */
  accept(link: Link): void {
    const refusal = this.#refusalOf(link)
    if (refusal) {
      link.close(endReasons[refusal])
      return
    }
    const streams = new WaitingStreams()
    link.onStream((stream) => streams.take(stream))
    void this.#greet(link, streams, async (own) => greetBack(await streams.first, own)).catch((err: unknown) => {
      this.#deps.log.debug({ key: link.key, err }, `a connection failed: ${errorMessage(err)}`)
    })
  }

  #refusalOf({ key }: Link): EndReason | null {
    const { registry } = this.#deps
    if (!this.#running) return 'stopping'
    const device = registry.byKey(key)
    if (!device) return registry.isRefused(key) ? 'revoked' : 'stranger'
    if (device.blocked) return 'blocked'
    return this.#greetings.isFull(key) ? 'busy' : null
  }

  #require({ id, name }: PairedDevice): Peer {
    const session = this.#sessions.get(id)
    if (!session) throw new CoreError('Offline', `${name} ended the connection at once`)
    return session
  }

  /** Null if the device must not be dialled. */
  #retryOf(id: DeviceId): Retry | null {
    const { clock, random, registry } = this.#deps
    const running = this.#running
    const device = registry.get(id)
    if (!running || !device || device.blocked) return null
    const known = running.retries.get(id)
    if (known) return known
    const retry = new Retry({ clock, random, attempt: () => this.#dial(id, running) })
    running.retries.set(id, retry)
    return retry
  }

  async #dial(id: DeviceId, running: Running): Promise<void> {
    const device = this.#deps.registry.get(id)
    if (!device || this.#sessions.has(id)) return
    try {
      await this.#connect(device, this.#sightings.with(id, device.addresses), running)
    } catch (err) {
      running.ending.signal.throwIfAborted()
      const why = errorMessage(err)
      if (this.#deps.registry.get(id) && !this.#sessions.has(id)) this.#lastErrors.set(id, why)
      this.#deps.log.debug({ device: device.name, err }, `a device does not answer: ${why}`)
      throw new CoreError('Offline', `${device.name} cannot be reached: ${why}`, { cause: err })
    }
  }

  async #connect(device: PairedDevice, addresses: readonly string[], { ending, transport }: Running): Promise<void> {
    using _trying = this.#sightings.trying(device.id, addresses)
    const link = await dialLink(device, addresses, { transport, clock: this.#deps.clock, signal: ending.signal })
    const streams = new WaitingStreams({ firstIsControl: false })
    try {
      await this.#greet(link, streams, (own, signal) => {
        const greeted = greetFirst(link, own, signal)
        link.onStream((stream) => streams.take(stream))
        return greeted
      })
    } catch (err) {
      const reason = await reasonOf(link, this.#deps.clock)
      if (reason === null) throw err
      this.#obey(device, endReasonOf(reason))
      throw new CoreError('Unavailable', reason, { cause: err })
    }
  }

  /** Adds a link to a session after both hellos, or closes it and throws the reason. */
  async #greet(
    link: Link,
    streams: WaitingStreams,
    greet: (own: Hello, signal: AbortSignal) => Promise<Greeted>,
  ): Promise<void> {
    const running = this.#running
    if (!running) throw networkingIsOff()
    try {
      const greeted = await this.#greetings.within(link, greet(this.#hello(running), running.ending.signal))
      if (this.#running !== running) throw networkingIsOff()
      this.#adopt({ link, streams, running, ...greeted })
    } catch (err) {
      // The other side is told the error only if the error is about that device.
      const isTold = err instanceof CoreError && TOLD.has(err.code)
      link.close(isTold ? err.message.slice(0, MAX_REASON) : 'the two devices could not greet each other')
      streams.abort()
      throw err
    }
  }

  #hello({ boot, transport }: Running): Hello {
    const protocols = [...this.#handlers.values()].map(({ protocol }) => [protocol.name, protocol.version])
    return {
      ...this.#deps.own(),
      boot,
      whereabouts: { addresses: transport.addresses().slice(0, MAX_ADDRESSES), relay: transport.relay() },
      clock: this.#deps.clock.now(),
      protocols: Object.fromEntries(protocols) as Record<string, number>,
    }
  }

  #adopt({
    control,
    hello,
    link,
    running,
    streams,
  }: Greeted & { link: Link; streams: WaitingStreams; running: Running }): void {
    const { clock, registry } = this.#deps
    const refusal = this.#refusalOf(link)
    if (refusal !== null && refusal !== 'busy') throw new CoreError('NotAuthorised', endReasons[refusal])
    const device = registry.describe(link.key, hello.device)
    const live: LiveLink = new LiveLink({
      link,
      control,
      clock,
      onEnded: (end) => session.linkEnded(live, end),
    })
    const session = this.#sessionFor(device, hello, running)
    const isNew = this.#sessions.get(device.id) !== session
    session.add(live)
    if (isNew) this.#enter(session, device)
    registry.seenAt(device.id, whereaboutsOf(link, hello))
    streams.open((stream) => {
      this.#incoming.serve(live.track(stream), { peer: session, signal: live.signal })
    })
  }

  /**
   * The present session with a device. If the device has restarted networking, the old session ends and a new one
   * begins.
   */
  #sessionFor(device: PairedDevice, hello: Hello, { transport }: Running): Session {
    const known = this.#sessions.get(device.id)
    if (known?.boot === hello.boot) return known
    known?.end('replaced')
    const { clock, registry } = this.#deps
    return new Session({
      id: device.id,
      key: device.key,
      ownKey: transport.key,
      boot: hello.boot,
      clock,
      theirClock: hello.clock,
      name: () => registry.get(device.id)?.name ?? device.name,
      onEnded: (session, end) => this.#leave(session, end),
    })
  }

  #enter(session: Session, device: PairedDevice): void {
    const { log, registry } = this.#deps
    this.#sessions.set(device.id, session)
    this.#lastErrors.delete(device.id)
    registry.seen(device.id)
    log.info({ device: device.name, path: session.path()?.kind ?? null }, 'a device is connected')
    if (Math.abs(session.skewMs) > MAX_SKEW_MS) {
      log.warn(
        { device: device.name, skewMs: session.skewMs },
        'the clocks of this device and another differ; set the wrong clock',
      )
    }
    this.#tell(this.#onConnected, (listener) => listener(session))
  }

  #leave(session: Session, end: LinkEnd): void {
    const { id } = session
    if (this.#sessions.get(id) !== session) return
    const { log, registry } = this.#deps
    this.#sessions.delete(id)
    registry.seen(id)
    log.info({ device: session.name, by: end.by, reason: end.reason }, 'a device is not connected any more')
    this.#tell(this.#onDisconnected, (listener) => listener(id, end.reason))
    const device = registry.get(id)
    const retry = this.#retryOf(id)
    if (!device || !retry) return
    // If a connection of at least `STABLE_MS` is lost, this device connects again at once. If it was shorter, or if the
    // other side has ended it, this device waits first.
    const wasGood = session.lastedMs >= STABLE_MS
    if (wasGood) retry.reset()
    if (end.by === 'remote') this.#obey(device, endReasonOf(end.reason))
    const atOnce = wasGood && end.by !== 'remote'
    retry.schedule(atOnce ? this.#deps.random() * START_SPREAD_MS : retry.nextWaitMs())
  }

  /** Acts on the reason with which the other side has ended a link. */
  #obey(device: PairedDevice, reason: EndReason | null): void {
    const retry = this.#retryOf(device.id)
    switch (reason) {
      case 'revoked':
        this.#deps.log.warn({ device: device.name }, 'a device has revoked the pairing')
        this.#deps.registry.remove(device.id, { refuse: false })
        return
      case 'replaced':
        this.#deps.onKeyUsedElsewhere()
        retry?.slowDown()
        return
      case 'blocked':
      case 'stranger':
        retry?.slowDown()
        return
      case 'stopping':
      case 'busy':
      case 'tooSlow':
      case 'spare':
      case 'silent':
      case 'flood':
      case null:
    }
  }

  #follow({ device, kind }: RegistryChange): void {
    switch (kind) {
      case 'added':
      case 'unblocked':
        this.#retryOf(device.id)
          ?.soon()
          .catch(() => {})
        return
      case 'blocked':
      case 'removed': {
        const retries = this.#running?.retries
        retries?.get(device.id)?.[Symbol.dispose]()
        retries?.delete(device.id)
        this.#lastErrors.delete(device.id)
        this.#sightings.forget(device.id)
        this.#sessions.get(device.id)?.end(kind === 'blocked' ? 'blocked' : 'revoked')
        return
      }
      case 'updated':
    }
  }

  #tell<L>(listeners: ReadonlySet<L>, call: (listener: L) => void): void {
    for (const listener of listeners) {
      try {
        call(listener)
      } catch (err) {
        this.#deps.log.error({ err }, `a listener for devices failed: ${errorMessage(err)}`)
      }
    }
  }
}

/** Codes of errors about the other device, which it is told. All other errors concern only this device. */
const TOLD: ReadonlySet<ErrorCode> = new Set(['Conflict', 'InvalidInput', 'NotAuthorised', 'VersionMismatch'])

/** Longest sentence with which a connection is closed. */
const MAX_REASON = 300

/** The error of every operation that needs networking while it is off. */
export function networkingIsOff(): CoreError {
  return new CoreError('Offline', 'networking is off; run `spacedrive network start`')
}

function listen<L>(listeners: Set<L>, listener: L): Disposable {
  // The same function registered twice counts as one listener.
  listeners.add(listener)
  return { [Symbol.dispose]: () => void listeners.delete(listener) }
}
