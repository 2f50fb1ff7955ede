import { isAbsolute, join } from 'node:path'
import { type Core, CoreError, pathError } from '@spacedrive/core'
import type { Connections } from '../connections.ts'
import { Downloads } from '../downloads/index.ts'
import type { Exposed, ExplorerHost, ExposeInput } from '../explorer-host.ts'
import { Exposure } from '../expose/index.ts'
import { AccessList } from './access-list.ts'
import { createApp } from './app.ts'
import { type Gate, openGate } from './gate.ts'
import type { HttpApp } from './http-env.ts'
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts'
import { HttpSocket } from './http-socket.ts'
import { removeLinkPage, removeLinkPages, writeLinkPage } from './link-pages.ts'
import type { Links } from './links.ts'
import { listenLocally, type SharedAppDeps } from './local-listeners.ts'
import { Metrics } from './metrics.ts'
import { WebPage } from './page/index.ts'
import { sessionRoutes } from './session-routes.ts'
import { UsualPort } from './usual-port.ts'
import { WebSockets } from './web-sockets.ts'

const EPOCH_RADIX = 36

export interface HttpServerOptions {
  readonly core: Core
  readonly connections: Connections
  /** The folder of the token and the sessions. Its mode is 0700. */
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
  readonly takenPort: number | null
  /** The origin at which pages sign in, such as `http://127.83.12.9:40123`. */
  readonly pageOrigin: string
  readonly tokenFile: string
  /** The apps that all listeners share. */
  readonly app: HttpApp
  /** Decides which requests are signed in. */
  readonly access: AccessList
  readonly downloads: Downloads
  program: string | null = null
  readonly #page: WebPage
  readonly #links: Links
  readonly #linkMs: number
  readonly #socket: HttpSocket
  readonly #exposure: Exposure
  readonly #parts: AsyncDisposableStack

  private constructor(
    of: Pick<HttpServer, 'app' | 'downloads' | 'url' | 'takenPort' | 'pageOrigin'> & {
      gate: Gate
      page: WebPage
      linkMs: number
      socket: HttpSocket
      exposure: Exposure
      parts: AsyncDisposableStack
    },
  ) {
    const { exposure, gate } = of
    this.url = of.url
    this.takenPort = of.takenPort
    this.pageOrigin = of.pageOrigin
    this.tokenFile = gate.tokenFile
    this.app = of.app
    this.downloads = of.downloads
    this.access = new AccessList({ pages: gate.sessions, exposure, apiKeys: gate.apiKeys, audit: gate.audit })
    this.#page = of.page
    this.#links = gate.links
    this.#linkMs = of.linkMs
    this.#socket = of.socket
    this.#exposure = exposure
    this.#parts = of.parts
  }

  /** Throws the system's error where no port can be had. */
  static async listen(options: HttpServerOptions): Promise<HttpServer> {
    const { connections, core, hasMetrics = false, now = Date.now, port, runDir, webFolder } = options
    const limits = { ...defaultHttpLimits, ...options.limits }
    const gate = await openGate({ runDir, limits, now })
    // Closed from the last to the first, also if a later step fails.
    await using parts = new AsyncDisposableStack()
    // As late as possible: its file records until when this daemon held the port.
    parts.use(gate.sessions)
    parts.use(gate.apiKeys)
    const listeners: AsyncDisposable[] = []
    parts.defer(async () => void (await Promise.all(listeners.map((each) => each[Symbol.asyncDispose]()))))
    const page = parts.use(new WebPage({ log: core.log, ...(webFolder === undefined ? {} : { folder: webFolder }) }))
    const metrics = parts.use(hasMetrics ? new Metrics({ core, connections }) : null)
    parts.defer(() => connections.close('websocket'))
    const closing = new AbortController()
    const epoch = now().toString(EPOCH_RADIX)
    let server: HttpServer | null = null
    const downloads = new Downloads(now)
    const shared = { core, explorer: () => server, downloads, page, limits, metrics, epoch, closing: closing.signal }
    const usual = new UsualPort({ file: join(runDir, 'http-port.json'), wanted: port })
    const keep = (listener: AsyncDisposable) => void listeners.push(listener)
    const local = await listenLocally({ shared, connections, gate, port: usual, now, keep })
    const socket = await listenOnSocket({ shared, connections, gate, runDir })
    keep(socket)
    const exposure = parts.use(openExposure({ shared, connections, gate, runDir, now }))
    await exposure.restore()
    parts.use(gate.links)
    parts.defer(() => closing.abort())
    server = new HttpServer({
      ...local,
      takenPort: port === 0 || port === Number(new URL(local.url).port) ? null : port,
      downloads,
      gate,
      page,
      linkMs: limits.linkMs,
      socket,
      exposure,
      parts: parts.move(),
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

  /** Problems that the user should fix. */
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

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.disposeAsync()
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

interface PlaceDeps {
  readonly shared: SharedAppDeps
  readonly connections: Connections
  readonly gate: Gate
  readonly runDir: string
}

/** Listens on a socket for programs of this user, which need no token. */
function listenOnSocket({ connections, gate, runDir, shared }: PlaceDeps): Promise<HttpSocket> {
  const authenticator = gate.socketAuthenticator
  const { core, limits } = shared
  const sockets = new WebSockets({ authenticator, connections, limits })
  return HttpSocket.listen({
    core,
    runDir,
    app: createApp({
      ...shared,
      authenticator,
      sessionRoutes: sessionRoutes(authenticator, async () => {}),
      mediaOrigin: () => null,
    }),
    upgrade: (request, client, head) => void sockets.upgrade(request, client, head),
    limits,
  })
}

/** For other machines, once a person asks for it. */
function openExposure({
  connections,
  gate,
  now,
  runDir,
  shared,
}: PlaceDeps & { readonly now: () => number }): Exposure {
  const { core, limits } = shared
  return new Exposure({
    core,
    runDir,
    limits,
    now,
    audit: gate.audit,
    makeApp: (authenticator, routes, addFirst) =>
      createApp({ ...shared, authenticator, sessionRoutes: routes, mediaOrigin: () => null, addFirst }),
    makeSockets: (authenticator) => new WebSockets({ authenticator, connections, limits }),
  })
}
