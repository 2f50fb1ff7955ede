import type { Connection, Endpoint, EndpointBuilder, Incoming, RelayMode } from '@number0/iroh'
import { isIPv6 } from 'node:net'
import { PeerKey } from '../../../domain/index.ts'
import { CoreError } from '../../../util/errors.ts'
import type { Logger } from '../../../util/logger.ts'
import { settledWithin } from '../../../util/settled-within.ts'
import { untilAborted } from '../../../util/until-aborted.ts'
import {
  type Alpn,
  alpns,
  DIAL_TIMEOUT_MS,
  type DialHints,
  type DialOptions,
  type Link,
  type Transport,
} from '../transport.ts'
import { formatAddress, parseAddress, reachableAddresses } from '../addresses.ts'
import { isOnLocalNetwork } from '../local-network.ts'
import { arrayToText, bytesToArray, textToArray } from './byte-array.ts'
import { freeSockets } from './free-sockets.ts'
import { GatewayDecoy } from './gateway-decoy.ts'
import { dialError, irohMessage, shortKey } from './iroh-errors.ts'
import { IrohLink } from './iroh-link.ts'
import { type Iroh, loadIroh } from './load-iroh.ts'
import { readReflection, REFLECT_ALPN, type ReflectorPlace } from './reflection.ts'

/**
 * Maximum number of connections at once; further incoming ones are refused. A household has dozens of devices at most.
 */
const MAX_LINKS = 512
/** Maximum number of incoming connections that have not proved their key yet; more are refused. */
const MAX_HANDSHAKES = 64
/**
 * If more connections than this are unproved, a new one must first prove its address, so that forged addresses cannot
 * use up the places.
 */
const TRUSTED_HANDSHAKES = 16
/** Maximum number of dials at once, including abandoned ones, which Iroh continues for 30 s. */
const MAX_DIALS = 128
/** Maximum number of addresses that one dial tries. */
const MAX_ADDRESSES = 32
const EVERYWHERE = ['0.0.0.0', '::']
/** How long closing may take, in milliseconds. Anything left ends with the process. */
const CLOSE_TIMEOUT_MS = 5_000

export interface IrohTransportOptions {
  /** The seed of the Ed25519 key, 32 bytes. */
  readonly seed: Uint8Array
  /** IP addresses to listen at, one for each family. A family without an address listens only on loopback. */
  readonly bind?: readonly string[]
  /** UDP port; 0: any free one, different for each family. */
  readonly port: number
  /** URL of the one relay; null: there is none, and no server outside the network is contacted. */
  readonly relay: string | null
  /** The protocols that incoming connections may use. */
  readonly alpns: readonly Alpn[]
  /** If set, packets from outside the local network get no answer, unless they come over the relay. */
  readonly isLocalOnly?: boolean
  readonly log: Logger
  readonly now?: () => number
}

interface Guarded {
  readonly decoy: GatewayDecoy
}

/** The transport over Iroh: QUIC to a key, through NATs and relays. */
export class IrohTransport implements Transport {
  readonly key: PeerKey
  readonly #iroh: Iroh
  /** Null once it is closed, because a reference to the endpoint keeps its sockets open. */
  #endpoint: Endpoint | null
  readonly #options: IrohTransportOptions
  readonly #decoy: GatewayDecoy
  readonly #links = new Set<IrohLink>()
  readonly #accepting: Promise<void>
  readonly #external = new Set<string>()
  #listener: ((link: Link) => void) | null = null
  #handshakes = 0
  #dials = 0
  #closing: Promise<void> | null = null

  private constructor(iroh: Iroh, endpoint: Endpoint, { decoy, ...options }: IrohTransportOptions & Guarded) {
    this.#iroh = iroh
    this.#decoy = decoy
    this.#endpoint = endpoint
    this.#options = options
    this.key = PeerKey.parse(endpoint.id().toString())
    this.#accepting = this.#accept()
  }

  /**
   * Starts listening. Throws `Unsupported` if Iroh has no build for this machine, `Conflict` if the port is taken, and
   * `InvalidInput` for an invalid address or relay.
   */
  static async open(options: IrohTransportOptions): Promise<IrohTransport> {
    const iroh = await loadIroh()
    // Open it before the endpoint, which searches for the router right at its start.
    const decoy = await GatewayDecoy.open(options.log)
    try {
      return await IrohTransport.#bind(iroh, { ...options, decoy })
    } catch (err) {
      await decoy[Symbol.asyncDispose]()
      throw err
    }
  }

