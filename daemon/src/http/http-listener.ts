import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from '@spacedrive/core'
import { systemCode } from '@spacedrive/core/errors'
import { ConnectionSlots, type Sender, senderAt, type Slot, type SlotReason } from '@spacedrive/core/connection-slots'
import { originOf } from '@spacedrive/core/ip-address'
import { ownerOf } from './connection-owner.ts'
import { guard, guardFiles, guardSocket } from './guard.ts'
import type { HttpApp } from './http-env.ts'
import type { HttpLimits } from './http-limits.ts'
import { Exchanges } from './exchanges.ts'
import { ofOtherUsers } from './other-users.ts'
import { LOOPBACK } from './loopback.ts'
import { HttpError, problemAnswer, refuseUpgrade, rawProblem, securityHeaders } from './problem.ts'
import { onSignedIn } from './signed-in.ts'

export interface HttpListenerOptions {
  readonly at: NetworkPlace | SocketPlace
  /** By TLS and nothing else, with a key and its certificate. */
  readonly tls?: { readonly pem: string }
  readonly app: HttpApp
  /** Handles a WebSocket upgrade. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly limits: HttpLimits
  readonly log: Logger
  /** The user who has opened a connection from this machine; by default the kernel says so. */
  readonly ownerOf?: typeof ownerOf
  /** The address of the other side; by default that of the socket. */
  readonly addressOf?: (socket: Socket) => string | undefined
}

interface NetworkPlace {
  /** The address it binds. */
  readonly hostname: string
  /** The ports to try, one after the other; 0: any free port. */
  readonly ports: readonly number[]
  /** The host names that clients may use, as URLs contain them. */
  readonly names: () => readonly string[]
  /** If set, this listener serves only files, and pages of these origins may show them. */
  readonly pages?: () => ReadonlySet<string>
}

interface SocketPlace {
  /** Path of a socket that does not exist yet, or the name of a pipe. */
  readonly socket: string
}

/** From this part of all connections on, one of this machine whose user is unknown is the first to lose its slot. */
const CROWDED = 3 / 4
/** After the tables of connections were read, the pause is so many times as long as the reading took. */
const READING_REST = 2
/** How often the log says that another user takes up connections. */
const OTHERS_TOLD_MS = 60_000
/** The IPv6 networks of one customer together have as many connections as this number of addresses. */
const ADDRESSES_PER_SITE = 2

/** How long the names of this machine are taken to be the same. */
const NAMES_MS = 5_000

/** Listens at one address, enforces the limits, and passes on the requests that the guard allows. */
export class HttpListener implements AsyncDisposable {
  readonly #options: HttpListenerOptions
  readonly #server: Server
  #origins: { readonly all: ReadonlySet<string>; readonly at: number } | null = null
  /** Connections that were told that there are too many. */
  readonly #refused = new WeakSet<Socket>()
  readonly #slots: ConnectionSlots
  readonly #open = new Map<Socket, Slot>()
  /** By both ends: a request over TLS has another socket. */
  readonly #slotsByEnds = new Map<string, Slot>()
  /** Connections of this machine, whose user is looked up in the tables. */
  readonly #ofUnknownUser = new Set<Socket>()
  readonly #exchanges: Exchanges
  #othersToldAt = -OTHERS_TOLD_MS
  #isReading = false
  readonly #closing = new AbortController()

  private constructor(options: HttpListenerOptions) {
    const { app, limits, tls } = options
    this.#options = options
    this.#exchanges = new Exchanges(limits, options.log)
    this.#slots = new ConnectionSlots(limits.connections)
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
    const settings = {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.ceil(limits.headersMs / 2),
      // Any other wish to speak another language is not heard, and the request answered.
      shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket',
    }
    const onRequest = (request: IncomingMessage, response: ServerResponse) =>
      this.#exchanges.add({ request, response }, () => this.#request(request, response, listener))
    this.#server = tls
      ? createTlsServer(
          { ...settings, key: tls.pem, cert: tls.pem, minVersion: 'TLSv1.3', handshakeTimeout: limits.headersMs },
          onRequest,
        )
      : createServer(settings, onRequest)
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    // This must run before Node's own listener, which adds the socket to its idle connections.
    this.#server.prependListener('connection', (socket: Socket) => this.#accept(socket))
    this.#server.on('secureConnection', (socket: Socket) => this.#slotOf(socket)?.spoke())
  }

