import { type Core, CoreError, displayName, FileTypeRegistry, type Library, pathText } from '@spacedrive/core'
import { EntryId } from '@spacedrive/core/domain'
import { Hono } from 'hono'
import type { HttpApp, HttpEnv } from '../http/http-env.ts'
import { currentAsker, ownUser } from '../asker.ts'
import type { Downloads } from '../downloads/index.ts'
import { lazyHandler } from '../http/lazy-handler.ts'
import { HttpError, securityHeaders } from '../http/problem.ts'
import { noteSignedIn } from '../http/signed-in.ts'
import { reachesEveryFile, requireReachable } from '../reachable.ts'
import { ChunkSpaces } from './chunk-spaces.ts'
import { signedSession } from './media-signature.ts'
import { refusedThere, remoteFileHandler, remoteThumbHandler } from './remote-handler.ts'
import { type MediaContext, sendFile, type SendDeps } from './send-file.ts'
import { sidecarHandler } from './sidecar-handler.ts'

export interface MediaDeps {
  readonly core: Core
  /** Archives that clients may get. */
  readonly downloads: Pick<Downloads, 'find' | 'place'>
  readonly now?: () => number
  /** Only addresses that a page has signed are answered, to be shown by that page; null where the routes around it decide. */
  readonly pages?: PageMedia | null
}

/** The pages that files are shown by, from an origin that is not theirs. */
export interface PageMedia {
  /** The key that signs addresses for a session; null if the session is over. */
  readonly keyOf: (session: string) => Buffer | null
  /** Calls `end` when a session is over. */
  readonly attach: (session: string, end: () => void) => Disposable
}

/**
 * A user's file, should a browser show it by itself: nothing in it runs, loads anything or reaches this origin. Its own
 * styles are applied, for a drawing is nothing without them.
 */
const SANDBOX =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; frame-ancestors 'none'"

const FILE_CACHE = 'private, no-cache'

/** Files and sidecars, for pages and players: `/entry/<library>/<entry>/<name>`, `/file/<name>?path=`, `/remote/<device>/…`, `/sidecar/…` and `/zip/<id>/<name>`. */
export function mediaRoutes({ core, downloads, now = Date.now, pages = null }: MediaDeps): HttpApp {
  const deps: SendDeps = { types: new FileTypeRegistry(), spaces: new ChunkSpaces(), now, log: core.log }
  const look = core.volumes.look.bind(core.volumes)
  const app = new Hono<HttpEnv>()

  async function send(c: MediaContext, address: string, library: Library | null): Promise<Response> {
    const { ref, source } = core.sources.resolve(address, library)
    // The checks covered this path, not the target of a link.
    const file = await source.open(ref, { exact: true }, c.req.raw.signal).catch(refusedThere)
    const { etag, indexed, name } = file
    const facts = { name: displayName(name), mime: indexed?.mime ?? null, etag: indexed?.hash ?? etag }
    return sendFile(c, file, { ...facts, cacheControl: FILE_CACHE }, deps)
  }

  /** A page's request has a signed address, so it needs no further check. */
  const asker = () => (pages ? ownUser : currentAsker())

  app.use(async (c, next) => {
    // Set the headers first: a large file is already being sent when the handler ends.
    for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value)
    c.header('Content-Security-Policy', SANDBOX)
    c.header('X-Request-Id', c.var.requestId)
    if (pages) {
      showToPages(c)
      if (c.req.method === 'OPTIONS') return c.body(null, 204, PREFLIGHT_HEADERS)
      const session = signedSession(c.env.incoming, { keyOf: pages.keyOf, now })
      noteSignedIn(c.env.incoming)
      const { outgoing } = c.env
      const attached = pages.attach(session, () => outgoing.destroy())
      outgoing.once('close', () => attached[Symbol.dispose]())
    }
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    throw new HttpError(405, 'Unsupported', 'this address is read-only; use GET or HEAD', { allow: 'GET, HEAD' })
  })

  app.get('/entry/:library/:entry/:name?', (c) => {
    const id = EntryId.safeParse(c.req.param('entry'))
    if (!id.success) throw new CoreError('InvalidInput', `${c.req.param('entry')} is not an entry id`)
    const library = core.libraries.resolve(c.req.param('library'))
    return send(c, pathText(library.files.fileById(id.data).path), library)
  })
  app.get('/file/:name?', async (c) => {
    const asked = c.req.query('path') ?? ''
    await requireReachable(asked, { asker: asker(), core, what: 'a file' })
    return send(c, asked, core.libraries.resolveIfAny(c.req.query('library')))
  })
  app.use('/remote/:device/*', async (c, next) => {
    const { onRefused, rights } = asker()
    if (c.req.query('path') !== undefined && !reachesEveryFile(rights)) {
      onRefused?.('a file of another device by its path')
      throw new CoreError('PermissionDenied', 'reading files of other devices by path needs the right "disk"')
    }
    await next()
  })
  app.get('/remote/:device/file/:name?', remoteFileHandler({ core, ...deps }))
  app.get('/remote/:device/thumb', remoteThumbHandler({ core, ...deps }))
  app.get('/sidecar/:library/:content/:folder/:file', sidecarHandler({ core, look, guard: null, ...deps }))
  const zip = async () => (await import('./zip-handler.ts')).zipHandler({ core, downloads })
  app.get('/zip/:id/:name', lazyHandler(zip))
  return app
}

/** CORS headers for our pages. The guard has already refused every other `Origin`. */
function showToPages(c: MediaContext): void {
  const { origin } = c.env.incoming.headers
  c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  c.header('Vary', 'origin')
  if (origin === undefined) return
  c.header('Access-Control-Allow-Origin', origin)
  c.header('Access-Control-Expose-Headers', 'accept-ranges, content-length, content-range, etag, retry-after')
}

const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'range, if-range, if-match, if-none-match',
  'access-control-max-age': '600',
}
