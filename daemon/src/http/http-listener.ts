import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from '@spacedrive/core'
import { systemCode } from '@spacedrive/core/errors'
import { originOf } from '@spacedrive/core/ip-address'
import { guard, guardFiles, guardSocket } from './guard.ts'
import type { HttpApp } from './http-env.ts'
import type { HttpLimits } from './http-limits.ts'
import { Exchanges } from './exchanges.ts'
import { ofOtherUsers } from './other-users.ts'
import { HttpError, problemAnswer, refuseUpgrade, rawProblem, securityHeaders } from './problem.ts'

export interface HttpListenerOptions {
  readonly at: NetworkPlace | SocketPlace
  /** By TLS and nothing else, with a key and its certificate. */
  readonly tls?: { readonly pem: string }
  readonly app: HttpApp
  /** What is done with a request to become a WebSocket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly limits: HttpLimits
  readonly log: Logger
}

interface NetworkPlace {
  /** The address it binds. */
  readonly hostname: string
  /** Tried one after the other; 0 is any. */
  readonly ports: readonly number[]
  /** The names it may be reached by, as an address of a page has them. */
  readonly names: () => readonly string[]
  /** Here are files alone, which pages of these origins show. */
  readonly pages?: () => ReadonlySet<string>
}

interface SocketPlace {
  /** Path of a socket that does not exist yet, or the name of a pipe. */
  readonly socket: string
}

/** Of the connections that fit: from then on those of other users of this machine are counted. */
const CROWDED = 3 / 4
/** How long after that, in milliseconds. Until then the rest of the room is left. */
const OTHERS_MS = 20
/** After a count the wait is at least this many times as long: others can make it take long, and nothing else runs then. */
const OTHERS_REST = 20
/** How often the log says so. */
const OTHERS_TOLD_MS = 60_000

/** How long the names of this machine are taken to be the same. */
const NAMES_MS = 5_000

/** Listens at one address, keeps to the limits, and passes on what the guard lets through. */
export class HttpListener implements AsyncDisposable {
  readonly #options: HttpListenerOptions
  readonly #server: Server
  #origins: { readonly all: ReadonlySet<string>; readonly at: number } | null = null
  /** Connections that were told that there are too many. */
  readonly #refused = new WeakSet<Socket>()
  readonly #connections = new Set<Socket>()
  /** How many there are of each network of other machines. */
  readonly #perNetwork = new Map<string, number>()
  readonly #exchanges: Exchanges
  #othersToldAt = -OTHERS_TOLD_MS
  #closingOthers: NodeJS.Timeout | null = null
  /** No count before this time. */
  #othersNextAt = 0

  private constructor(options: HttpListenerOptions) {
    const { app, limits, tls } = options
    this.#options = options
    this.#exchanges = new Exchanges(limits, options.log)
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
    // Before Node has it among those that wait for nothing.
    this.#server.prependListener('connection', (socket: Socket) => this.#count(socket))
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

  /** Of one that listens on the network. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The addresses that pages of this listener have. */
  get origins(): ReadonlySet<string> {
    const { at } = this.#options
    return 'socket' in at ? new Set() : this.#ownOrigins(at)
  }

  /** Refuses whoever comes; what is being answered has a moment to end, then its connection is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#exchanges[Symbol.dispose]()
    this.#server.close()
    this.#server.closeIdleConnections()
    if (this.#closingOthers) clearTimeout(this.#closingOthers)
    const timer = setTimeout(() => this.#server.closeAllConnections(), this.#options.limits.farewellMs)
    await closed
    clearTimeout(timer)
  }

  /** Cuts every connection, WebSockets too, whatever is being answered. */
  drop(): void {
    for (const socket of this.#connections) socket.destroy()
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
    const refusal = this.#guard(request)
    if (refusal === null) return void answer(request, response).catch(() => response.destroy())
    const { body, headers, status } = problemAnswer(new HttpError(403, 'PermissionDenied', refusal))
    // What else it sends is not waited for.
    response.writeHead(status, { ...headers, ...securityHeaders, connection: 'close' }).end(body)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that is killed resets the connection.
    socket.on('error', () => socket.destroy())
    const refusal = this.#guard(request)
    if (refusal === null) this.#options.upgrade(request, socket, head)
    else refuseUpgrade(socket, new HttpError(403, 'PermissionDenied', refusal))
  }

  #count(socket: Socket): void {
    const { connections, connectionsPerAddress } = this.#options.limits
    const network = networkOf(socket)
    const fromThere = network === null ? 0 : (this.#perNetwork.get(network) ?? 0)
    // Before anything else is done for it, TLS included.
    if (fromThere >= connectionsPerAddress) return void socket.destroy()
    // Room is made by those that wait for nothing.
    if (this.#connections.size >= connections) this.#closeIdle()
    if (this.#connections.size >= connections * CROWDED) this.#closingOthers ??= this.#closeOthersSoon()
    if (this.#connections.size < connections) {
      this.#connections.add(socket)
      if (network !== null) this.#perNetwork.set(network, fromThere + 1)
      socket.once('close', () => {
        this.#connections.delete(socket)
        if (network !== null) this.#leave(network)
      })
      return
    }
    // Who speaks TLS would not understand it.
    if (this.#options.tls) return void socket.destroy()
    this.#refused.add(socket)
    const why = `${connections} connections are open, no more fit`
    socket.end(rawProblem(new HttpError(503, 'Unavailable', why, { 'retry-after': '1' })), () => socket.destroy())
  }

  #leave(network: string): void {
    const count = (this.#perNetwork.get(network) ?? 0) - 1
    if (count > 0) this.#perNetwork.set(network, count)
    else this.#perNetwork.delete(network)
  }

  #closeOthersSoon(): NodeJS.Timeout {
    const rest = Math.max(OTHERS_MS, this.#othersNextAt - performance.now())
    return setTimeout(() => {
      this.#closingOthers = null
      const before = performance.now()
      this.#closeOthers()
      const now = performance.now()
      this.#othersNextAt = now + OTHERS_REST * (now - before)
    }, rest).unref()
  }

  /** Other users of this machine share its address, so their connections are told apart only when room gets scarce. */
  #closeOthers(): void {
    const { connectionsPerAddress } = this.#options.limits
    const here = [...this.#connections].filter((socket) => networkOf(socket) === null)
    const tooMany = ofOtherUsers(here).slice(connectionsPerAddress)
    for (const socket of tooMany) {
      socket.destroy()
      this.#connections.delete(socket)
    }
    const now = performance.now()
    if (tooMany.length === 0 || now - this.#othersToldAt < OTHERS_TOLD_MS) return
    this.#othersToldAt = now
    this.#options.log.warn({ closed: tooMany.length }, 'another user of this machine took up the connections')
  }

  #closeIdle(): void {
    this.#server.closeIdleConnections()
    // They say so themselves only later.
    for (const socket of this.#connections) if (socket.destroyed) this.#connections.delete(socket)
  }
}

/** Whose connections are counted together; null for this machine, whose programs share one address. */
function networkOf({ remoteAddress }: Socket): string | null {
  if (remoteAddress === undefined) return null
  const { network } = originOf(remoteAddress)
  return network.startsWith('127.') || network === LOOPBACK_IPV6 ? null : network
}

const LOOPBACK_IPV6 = originOf('::1').network
