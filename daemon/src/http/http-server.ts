import { isAbsolute, join } from 'node:path'
import { type Core, CoreError, pathError } from '@spacedrive/core'
import type { Connections } from '../connections.ts'
import type { Exposed, ExplorerHost, ExposeInput } from '../explorer-host.ts'
import { Exposure } from '../expose/index.ts'
import { AccessList } from './access-list.ts'
import { ApiKeys } from './api-keys.ts'
import { createApp, createMediaApp } from './app.ts'
import { auditFile, AuditLog } from './audit-log.ts'
import { Authenticator } from './authenticator.ts'
import type { HttpApp } from './http-env.ts'
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts'
import { HttpListener, type HttpListenerOptions } from './http-listener.ts'
import { HttpSocket } from './http-socket.ts'
import { removeLinkPage, removeLinkPages, writeLinkPage } from './link-pages.ts'
import { Links } from './links.ts'
import { leadToPages, LOOPBACK, LOOPBACK_NAMES } from './loopback.ts'
import { Metrics } from './metrics.ts'
import { ConnectionUsers } from './connection-users.ts'
import { listenForPages } from './page-address.ts'
import { PageProofs } from './page-proofs.ts'
import { WebPage } from './page/index.ts'
import { HttpError, refuseUpgrade } from './problem.ts'
import { pageSessionRoutes, sessionRoutes } from './session-routes.ts'
import { Sessions } from './sessions.ts'
import { openTokenFile } from './token-file.ts'
import { WebSockets } from './web-sockets.ts'

/** So many instances side by side have each a port that stays the same. */
const NEXT_PORTS = 20
const MAX_PORT = 65_535
/** The port of files is so far from that of the page. */
const MEDIA_PORT = 100
const EPOCH_RADIX = 36
/**
 * A session of a page outlives a restart, not an absence: while nobody holds the port anybody may, and a page that came
 * from there could use the key that this browser keeps for the address.
 */
const AWAY_MS = 30_000

export interface HttpServerOptions {
  readonly core: Core
  readonly connections: Connections
  /** Where the token and the sessions are kept, of mode 0700. */
  readonly runDir: string
  /** Whether `/metrics` answers; by default it does not. */
  readonly hasMetrics?: boolean
  /** The first one that is tried; 0: any. */
  readonly port: number
  /** The folder of the page's workspace; that of this installation by default. */
  readonly webFolder?: string
  readonly limits?: Partial<HttpLimits>
  readonly now?: () => number
}

/** The explorer and its interface for programs, on this machine. */
export class HttpServer implements AsyncDisposable, ExplorerHost {
  /** The usual address, for programs. It leads a browser to the pages. */
  readonly url: string
  /** Where pages are signed in: `http://127.83.12.9:40123`. */
  readonly pageOrigin: string
  readonly tokenFile: string
  /** What answers, wherever it listens. */
  readonly app: HttpApp
  readonly #connections: Connections
  readonly #page: WebPage
  readonly #links: Links
  readonly #linkMs: number
  readonly #sessions: Sessions
  readonly #apiKeys: ApiKeys
  /** Who is let in. */
  readonly access: AccessList
  readonly #media: HttpListener
  readonly #pages: HttpListener
  readonly #listener: HttpListener
  readonly #socket: HttpSocket
  readonly #metrics: Metrics | null
  readonly #closing: AbortController
  readonly #exposure: Exposure

