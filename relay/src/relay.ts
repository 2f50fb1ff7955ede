import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from '@spacedrive/core'
import { ConnectionSlots, type Sender, senderAt, type Slot, type SlotReason } from '@spacedrive/core/connection-slots'
import { CoreError, errorMessage, systemCode } from '@spacedrive/core/errors'
import { formatAddress, type PeerKey } from '@spacedrive/core/relay-protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { answerAt } from './board-requests.ts'
import { Noticeboard } from './noticeboard.ts'
import { Rate } from './rate.ts'
import { Reflector } from './reflector.ts'
import { RelayClient } from './relay-client.ts'
import { loadBlake3, MAX_FRAME_BYTES, type Packet, RELAY_PROTOCOLS } from './relay-frames.ts'
import { type RefusalReason, RelayMetrics } from './relay-metrics.ts'

export interface RelayLimits {
  /** Most devices at once. */
  readonly clients: number
  /** Most connections at once from one IP address, or from one IPv6 network. */
  readonly connectionsPerAddress: number
  readonly bytesPerSecondEach: number
  readonly bytesPerSecond: number
}

/** Enough for a household and its friends; a small machine with 100 Mbit/s can serve this. */
export const defaultRelayLimits: RelayLimits = {
  clients: 256,
  connectionsPerAddress: 32,
  bytesPerSecondEach: 8 * 1_048_576,
  bytesPerSecond: 12 * 1_048_576,
}

export interface RelayOptions {
  /** An IP address, or a name of this machine. */
  readonly host: string
  /** TCP, for the relay, and UDP, for the reflection of addresses; 0: any that is free. */
  readonly port: number
  /** The devices that may use the relay; null: every device with the token, or every device if there is no token. */
  readonly allow: readonly PeerKey[] | null
  /** The token in the address of the relay: `http://relay.example:3340/<token>`; null: no token is required. */
  readonly token: string | null
  readonly limits?: Partial<RelayLimits>
  readonly log: Logger
}

/** A device has one WebSocket, and in parallel it may ask for its address or leave a notice. */
const ACCEPTED_PER_CLIENT = 2
/** One customer may have many IPv6 networks; together they have as many connections as this number of addresses. */
const ADDRESSES_PER_SITE = 2
const HEADERS_TIMEOUT_MS = 10_000
/** Most bytes of a request before its body. */
const MAX_HEADER_BYTES = 8_192

/**
 * A relay for Iroh: it passes packets between devices that cannot reach each other, tells them their outside address,
 * and keeps the notices they leave for each other (`noticeboard.ts`). It sees keys, sizes and times, but cannot read the
 * packets.
 */
export class Relay implements AsyncDisposable {
  readonly #options: RelayOptions
  readonly #limits: RelayLimits
  readonly #allowed: ReadonlySet<PeerKey> | null
  readonly #metrics = new RelayMetrics()
  readonly #clients = new Map<PeerKey, RelayClient>()
  /** The WebSockets. */
  readonly #connections: ConnectionSlots
  /** All open connections, whether or not they have sent a request. */
  readonly #accepted: ConnectionSlots
  readonly #slots = new WeakMap<Socket, Slot>()
  readonly #total: Rate
  readonly #board = new Noticeboard(ticks)
  readonly #server: Server
  readonly #sockets: WebSocketServer
  #reflector: Reflector | null = null

