import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { CoreError } from '@spacedrive/core'
import { type Context, type Handler, Hono } from 'hono'
import { apiPageRoutes } from './api-page/index.ts'
import { answerTo } from '../asker.ts'
import type { Downloads } from '../downloads/index.ts'
import type { Asked, DispatchDeps } from '../dispatch.ts'
import type { Authenticator } from './authenticator.ts'
import { conditionalJson } from './conditional-json.ts'
import { eventRoutes } from './event-routes.ts'
import type { HttpApp, HttpEnv } from './http-env.ts'
import type { HttpLimits } from './http-limits.ts'
import { checkJson } from './json-body.ts'
import { lazyHandler } from './lazy-handler.ts'
import type { Metrics } from './metrics.ts'
import { nothingAt } from './nothing-at.ts'
import { OperationCalls } from './operation-calls.ts'
import { pageRoutes, type WebPage } from './page/index.ts'
import { HttpError, problemResponse, securityHeaders } from './problem.ts'
import { mediaRoutes, type PageMedia } from '../media/index.ts'
import { noteSignedIn } from './signed-in.ts'
import { restRoutes } from './rest-routes.ts'
import { rpcRoutes } from './rpc-routes.ts'

export interface AppDeps extends DispatchDeps {
  readonly authenticator: Authenticator
  readonly page: WebPage
  /** Archives that clients may get. */
  readonly downloads: Downloads
  readonly limits: HttpLimits
  /** Null: the server has no metrics. */
  readonly metrics: Metrics | null
  /** Tells this process from the one before. */
  readonly epoch: string
  /** Aborted when the server closes, to end endless streams. */
  readonly closing: AbortSignal
  /** The routes for signing in and out. */
  readonly sessionRoutes: HttpApp
  /** The origin of the files that pages show; null: the origin of the page. */
  readonly mediaOrigin: () => string | null
  /** Adds middleware that runs first. */
  readonly addFirst?: (app: HttpApp) => void
}

/** Middleware for every answer. */
function frameOf({ core, metrics }: Pick<AppDeps, 'core' | 'metrics'>): HttpApp {
  const app = new Hono<HttpEnv>()
  app.use(async (c, next) => {
    c.set('requestId', randomUUID())
    await next()
    const { headers } = c.res
    for (const [name, value] of Object.entries(securityHeaders)) if (!headers.has(name)) headers.set(name, value)
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    headers.set('x-request-id', c.var.requestId)
    metrics?.count(c.req.method, c.res.status)
  })
  app.onError((err, c) => {
    const { requestId } = c.var
    if (!(err instanceof CoreError)) core.log.error({ err, requestId, path: c.req.path }, 'HTTP request failed')
    return problemResponse(err, requestId)
  })
  app.notFound((c) => problemResponse(nothingAt(c.req.path), c.var.requestId))
  return app
}

/** All HTTP routes. Every route needs a sign-in, except those that this function lists as public. */
export function createApp(deps: AppDeps): HttpApp {
  const { authenticator, limits } = deps
  const app = frameOf(deps)
  deps.addFirst?.(app)
  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.route('/session', deps.sessionRoutes)
  const answered = protectedRoutes(deps)
  for (const [path, routes] of answered) {
    app.use(`${path}/*`, async (c, next) => {
      const { incoming, outgoing } = c.env
      const asker = await authenticator.check(incoming)
      noteSignedIn(incoming)
      // A stream would go on for ever.
      if (!outgoing.closed) authenticator.endWithSession(incoming, outgoing, () => outgoing.destroy())
      await answerTo(asker, next)
    })
    app.use(`${path}/*`, (c, next) => {
      checkLength(c.env.incoming, limits)
      return next()
    })
    app.route(path, routes)
  }
  app.route('/api', apiPageRoutes())
  // No page of the explorer is at or below these addresses.
  const reserved = ['/health', '/session', '/api', '/metrics', ...answered.map(([path]) => path)]
  for (const path of new Set(reserved)) app.all(`${path}/*`, (c) => c.notFound())
  app.route('/', pageRoutes(deps.page, deps.mediaOrigin))
  return app
}