  /** Throws the system's error where none of the ports can be had. */
  static async listen(options: HttpListenerOptions): Promise<HttpListener> {
    const listener = new HttpListener(options)
    try {
      await listener.#listen()
    } catch (err) {
      listener.#exchanges[Symbol.dispose]()
      throw err
    }
    return listener
  }

  /** The port of a listener on the network, not on a socket file. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The addresses that pages of this listener have. */
  get origins(): ReadonlySet<string> {
    const { at } = this.#options
    return 'socket' in at ? new Set() : this.#ownOrigins(at)
  }

  /** Refuses new connections. Running requests get a short time to finish, then their connections are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#exchanges[Symbol.dispose]()
    this.#server.close()
    this.#server.closeIdleConnections()
    this.#closing.abort()
    const cut = () => {
      this.#server.closeAllConnections()
      // Node.js does not count WebSockets among its connections, and waits for them.
      this.drop()
    }
    const timer = setTimeout(cut, this.#options.limits.farewellMs)
    await closed
    clearTimeout(timer)
  }

  /** Cuts every connection, WebSockets too, whatever is being answered. */
  drop(): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }

  async #listen(): Promise<void> {
    const { at, log } = this.#options
    const places = 'socket' in at ? [{ path: at.socket }] : at.ports.map((port) => ({ port, host: at.hostname }))
    const failures: unknown[] = []
    for (const place of places) {
      try {
        this.#server.listen(place)
        await once(this.#server, 'listening')
        this.#server.on('error', (err) => log.error({ err }, 'the HTTP server failed'))
        return
      } catch (err) {
        if (systemCode(err) !== 'EADDRINUSE') throw err
        failures.push(err)
      }
    }
    throw failures.at(-1)
  }

  #guard(request: IncomingMessage): string | null {
    const { at } = this.#options
    if ('socket' in at) return guardSocket(request)
    const origins = this.#ownOrigins(at)
    return at.pages ? guardFiles(request, { origins, pages: at.pages() }) : guard(request, origins)
  }

  /** The addresses it is reached at. Those of a machine change; looking at them for each picture of a page takes long. */
  #ownOrigins({ names }: NetworkPlace): ReadonlySet<string> {
    const now = performance.now()
    if (this.#origins && now - this.#origins.at < NAMES_MS) return this.#origins.all
    const scheme = this.#options.tls ? 'https' : 'http'
    const all = new Set(names().map((name) => new URL(`${scheme}://${name}:${this.port}`).origin))
    this.#origins = { all, at: now }
    return all
  }

  #request(request: IncomingMessage, response: ServerResponse, answer: ReturnType<typeof getRequestListener>): void {
    if (this.#refused.has(request.socket)) return
    this.#watch(request)
    const refusal = this.#guard(request)
    if (refusal === null) return void answer(request, response).catch(() => response.destroy())
    const { body, headers, status } = problemAnswer(new HttpError(403, 'PermissionDenied', refusal))
    // Do not wait for the rest of the request.
    response.writeHead(status, { ...headers, ...securityHeaders, connection: 'close' }).end(body)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that is killed resets the connection.
    socket.on('error', () => socket.destroy())
    this.#watch(request)
    const refusal = this.#guard(request)
    if (refusal === null) this.#options.upgrade(request, socket, head)
    else refuseUpgrade(socket, new HttpError(403, 'PermissionDenied', refusal))
  }

  /** Runs before any other work, TLS included. */
  #accept(socket: Socket): void {
    const claim = {
      end: (why: SlotReason) => this.#cutOff(socket, why),
      // Other systems never tell whose it is.
      isTentative: process.platform === 'linux' && this.#slots.size >= CROWDED * this.#options.limits.connections,
    }
    const place = this.#placeOf(socket)
    let slot = this.#slots.take(place.sender, claim)
    if (slot === 'total') {
      this.#closeIdle()
      slot = this.#slots.take(place.sender, claim)
    }
    if (typeof slot === 'string') return this.#refuse(socket, { why: slot, sender: place.sender })
    this.#hold(socket, slot)
    if (place.user === 'own') this.#keepOwn(slot)
    if (place.user === 'unknown' && process.platform === 'linux') this.#ofUnknownUser.add(socket)
    if (claim.isTentative && this.#ofUnknownUser.size > 0 && !this.#isReading)
      this.#readUsers().catch((err: unknown) =>
        this.#options.log.error({ err }, 'cannot find out which users opened the connections'),
      )
  }

  /** Not over TLS, where a program of this user may be a proxy for others: there, a client must sign in to keep its slot. */
  #keepOwn(slot: Slot): void {
    if (!this.#options.tls) slot.keep()
  }

  #hold(socket: Socket, slot: Slot): void {
    const ends = endsOf(socket)
    this.#open.set(socket, slot)
    this.#slotsByEnds.set(ends, slot)
    socket.once('close', () => {
      slot.release()
      this.#open.delete(socket)
      this.#ofUnknownUser.delete(socket)
      if (this.#slotsByEnds.get(ends) === slot) this.#slotsByEnds.delete(ends)
    })
  }

  #slotOf(socket: Socket): Slot | undefined {
    return this.#slotsByEnds.get(endsOf(socket))
  }

  #watch(request: IncomingMessage): void {
    const slot = this.#slotOf(request.socket)
    slot?.spoke()
    onSignedIn(request, () => {
      // Remote users cannot occupy all connections.
      slot?.keepWhileFair()
      slot?.rememberSender()
    })
  }

  /** Programs of this machine share an address, so they are told apart by their users. */
  #placeOf(socket: Socket): { readonly sender: Sender; readonly user: 'own' | 'unknown' | 'other' } {
    const { at, limits } = this.#options
    // File permissions protect a socket.
    if ('socket' in at) return { sender: thisMachine, user: 'own' }
    const address = this.#addressOf(socket)
    const perAddress = limits.connectionsPerAddress
    if (!isLoopback(address)) {
      return { sender: senderAt(address, { perAddress, perSite: ADDRESSES_PER_SITE * perAddress }), user: 'other' }
    }
    const user = (this.#options.ownerOf ?? ownerOf)(socket)
    if (user === 'unknown') return { sender: thisMachine, user }
    return user === process.geteuid!()
      ? { sender: thisMachine, user: 'own' }
      : { sender: this.#otherUsers, user: 'other' }
  }

  /** The address of the client; of this machine if the connection is already closed. */
  #addressOf(socket: Socket): string {
    const { addressOf = ({ remoteAddress }) => remoteAddress } = this.#options
    return addressOf(socket) ?? LOOPBACK
  }

  get #otherUsers(): Sender {
    return { group: OTHER_USERS, caps: [{ key: OTHER_USERS, max: this.#options.limits.connectionsPerAddress }] }
  }

  #cutOff(socket: Socket, why: SlotReason): void {
    // On this machine, only the other users have a limit, all of them together.
    if (why === 'sender' && isLoopback(this.#addressOf(socket))) this.#tellOfOthers()
    socket.destroy()
  }

  #refuse(socket: Socket, { sender, why }: { why: SlotReason; sender: Sender }): void {
    if (sender.group === OTHER_USERS) this.#tellOfOthers()
    // A client that speaks TLS would not understand an answer.
    if (why === 'sender' || this.#options.tls) return void socket.destroy()
    this.#refused.add(socket)
    const reason = `${this.#slots.size} connections are open; try again when one of them has ended`
    socket.end(rawProblem(new HttpError(503, 'Unavailable', reason, { 'retry-after': '1' })), () => socket.destroy())
  }

  #tellOfOthers(): void {
    const now = performance.now()
    if (now - this.#othersToldAt < OTHERS_TOLD_MS) return
    this.#othersToldAt = now
    this.#options.log.warn({}, 'another user of this machine occupies all connections')
  }

  /** Finds the users of connections for which the kernel could not be asked at once. One reading serves all of them. */
  async #readUsers(): Promise<void> {
    this.#isReading = true
    const before = performance.now()
    const sockets = [...this.#ofUnknownUser]
    const others = await ofOtherUsers(sockets)
    for (const socket of sockets) {
      this.#ofUnknownUser.delete(socket)
      const slot = this.#open.get(socket)
      if (others.has(socket)) slot?.moveTo(this.#otherUsers)
      else if (slot) this.#keepOwn(slot)
    }
    const rest = READING_REST * (performance.now() - before)
    await wait(rest, undefined, { ref: false, signal: this.#closing.signal }).catch(() => {})
    this.#isReading = false
  }

  #closeIdle(): void {
    this.#server.closeIdleConnections()
    // Their `close` comes later.
    for (const [socket, slot] of this.#open) if (socket.destroyed) slot.release()
  }
}

const OTHER_USERS = 'other users of this machine'
/** Programs of this user, and programs whose user is unknown. */
const thisMachine: Sender = { group: 'this machine', caps: [] }

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}

function isLoopback(address: string): boolean {
  const { network } = originOf(address)
  return network.startsWith('127.') || network === LOOPBACK_IPV6
}

const LOOPBACK_IPV6 = originOf('::1').network