  private constructor(
    of: Pick<HttpServer, 'app' | 'pageOrigin' | 'tokenFile'> & {
      connections: Connections
      page: WebPage
      links: Links
      linkMs: number
      sessions: Sessions
      apiKeys: ApiKeys
      access: AccessList
      media: HttpListener
      pages: HttpListener
      listener: HttpListener
      socket: HttpSocket
      metrics: Metrics | null
      closing: AbortController
      exposure: Exposure
    },
  ) {
    this.url = `http://${LOOPBACK}:${of.listener.port}/`
    this.pageOrigin = of.pageOrigin
    this.tokenFile = of.tokenFile
    this.app = of.app
    this.#connections = of.connections
    this.#page = of.page
    this.#links = of.links
    this.#linkMs = of.linkMs
    this.#sessions = of.sessions
    this.#apiKeys = of.apiKeys
    this.access = of.access
    this.#media = of.media
    this.#pages = of.pages
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
    hasMetrics = false,
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
    const audit = new AuditLog({ file: auditFile(runDir), now })
    const apiKeys = new ApiKeys({ file: join(runDir, 'http-api-keys.json'), now })
    const links = new Links(limits, now)
    const sessions = new Sessions({ file: join(runDir, 'http-sessions.json'), limits, now, awayMs: AWAY_MS })
    const proofs = await PageProofs.open({ keyFile: join(runDir, 'http-key.pem'), sessions, now })
    const connectionUsers = new ConnectionUsers()
    const own = { token, apiKeys, cookies: null, proofs, rights: 'all', connectionUsers, limits, now, audit } as const
    const authenticator = new Authenticator(own)
    const page = new WebPage({ log, ...(webFolder === undefined ? {} : { folder: webFolder }) })
    const metrics = hasMetrics ? new Metrics({ core, connections }) : null
    const closing = new AbortController()
    const epoch = now().toString(EPOCH_RADIX)
    const sockets = new WebSockets({ authenticator, connections, limits })
    let server: HttpServer | null = null
    const shared = { core, explorer: () => server, page, limits, metrics, epoch, closing: closing.signal }
    const place = { page: '', media: '' }
    const app = createApp({
      ...shared,
      authenticator,
      sessionRoutes: pageSessionRoutes({ authenticator, links, proofs, sessions, audit, place }),
      mediaOrigin: () => place.media,
      addFirst: (first) => leadToPages(first, place),
    })
    const upgrade: HttpListenerOptions['upgrade'] = (request, client, head) =>
      void sockets.upgrade(request, client, head)
    // If a later step fails, nothing goes on listening.
    await using parts = new AsyncDisposableStack()
    removeLinkPages(runDir, 0)
    for (const each of [sessions, apiKeys, page, metrics]) parts.use(each)
    const listener = await HttpListener.listen({
      at: { hostname: LOOPBACK, names: () => LOOPBACK_NAMES, ports: portsFrom(port) },
      app,
      upgrade,
      limits,
      log,
    })
    parts.use(listener)
    const { hostname, listener: pages } = await listenForPages(sessions.origin, { app, upgrade, limits, log })
    parts.use(pages)
    place.page = `http://${hostname}:${pages.port}`
    const media = await HttpListener.listen({
      at: { hostname, names: () => [hostname], ports: mediaPorts(pages.port), pages: () => pages.origins },
      app: createMediaApp({
        core,
        metrics,
        now,
        pages: {
          keyOf: (session) => (sessions.get(session) ? proofs.mediaKeyOf(session) : null),
          attach: (session, end) => sessions.attach(session, end),
        },
      }),
      upgrade: (_request, client) => refuseUpgrade(client, new HttpError(404, 'NotFound', 'here are files alone')),
      limits,
      log,
    })
    parts.use(media)
    place.media = `http://${hostname}:${media.port}`
    await sessions.endOthers([place.page])
    sessions.holdAddress()
    // The token is in the folder of the socket: whoever gets at one has the other, so it is not asked for here.
    const forSocket = new Authenticator({ ...own, proofs: null, connectionUsers: null, isOpen: true })
    const onSocket = new WebSockets({ authenticator: forSocket, connections, limits })
    const socket = await HttpSocket.listen({
      core,
      runDir,
      app: createApp({
        ...shared,
        authenticator: forSocket,
        sessionRoutes: sessionRoutes(forSocket, async () => {}),
        mediaOrigin: () => null,
      }),
      upgrade: (request, client, head) => void onSocket.upgrade(request, client, head),
      limits,
    })
    parts.use(socket)
    const exposure = new Exposure({
      core,
      runDir,
      limits,
      now,
      audit,
      makeApp: (forOthers, routes, addFirst) =>
        createApp({ ...shared, authenticator: forOthers, sessionRoutes: routes, mediaOrigin: () => null, addFirst }),
      makeSockets: (forOthers) => new WebSockets({ authenticator: forOthers, connections, limits }),
    })
    parts.use(exposure)
    await exposure.restore()
    parts.move()
    server = new HttpServer({
      app,
      pageOrigin: place.page,
      tokenFile,
      connections,
      page,
      links,
      linkMs: limits.linkMs,
      sessions,
      apiKeys,
      access: new AccessList({ pages: sessions, exposure, apiKeys, audit }),
      media,
      pages,
      listener,
      socket,
      metrics,
      closing,
      exposure,
    })
    return server
  }

  link(to: string, folder?: string): { url: string; expiresAt: string; page: string | null } {
    // It is about to be looked at.
    this.#page.prepare()
    const { code, expiresAt } = this.#links.create(to)
    const url = new URL(`session/${code}`, this.pageOrigin).href
    const page = folder === undefined ? null : this.#linkPage({ code, folder, url })
    return { url, expiresAt: new Date(expiresAt).toISOString(), page }
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
    this.#links[Symbol.dispose]()
    await this.#exposure[Symbol.asyncDispose]()
    this.#connections.close('websocket')
    this.#metrics?.[Symbol.dispose]()
    this.#page[Symbol.dispose]()
    const listeners = [this.#listener, this.#pages, this.#media, this.#socket]
    await Promise.all(listeners.map((each) => each[Symbol.asyncDispose]()))
    await this.#apiKeys[Symbol.asyncDispose]()
    // As late as possible: its file says until when somebody held the port.
    await this.#sessions[Symbol.asyncDispose]()
  }

  /** A private page that leads to a link, for as long as the link can be used. */
  #linkPage({ code, folder, url }: { code: string; folder: string; url: string }): string {
    if (!isAbsolute(folder)) throw new CoreError('InvalidInput', `${folder} is not an absolute path`)
    let page: string
    try {
      removeLinkPages(folder, this.#linkMs)
      page = writeLinkPage(folder, url)
    } catch (err) {
      throw pathError(err, folder)
    }
    this.#links.whenOver(code, () => removeLinkPage(page))
    return page
  }
}

/** The same after a restart, so that the policy of an open page still names it; any where it is taken. */
function mediaPorts(page: number): number[] {
  return page + MEDIA_PORT <= MAX_PORT ? [page + MEDIA_PORT, 0] : [0]
}

/** The one that is wanted, those after it, and if all of them are taken any. */
function portsFrom(port: number): number[] {
  if (port === 0) return [0]
  const next = Array.from({ length: NEXT_PORTS }, (_, at) => port + at)
  return [...next.filter((each) => each <= MAX_PORT), 0]
}