  static async #bind(iroh: Iroh, options: IrohTransportOptions & Guarded): Promise<IrohTransport> {
    const bind = options.bind ?? EVERYWHERE
    const v4 = bind.filter((host) => !isIPv6(host))
    const named = (hosts: readonly string[]) => hosts.map((host) => formatAddress(host, options.port))
    const beside = unnamed(bind).map((host) => formatAddress(host, 0))
    try {
      return new IrohTransport(iroh, await build(iroh, options, [...named(bind), ...beside]).bind(), options)
    } catch (err) {
      if (v4.length === 0 || !isWithoutIpv6(err)) throw bindError(err, options.port)
      options.log.info({ bind, reason: irohMessage(err) }, 'this machine has no IPv6; listening on IPv4 only')
    }
    try {
      return new IrohTransport(iroh, await build(iroh, options, named(v4)).bind(), options)
    } catch (err) {
      throw bindError(err, options.port)
    }
  }

  /** Sets the protocols for new incoming connections. Existing connections stay. */
  setAlpns(list: readonly Alpn[]): void {
    this.#opened().setAlpns(list.map(textToArray))
  }

  addresses(): readonly string[] {
    if (this.#closing) return []
    return [...new Set([...this.listening(), ...this.#external])]
  }

  listening(): readonly string[] {
    return this.#closing ? [] : reachableAddresses(this.#sockets())
  }

  routerProblem(): string | null {
    return this.#decoy.problem
  }

  /** The ports where the endpoint listens, one for each family. */
  ports(): readonly number[] {
    if (this.#closing) return []
    return [...new Set(this.#sockets().flatMap((socket) => parseAddress(socket)?.port ?? []))]
  }

  /**
   * Tells other devices about an outside address of this device, as a relay saw it; they may then reach it through a
   * NAT.
   */
  async addExternalAddress(address: string): Promise<void> {
    if (!parseAddress(address))
      throw new CoreError('InvalidInput', `${JSON.stringify(address)} is not an address with a port`)
    await this.#opened().addExternalAddr(address)
    this.#external.add(address)
  }

  async removeExternalAddress(address: string): Promise<void> {
    this.#external.delete(address)
    await this.#opened().removeExternalAddr(address)
  }

  relay(): string | null {
    return this.#closing || this.#options.relay === null ? null : this.#opened().addr().relayUrl()
  }

  async dial(key: PeerKey, hints: DialHints, { alpn, signal }: DialOptions): Promise<Link> {
    signal.throwIfAborted()
    if (this.#closing) throw new CoreError('Unavailable', 'networking has stopped')
    if (key === this.key) throw new CoreError('InvalidInput', 'a device cannot connect to itself')
    if (this.#dials >= MAX_DIALS || this.#links.size >= MAX_LINKS)
      throw new CoreError('Unavailable', 'there are too many connections; try again in a minute')
    const deadline = AbortSignal.timeout(DIAL_TIMEOUT_MS)
    const dialling = this.#connect(key, hints, alpn)
    try {
      const connection = await untilAborted(dialling, AbortSignal.any([signal, deadline]))
      return this.#held(connection, { key, alpn, dialled: true })
    } catch (err) {
      if (!signal.aborted && !deadline.aborted) throw dialError(err, key)
      dialling.then(
        (late) => late.close(0n, textToArray('no longer wanted')),
        () => {},
      )
      signal.throwIfAborted()
      throw new CoreError('Timeout', `${shortKey(key)} did not answer within ${DIAL_TIMEOUT_MS / 1_000} s`, {
        cause: err,
      })
    }
  }

  onPeer(listener: (link: Link) => void): void {
    this.#listener = listener
  }

  /** Asks a reflector under which address it sees this endpoint, outside its NAT. */
  async askReflector({ key, address }: ReflectorPlace, signal: AbortSignal): Promise<string> {
    const asked = this.#connect(key, { addresses: [address], relay: null }, REFLECT_ALPN).then(readReflection)
    try {
      const seen = await untilAborted(asked, AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]))
      if (parseAddress(seen)) return seen
    } catch (err) {
      signal.throwIfAborted()
      throw new CoreError('Unavailable', `${address} did not report our outside address: ${irohMessage(err)}`, {
        cause: err,
      })
    }
    throw new CoreError('Unavailable', `${address} did not report our outside address`)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The sockets of the configured addresses. */
  #sockets(): string[] {
    const beside = unnamed(this.#options.bind ?? EVERYWHERE)
    return this.#opened()
      .boundSockets()
      .filter((socket) => !beside.includes(parseAddress(socket)?.host ?? ''))
  }

  async #close(): Promise<void> {
    const sockets = this.#opened().boundSockets()
    await this.#end()
    await this.#decoy[Symbol.asyncDispose]()
    if (!(await freeSockets(sockets, CLOSE_TIMEOUT_MS)))
      this.#options.log.warn({ sockets }, 'Iroh keeps its ports until the process ends')
  }

  // A separate function, so that its references are released before `close` waits for the sockets.
  async #end(): Promise<void> {
    for (const link of this.#links) link.close('networking has stopped')
    const ended = [this.#opened().close(), this.#accepting]
    this.#endpoint = null
    if (!(await settledWithin(CLOSE_TIMEOUT_MS, ended)))
      this.#options.log.warn({ timeoutMs: CLOSE_TIMEOUT_MS }, 'Iroh did not close in time; it ends with the process')
  }

  #opened(): Endpoint {
    if (!this.#endpoint) throw new CoreError('Unavailable', 'networking has stopped')
    return this.#endpoint
  }

  async #connect(key: PeerKey, hints: DialHints, alpn: string): Promise<Connection> {
    const { EndpointAddr, EndpointId } = this.#iroh
    const addresses = hints.addresses.filter(parseAddress).slice(0, MAX_ADDRESSES)
    // If this device has no relay, it does not use the relay of another device either.
    const relay = this.#options.relay === null ? undefined : (hints.relay ?? undefined)
    this.#dials++
    try {
      const id = EndpointId.fromString(key)
      return await this.#opened().connect(new EndpointAddr(id, relay, addresses), textToArray(alpn))
    } finally {
      this.#dials--
    }
  }

  async #accept(): Promise<void> {
    while (this.#endpoint) {
      const incoming = await this.#endpoint.acceptNext().catch((err: unknown) => {
        this.#options.log.error({ reason: irohMessage(err) }, 'connections from other devices are no longer taken')
        return null
      })
      if (!incoming) return
      void this.#meet(incoming)
    }
  }

  async #meet(incoming: Incoming): Promise<void> {
    try {
      if (this.#options.isLocalOnly === true && !(await isFromHere(incoming))) {
        await incoming.ignore()
        return
      }
      if (!this.#listener || this.#handshakes >= MAX_HANDSHAKES || this.#links.size >= MAX_LINKS) {
        await incoming.refuse()
        return
      }
      if (this.#handshakes >= TRUSTED_HANDSHAKES && !(await incoming.remoteAddrValidated())) {
        await incoming.retry()
        return
      }
      this.#handshakes++
      const connection = await handshake(incoming).finally(() => this.#handshakes--)
      this.#welcome(connection)
    } catch (err) {
      this.#options.log.debug({ reason: irohMessage(err) }, 'a connection from another device failed')
    }
  }

  #welcome(connection: Connection): void {
    const alpn = Object.values(alpns).find((known) => known === arrayToText(connection.alpn()))
    if (!alpn || this.#closing || this.#links.size >= MAX_LINKS) {
      connection.close(0n, textToArray('no connection of this kind is taken now'))
      return
    }
    const key = PeerKey.parse(connection.remoteId().toString())
    this.#listener!(this.#held(connection, { key, alpn, dialled: false }))
  }

  #held(connection: Connection, who: { key: PeerKey; alpn: Alpn; dialled: boolean }): IrohLink {
    const link = new IrohLink({ connection, ...who, now: this.#options.now ?? Date.now, log: this.#options.log })
    this.#links.add(link)
    void link.closed.then(() => this.#links.delete(link))
    if (this.#closing) link.close('networking has stopped')
    return link
  }
}

/** Whether a connection comes from the local network, or over the relay from the settings. */
async function isFromHere(incoming: Incoming): Promise<boolean> {
  const { addr, kind } = await incoming.remoteAddr()
  return kind === 'relay' || isOnLocalNetwork(parseAddress(addr ?? '')?.host ?? '')
}

async function handshake(incoming: Incoming): Promise<Connection> {
  const accepting = await incoming.accept()
  return accepting.connect()
}

function build(iroh: Iroh, options: IrohTransportOptions, sockets: readonly string[]): EndpointBuilder {
  const builder = iroh.Endpoint.builder()
  // The minimal preset has only keys and ciphers. The other presets contact servers on the internet.
  iroh.presetMinimal(builder)
  builder.secretKey(bytesToArray(options.seed))
  builder.alpns(options.alpns.map(textToArray))
  builder.relayMode(relayMode(iroh, options.relay))
  for (const socket of sockets) builder.bindAddr(socket)
  return builder
}

/**
 * A loopback address for each family without an address. Otherwise Iroh would listen on all addresses of that family.
 */
function unnamed(bind: readonly string[]): string[] {
  return [...(bind.some((host) => !isIPv6(host)) ? [] : ['127.0.0.1']), ...(bind.some(isIPv6) ? [] : ['::1'])]
}

/** The first part of the URL's path is the relay's token, which Iroh sends in a header. */
function relayMode(iroh: Iroh, relay: string | null): RelayMode {
  if (relay === null) return iroh.RelayMode.disabled()
  const { origin, pathname } = new URL(relay)
  const relays = iroh.RelayMap.empty()
  const token = pathname.split('/')[1]
  relays.insert(token ? { url: origin, authToken: token } : { url: origin })
  return iroh.RelayMode.custom(relays)
}

/**
 * Whether the error may mean that this machine has no IPv6. It may also mean that an address is not of this machine;
 * then the attempt without IPv6 fails too.
 */
function isWithoutIpv6(err: unknown): boolean {
  return /not supported|cannot assign/i.test(irohMessage(err))
}

function bindError(err: unknown, port: number): CoreError {
  const message = irohMessage(err)
  if (/in use/i.test(message))
    return new CoreError('Conflict', `port ${port} is taken by another program; set another with \`network.port\``, {
      cause: err,
    })
  if (/invalid|relative URL|parse/i.test(message))
    return new CoreError('InvalidInput', `networking cannot start with these settings: ${message}`, { cause: err })
  return new CoreError('Unavailable', `networking cannot listen: ${message}`, { cause: err })
}
