import { randomUUID } from 'node:crypto'
import { type Core, CoreError } from '@spacedrive/core'
import { Hono } from 'hono'
import type { Authenticator } from './authenticator.ts'
import type { HttpApp, HttpEnv } from './http-env.ts'
import type { HttpLimits } from './http-limits.ts'
import { pageRoutes, type WebPage } from './page/index.ts'
import { HttpError, problemResponse, securityHeaders } from './problem.ts'
import { mediaRoutes } from '../media/index.ts'
import { sessionRoutes } from './session-routes.ts'

export interface AppDeps {
  readonly core: Core
  readonly authenticator: Authenticator
  readonly page: WebPage
  readonly limits: HttpLimits
}

/** Everything that is answered over HTTP. What is not named here as open to all is for those who are signed in. */
export function createApp(deps: AppDeps): HttpApp {
  const { authenticator, core } = deps
  const app = new Hono<HttpEnv>()
  app.use(async (c, next) => {
    c.set('requestId', randomUUID())
    await next()
    const { headers } = c.res
    for (const [name, value] of Object.entries(securityHeaders)) if (!headers.has(name)) headers.set(name, value)
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    headers.set('x-request-id', c.var.requestId)
  })
  app.onError((err, c) => {
    const { requestId } = c.var
    if (!(err instanceof CoreError)) core.log.error({ err, requestId, path: c.req.path }, 'a request failed')
    return problemResponse(err, requestId)
  })
  app.notFound((c) =>
    problemResponse(new HttpError(404, 'NotFound', `there is nothing at ${c.req.path}`), c.var.requestId),
  )

  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.route('/session', sessionRoutes(deps))
  for (const [path, routes] of protectedRoutes(deps)) {
    app.use(`${path}/*`, async (c, next) => {
      authenticator.check(c.env.incoming)
      await next()
    })
    app.route(path, routes)
    // Nothing below it is a page.
    app.all(`${path}/*`, (c) => c.notFound())
  }
  app.route('/', pageRoutes(deps.page))
  return app
}

/** Routes for those who are signed in, by the first part of their path. */
function protectedRoutes({ core }: AppDeps): readonly (readonly [path: string, routes: HttpApp])[] {
  return [
    ['/ws', webSocketRoute()],
    ['/media', mediaRoutes({ core })],
  ]
}

/** Requests to become a WebSocket do not come this far. */
function webSocketRoute(): HttpApp {
  return new Hono<HttpEnv>().get('/', () => {
    throw new HttpError(426, 'InvalidInput', 'this is the address of a WebSocket', { upgrade: 'websocket' })
  })
}