/** Files and nothing else, for addresses that a page has signed: an origin of their own, where nothing else can be reached. */
export function createMediaApp(
  deps: Pick<AppDeps, 'core' | 'downloads' | 'metrics'> & { readonly pages: PageMedia; readonly now: () => number },
): HttpApp {
  const app = frameOf(deps)
  app.route('/media', mediaRoutes(deps))
  return app
}

/** Routes that need a sign-in, by path prefix. No other route serves paths below the prefix. */
function protectedRoutes(deps: AppDeps): readonly (readonly [path: string, routes: HttpApp])[] {
  const { core, downloads, explorer, limits, metrics } = deps
  const calls = new OperationCalls({ core, explorer, max: limits.requestsInFlight })
  return [
    ['/ws', single(() => notAWebSocket())],
    ['/rpc', rpcRoutes(calls)],
    ['/api/v1', restRoutes(calls)],
    ['/openapi.json', single(lazyHandler(() => openApiHandler(core.host.version)))],
    ['/events', eventRoutes(deps)],
    ['/graphql', graphqlRoutes(deps, calls)],
    ['/mcp', anyMethod(lazyHandler(() => mcpRoute(deps, calls)))],
    ['/media', mediaRoutes({ core, downloads })],
    ...(metrics ? [['/metrics', single((c) => c.text(metrics.text()))] as const] : []),
  ]
}

/** One address that is only read. */
function single(handler: Handler<HttpEnv>): HttpApp {
  return new Hono<HttpEnv>().get('/', handler).all('/', () => {
    throw new HttpError(405, 'Unsupported', 'this address is read-only; use GET or HEAD', { allow: 'GET, HEAD' })
  })
}

/** One address that sees to the methods itself. */
function anyMethod(handler: Handler<HttpEnv>): HttpApp {
  return new Hono<HttpEnv>().all('/', handler)
}

function graphqlRoutes({ closing, core, limits }: AppDeps, calls: OperationCalls): HttpApp {
  const load = async () => {
    const { graphqlHandler } = await import('../graphql/index.ts')
    const call = (request: Asked, signal: AbortSignal) => calls.run(request, signal)
    const handle = graphqlHandler({ core, call, maxStreams: limits.eventStreams, closing })
    return (c: Context<HttpEnv>) => handle(c.req.raw)
  }
  const routes = new Hono<HttpEnv>()
  const handler = lazyHandler(load)
  routes.get('/', handler)
  routes.post('/', (c, next) => {
    checkJson(c)
    return handler(c, next)
  })
  routes.all('/', () => {
    throw new HttpError(405, 'Unsupported', 'send GraphQL requests by GET or POST', { allow: 'GET, POST' })
  })
  return routes
}

async function mcpRoute(
  { closing, core }: AppDeps,
  calls: OperationCalls,
): Promise<(c: Context<HttpEnv>) => Promise<Response>> {
  const { mcpHandler, noticedEvents } = await import('../mcp/index.ts')
  const handle = mcpHandler({
    version: core.host.version,
    call: (request, signal) => calls.run(request, signal),
    // Every key and session has the right `view`, so it may hear of changes to the things it can view.
    watch: (listener) => core.events.subscribe(listener, { types: noticedEvents, rights: ['view'] }),
    onError: (err) => core.log.error({ err }, 'unexpected error in an MCP tool'),
    closing,
  })
  return (c) => handle(c.req.raw)
}

/** Requests to become one do not come this far. */
function notAWebSocket(): never {
  throw new HttpError(426, 'InvalidInput', 'this address accepts WebSocket connections only', { upgrade: 'websocket' })
}

async function openApiHandler(version: string): Promise<(c: Context<HttpEnv>) => Response> {
  const { openApiDocument } = await import('./openapi.ts')
  const json = JSON.stringify(openApiDocument(version))
  return (c) => conditionalJson(c, json)
}

/** Throws 413 if the request is too large, and 411 if it has no length. Node ensures that the length is right. */
function checkLength({ headers }: IncomingMessage, { bodyBytes }: HttpLimits): void {
  // Do not wait for the rest of the request.
  const end = { connection: 'close' }
  if (headers['transfer-encoding'] !== undefined) {
    throw new HttpError(411, 'InvalidInput', 'send the size of the request in `content-length`', end)
  }
  if (Number(headers['content-length'] ?? 0) > bodyBytes) {
    throw new HttpError(413, 'InvalidInput', `the request is larger than ${bodyBytes} bytes`, end)
  }
}
