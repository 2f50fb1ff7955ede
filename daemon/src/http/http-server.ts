import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { Core, Exposed, ExplorerHost, ExposeInput } from '@spacedrive/core'
import type { Connections } from '../connections.ts'
import { Exposure } from '../expose/index.ts'
import { createApp } from './app.ts'
import { Authenticator } from './authenticator.ts'
import type { HttpApp } from './http-env.ts'
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts'
import { HttpListener } from './http-listener.ts'
import { HttpSocket } from './http-socket.ts'
import { Metrics } from './metrics.ts'
import { WebPage } from './page/index.ts'
import { Sessions } from './sessions.ts'
import { openTokenFile } from './token-file.ts'
import { WebSockets } from './web-sockets.ts'

/** Bound to this, nobody on another machine can reach it. */
const LOOPBACK = '127.0.0.1'
const LOOPBACK_NAMES = [LOOPBACK, 'localhost']
/** So many instances side by side have each a port that stays the same. */
const NEXT_PORTS = 20
const MAX_PORT = 65_535
const EPOCH_RADIX = 36

export interface HttpServerOptions {
  readonly core: Core
  readonly connections: Connections
  /** Where the token and the sessions are kept, of mode 0700. */
  readonly runDir: string
  /** The first one that is tried; 0: any. */
  readonly port: number
  /** The folder of the page's workspace; that of this installation by default. */
  readonly webFolder?: string
  readonly limits?: Partial<HttpLimits>
  readonly now?: () => number
}

/** The explorer and its interface for programs, on this machine. */
export class HttpServer implements AsyncDisposable, ExplorerHost {
  readonly url: string
  readonly tokenFile: string
  /** What answers, wherever it listens. */
  readonly app: HttpApp
  readonly #connections: Connections
  readonly #page: WebPage
  readonly #sessions: Sessions
  readonly #listener: HttpListener
  readonly #socket: HttpSocket
  readonly #metrics: Metrics | null
  readonly #closing: AbortController
  readonly #exposure: Exposure

  private constructor(
    of: Pick<HttpServer, 'app' | 'tokenFile'> & {
      connections: Connections
      page: WebPage
      sessions: Sessions
      listener: HttpListener
      socket: HttpSocket
      metrics: Metrics | null
      closing: AbortController
      exposure: Exposure
    },
  ) {
    this.url = `http://${LOOPBACK}:${of.listener.port}/`
    this.tokenFile = of.tokenFile
    this.app = of.app
    this.#connections = of.connections
    this.#page = of.page
    this.#sessions = of.sessions
    this.#listener = of.listener
    this.#socket = of.socket
    this.#metrics = of.metrics
    this.#closing = of.closing
    this.#exposure = of.exposure
  }

  /** Throws the system's error where no port can be had. */
  static async listen({
    connections,
    core,
    now = Date.now,
    port,
    runDir,
    webFolder,
    ...rest
  }: HttpServerOptions): Promise<HttpServer> {
    const limits = { ...defaultHttpLimits, ...rest.limits }
    const { log } = core
    const tokenFile = join(runDir, 'http-token')
    const token = await openTokenFile(tokenFile)
    const sessions = new Sessions({ file: join(runDir, 'http-sessions.json'), limits, now })
    const cookieName = `spacedrive_session_${hash('sha256', core.dataDir).slice(0, 8)}`
    const authenticator = new Authenticator({ token, sessions, cookieName, limits, now })
    const page = new WebPage({ log, ...(webFolder === undefined ? {} : { folder: webFolder }) })
    const metrics = core.config.values.http.metrics ? new Metrics({ core, connections }) : null
    const closing = new AbortController()
    const epoch = now().toString(EPOCH_RADIX)
    const sockets = new WebSockets({ authenticator, connections, limits })
    const shared = { core, page, limits, metrics, epoch, closing: closing.signal }
    const app = createApp({ ...shared, authenticator })
    const listener = await HttpListener.listen({
      at: { hostname: LOOPBACK, names: () => LOOPBACK_NAMES, ports: portsFrom(port) },
      app,
      upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
      limits,
      log,
    })
    // The token is in the folder of the socket: whoever gets at one has the other, so it is not asked for here.
    const forSocket = new Authenticator({ token, sessions, cookieName, isOpen: true, limits, now })
    const onSocket = new WebSockets({ authenticator: forSocket, connections, limits })
    const socket = await HttpSocket.listen({
      core,
      runDir,
      app: createApp({ ...shared, authenticator: forSocket }),
      upgrade: (request, client, head) => onSocket.upgrade(request, client, head),
      limits,
    })
    const exposure = new Exposure({
      core,
      runDir,
      limits,
      now,
      makeApp: (forOthers, addFirst) => createApp({ ...shared, authenticator: forOthers, addFirst }),
      makeSockets: (forOthers) => new WebSockets({ authenticator: forOthers, connections, limits }),
    })
    await exposure.restore()
    return new HttpServer({ app, tokenFile, connections, page, sessions, listener, socket, metrics, closing, exposure })
  }

  link(to: string): { url: string; expiresAt: string } {
    // It is about to be looked at.
    this.#page.prepare()
    const { code, expiresAt } = this.#sessions.createLink(to)
    return { url: new URL(`session/${code}`, this.url).href, expiresAt: new Date(expiresAt).toISOString() }
  }

  get exposed(): Exposed | null {
    return this.#exposure.exposed
  }

  /** What somebody should see to. */
  get notices(): readonly string[] {
    return [this.#socket.notice, this.#exposure.notice].filter((notice) => notice !== null)
  }

  get socket(): string | null {
    return this.#socket.path
  }

  expose(input: ExposeInput): Promise<Exposed> {
    return this.#exposure.expose(input)
  }

  hide(): Promise<boolean> {
    return this.#exposure.hide()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#exposure[Symbol.asyncDispose]()
    this.#connections.close('websocket')
    this.#metrics?.[Symbol.dispose]()
    this.#page[Symbol.dispose]()
    await Promise.all([this.#listener[Symbol.asyncDispose](), this.#socket[Symbol.asyncDispose]()])
  }
}

/** The one that is wanted, those after it, and if all of them are taken any. */
function portsFrom(port: number): number[] {
  if (port === 0) return [0]
  const next = Array.from({ length: NEXT_PORTS }, (_, at) => port + at)
  return [...next.filter((each) => each <= MAX_PORT), 0]
}
