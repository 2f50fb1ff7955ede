import type { Connections } from '../connections.ts'
import { type AppDeps, createApp, createMediaApp } from './app.ts'
import type { Gate } from './gate.ts'
import type { HttpApp } from './http-env.ts'
import { HttpListener, type HttpListenerOptions } from './http-listener.ts'
import { awayRoutes } from './away/away-routes.ts'
import { LOOPBACK, LOOPBACK_NAMES } from './loopback.ts'
import { listenForPages } from './page-address.ts'
import { HttpError, refuseUpgrade } from './problem.ts'
import { pageSessionRoutes } from './session-routes.ts'
import type { UsualPort } from './usual-port.ts'
import { WebSockets } from './web-sockets.ts'

const MAX_PORT = 65_535
/** Distance from the page's port to the port of files. */
const MEDIA_PORT = 100

/** The parts that the apps of all listeners share. */
export type SharedAppDeps = Omit<AppDeps, 'authenticator' | 'sessionRoutes' | 'mediaOrigin' | 'addFirst'>

export interface LocalListenersDeps {
  readonly shared: SharedAppDeps
  readonly connections: Connections
  readonly gate: Gate
  readonly port: UsualPort
  readonly now: () => number
  /** Takes each listener as soon as it listens, so that it is closed if a later one cannot be opened. */
  readonly keep: (listener: AsyncDisposable) => void
}

export interface LocalListeners {
  readonly app: HttpApp
  /** The usual address, for programs. It leads a browser to the pages. */
  readonly url: string
  /** The origin of the pages, where they sign in: `http://127.83.12.9:40123`. */
  readonly pageOrigin: string
}

/**
 * Listens on this machine at three addresses: the usual one for programs, one for pages, and one for files. Throws the
 * system's error if no port is free.
 */
export async function listenLocally(deps: LocalListenersDeps): Promise<LocalListeners> {
  const { connections, gate, keep, now, port, shared } = deps
  const { audit, authenticator, links, proofs, sessions } = gate
  const { core, limits } = shared
  const { log } = core
  const place = { page: '', media: '' }
  const program = () => shared.explorer()?.program ?? 'spacedrive'
  const app = createApp({
    ...shared,
    authenticator,
    sessionRoutes: pageSessionRoutes({ authenticator, links, proofs, sessions, audit, place, program }),
    mediaOrigin: () => place.media,
    addFirst: (first) => awayRoutes(first, { to: place, program }),
  })
  const sockets = new WebSockets({ authenticator, connections, limits })
  const upgrade: HttpListenerOptions['upgrade'] = (request, client, head) => void sockets.upgrade(request, client, head)
  const at = { hostname: LOOPBACK, names: () => LOOPBACK_NAMES, ports: port.candidates }
  const listener = await HttpListener.listen({ at, app, upgrade, limits, log })
  keep(listener)
  await port.remember(listener.port)
  const { hostname, listener: pages } = await listenForPages(sessions.origin, { app, upgrade, limits, log })
  keep(pages)
  place.page = `http://${hostname}:${pages.port}`
  const media = await listenForMedia(hostname, pages, { gate, shared, now })
  keep(media)
  place.media = `http://${hostname}:${media.port}`
  await sessions.endOthers([place.page])
  sessions.holdAddress()
  return { app, url: `http://${LOOPBACK}:${listener.port}/`, pageOrigin: place.page }
}

/** Files and nothing else, for the pages at the same host. */
function listenForMedia(
  hostname: string,
  pages: HttpListener,
  { gate, now, shared }: Pick<LocalListenersDeps, 'gate' | 'shared' | 'now'>,
): Promise<HttpListener> {
  const { proofs, sessions } = gate
  const { core, downloads, limits, metrics } = shared
  return HttpListener.listen({
    at: { hostname, names: () => [hostname], ports: mediaPorts(pages.port), pages: () => pages.origins },
    app: createMediaApp({
      core,
      downloads,
      metrics,
      now,
      pages: {
        keyOf: (session) => (sessions.get(session) ? proofs.mediaKeyOf(session) : null),
        attach: (session, end) => sessions.attach(session, end),
      },
    }),
    upgrade: (_request, client) =>
      refuseUpgrade(client, new HttpError(404, 'NotFound', 'this address serves files only, no WebSocket')),
    limits,
    log: core.log,
  })
}

/** The same after a restart, so that the policy of an open page still names it; any where it is taken. */
function mediaPorts(page: number): number[] {
  return page + MEDIA_PORT <= MAX_PORT ? [page + MEDIA_PORT, 0] : [0]
}