  private constructor(options: RelayOptions) {
    this.#options = options
    this.#limits = { ...defaultRelayLimits, ...options.limits }
    this.#allowed = options.allow && new Set(options.allow)
    this.#connections = new ConnectionSlots(this.#limits.clients)
    this.#accepted = new ConnectionSlots(ACCEPTED_PER_CLIENT * this.#limits.clients)
    this.#total = new Rate(this.#limits.bytesPerSecond, ticks)
    this.#server = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES },
      (request, response) => this.#answer(request, response),
    )
    this.#server.prependListener('connection', (socket: Socket) => this.#accept(socket))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, { socket, head }))
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handleProtocols: (offered) => RELAY_PROTOCOLS.find((known) => offered.has(known)) ?? false,
    })
  }

  /**
   * Starts the relay. Throws `Conflict` if the port is taken, and `InvalidInput` if the host is not an address of this
   * machine.
   */
  static async open(options: RelayOptions): Promise<Relay> {
    await loadBlake3()
    const relay = new Relay(options)
    await relay.#listen()
    await relay.#reflect()
    const { allow, token } = options
    options.log.info({ url: relay.url, allowed: allow?.length ?? null, token: token !== null }, 'relay open')
    return relay
  }

  /** The address that devices set as their relay, without the token. */
  get url(): string {
    return `http://${formatAddress(this.#options.host, this.#port)}`
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Metrics in the text format of Prometheus; also at `/metrics`, for this machine and for clients with the token. */
  metrics(): string {
    return this.#metrics.text({ clients: this.#clients.size, notices: this.#board.size })
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close()
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    await this.#reflector?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #listen(): Promise<void> {
    const { host, port } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen({ host, port }, resolve)
    try {
      await promise
    } catch (err) {
      if (systemCode(err) === 'EADDRINUSE')
        throw new CoreError('Conflict', `port ${port} is taken by another program`, { cause: err })
      throw new CoreError('InvalidInput', `a relay cannot listen at ${host}:${port}: ${errorMessage(err)}`, {
        cause: err,
      })
    }
  }

  async #reflect(): Promise<void> {
    const { host, log } = this.#options
    try {
      this.#reflector = await Reflector.open({ host: isIP(host) ? host : '0.0.0.0', port: this.#port, log })
    } catch (err) {
      log.warn({ reason: errorMessage(err) }, 'the reflector does not run: devices cannot learn their outside address')
    }
  }

  /** Runs before any other work. If a client has too many connections, one is cut off, regardless of its request. */
  #accept(socket: Socket): void {
    const cutOff = (reason: RefusalReason) => {
      this.#metrics.refused(reason)
      socket.destroy()
    }
    const slot = this.#accepted.take(this.#senderOf(socket, ACCEPTED_PER_CLIENT), {
      end: (why) => cutOff(refusalOf[why]),
    })
    if (typeof slot === 'string') return cutOff(refusalOf[slot])
    this.#slots.set(socket, slot)
    socket.once('close', () => slot.release())
  }

  #senderOf({ remoteAddress = '' }: Socket, factor = 1): Sender {
    const perAddress = factor * this.#limits.connectionsPerAddress
    return senderAt(remoteAddress, { perAddress, perSite: ADDRESSES_PER_SITE * perAddress })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = this.#pathOf(request)
    response.setHeader('access-control-allow-origin', '*')
    if (path === '/ping') return end(response, 200, '')
    if (path === '/generate_204') return this.#noContent(request, response)
    if (path === '/reflect' && this.#reflector && this.#mayUse(request))
      return end(response, 200, JSON.stringify(this.#reflector.place))
    if (path === '/rendezvous' && this.#mayLeaveWord(request)) return this.#meet(request, response)
    if (path === '/metrics' && this.#maySeeMetrics(request)) return end(response, 200, this.metrics())
    if (path === '/') return end(response, 200, 'A relay of Spacedrive.\n')
    end(response, 404, '')
  }

  #meet(request: IncomingMessage, response: ServerResponse): void {
    answerAt(this.#board, request, request.socket.remoteAddress ?? '').then(
      ({ body, status }) => end(response, status, body),
      () => response.destroy(),
    )
  }

  /** Echoes a challenge, so that a device notices if another server answers in place of the relay. */
  #noContent(request: IncomingMessage, response: ServerResponse): void {
    const challenge = request.headers['x-iroh-challenge']
    if (typeof challenge === 'string' && /^[\w.-]{1,64}$/.test(challenge))
      response.setHeader('x-iroh-response', `response ${challenge}`)
    end(response, 204, '')
  }

  #upgrade(request: IncomingMessage, { socket, head }: { socket: Duplex; head: Buffer }): void {
    // Without this listener, an error before the connection is accepted would end the process.
    socket.on('error', () => {})
    if (!this.#mayUse(request)) {
      this.#metrics.refused('token')
      return refuse(socket, '401 Unauthorized')
    }
    if (this.#pathOf(request) !== '/relay') return refuse(socket, '404 Not Found')
    const slot = this.#connections.take(this.#senderOf(request.socket), {
      end: (why) => {
        this.#metrics.refused(refusalOf[why])
        socket.destroy()
      },
    })
    if (typeof slot === 'string') {
      this.#metrics.refused(refusalOf[slot])
      return refuse(socket, '503 Service Unavailable')
    }
    request.socket.setNoDelay(true)
    socket.once('close', () => slot.release())
    const accepted = this.#slots.get(request.socket)
    this.#sockets.handleUpgrade(request, socket, head, (client) =>
      this.#welcome(client, [slot, ...(accepted ? [accepted] : [])]),
    )
  }

  #welcome(socket: WebSocket, slots: readonly Slot[]): void {
    let key: PeerKey | null = null
    const client: RelayClient = new RelayClient({
      socket,
      metrics: this.#metrics,
      bytesPerSecond: this.#limits.bytesPerSecondEach,
      total: this.#total,
      ticks,
      mayEnter: (claimed) => this.#allowed?.has(claimed) ?? true,
      onEntered: (proved) => {
        key = proved
        for (const slot of slots) this.#keep(slot)
        // A device may connect again before the relay has noticed that the old connection is gone.
        this.#clients.get(proved)?.close()
        this.#clients.set(proved, client)
      },
      onPacket: (packet, sender) => this.#forward(packet, sender),
    })
    socket.once('close', () => {
      if (!key || this.#clients.get(key) !== client) return
      this.#clients.delete(key)
      for (const other of this.#clients.values()) other.gone(key)
    })
  }

  /** Everybody can make a key. So a key alone is no reason to prefer an address that has many devices already. */
  #keep(slot: Slot): void {
    if (this.#allowed === null && this.#options.token === null) return slot.keepWhileFair()
    slot.keep()
    slot.rememberSender()
  }

  #forward(packet: Packet, sender: PeerKey): void {
    const receiver = this.#clients.get(packet.to)
    if (receiver) receiver.deliver(packet.forwardedFrom(sender), sender)
    else this.#metrics.dropped('receiver not here')
  }

  #mayUse(request: IncomingMessage): boolean {
    const { token } = this.#options
    if (token === null) return true
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    return isSame(bearer ?? '', token) || isSame((request.url ?? '').split(/[/?]/)[1] ?? '', token)
  }

  /**
   * The noticeboard checks no keys. So if only listed devices may use the relay, the noticeboard requires the token
   * too.
   */
  #mayLeaveWord(request: IncomingMessage): boolean {
    const { allow, token } = this.#options
    return (allow === null || token !== null) && this.#mayUse(request)
  }

  #maySeeMetrics(request: IncomingMessage): boolean {
    const isLoopback = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '')
    // A local proxy also connects from loopback, but for clients elsewhere.
    const isHere = isLoopback && request.headers['x-forwarded-for'] === undefined
    return isHere || (this.#options.token !== null && this.#mayUse(request))
  }

  /** The path without the token before it and without the query. */
  #pathOf(request: IncomingMessage): string {
    const path = (request.url ?? '/').split('?', 1)[0]!
    const { token } = this.#options
    return token !== null && path.startsWith(`/${token}/`) ? path.slice(token.length + 1) : path
  }
}

function ticks(): number {
  return performance.now()
}

const refusalOf: Readonly<Record<SlotReason, RefusalReason>> = {
  sender: 'connections of one address',
  total: 'clients',
}

/** Answers and closes immediately, so a client that keeps its side open occupies no place. */
function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`, () => socket.destroy())
}

function end(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status
  response.end(body)
}

/** Compares in constant time, so that the duration reveals nothing about the token. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
