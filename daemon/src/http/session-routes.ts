import type { IncomingMessage } from 'node:http'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { acceptedLanguage } from './accepted-language.ts'
import type { AuditLog } from './audit-log.ts'
import type { Authenticator } from './authenticator.ts'
import type { HttpApp, HttpEnv } from './http-env.ts'
import { readJsonBody } from './json-body.ts'
import type { Links } from './links.ts'
import { type PageProofs, publicKeyOf } from './page-proofs.ts'
import { HttpError } from './problem.ts'
import type { Sessions } from './sessions.ts'
import { signInPage, signInPolicy, signInScript } from './sign-in/sign-in-page.ts'

export interface PageSessionDeps {
  readonly authenticator: Authenticator
  readonly links: Links
  readonly proofs: PageProofs
  readonly sessions: Sessions
  readonly audit: AuditLog
  /** The origins of pages, and of the files that they show. */
  readonly place: { readonly page: string; readonly media: string }
  /** The words that start the command line in the user's shell. */
  readonly program: () => string
}

const MAX_TEXT = 1_000
const text = z.string().min(1).max(MAX_TEXT)
const SignIn = z.object({ code: text, publicKey: text })
const Challenge = z.object({ id: text, nonce: text })
const Proof = z.object({ nonce: text, signature: text })
/** Largest body of a request. All three kinds of requests are smaller. */
const MAX_BODY_BYTES = 8 * 1024

/** Routes that sign in a page of this machine and answer its later proofs. Each route checks its own callers. */
export function pageSessionRoutes(deps: PageSessionDeps): HttpApp {
  const { audit, authenticator, links, place, program, proofs, sessions } = deps
  const routes = sessionRoutes(authenticator, async (id) => void (await sessions.end(id)))

  routes.post('/', async (c) => {
    const origin = originOf(c, place)
    const { code, publicKey } = await bodyOf(c, SignIn)
    if (!publicKeyOf(publicKey)) throw new HttpError(400, 'InvalidInput', 'the public key must be an ECDSA P-256 key')
    // Check the code first: reading the table of connections costs more.
    if (links.holds(code)) await authenticator.checkUser(c.env.incoming)
    const to = links.take(code)
    if (to === null) throw authenticator.linkRefused(c.env.incoming)
    const session = await sessions.createForPage({ publicKey, origin }, browserOf(c.env.incoming))
    audit.add({ what: 'signed-in', from: session.browser, detail: `session ${session.id}, on this machine` })
    return c.json({ id: session.id, daemonKey: proofs.publicKey, to })
  })
  routes.post('/challenge', async (c) => {
    const origin = originOf(c, place)
    return c.json(proofs.challenge({ ...(await bodyOf(c, Challenge)), origin }))
  })
  routes.post('/proof', async (c) => {
    const origin = originOf(c, place)
    const access = proofs.prove({ ...(await bodyOf(c, Proof)), origin })
    return c.json({ ...access, media: place.media })
  })

  // For a page that is not signed in, which has to name the command that signs it in.
  routes.get('/program', (c) => c.json({ program: program() }, 200, { 'cache-control': 'no-store' }))

  routes.get('/:name', async (c) => {
    const name = c.req.param('name')
    const script = await signInScript(name)
    if (script) {
      const headers = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' }
      return new Response(new Uint8Array(script), { headers })
    }
    if (name.includes('.')) return c.notFound()
    const language = acceptedLanguage(c.req.header('accept-language'))
    return new Response(signInPage(language, program()), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': signInPolicy,
        // A program that was at this address before may have left scripts in the cache, for any address of the page.
        'clear-site-data': '"cache"',
        vary: 'accept-language',
      },
    })
  })
  return routes
}

/** Routes that return the session, and that sign out. `end` ends a session by its id. */
export function sessionRoutes(
  authenticator: Authenticator,
  end: (id: string, c: Context<HttpEnv>) => Promise<void>,
): HttpApp {
  const routes = new Hono<HttpEnv>()
  routes.get('/', async (c) => {
    await authenticator.check(c.env.incoming)
    return c.body(null, 204)
  })
  routes.delete('/', async (c) => {
    await authenticator.check(c.env.incoming)
    const session = authenticator.sessionOf(c.env.incoming)
    if (session) await end(session.id, c)
    return c.body(null, 204)
  })
  return routes
}

/** The browser's description of itself. */
export function browserOf({ headers }: IncomingMessage): string {
  return headers['user-agent'] ?? 'a browser that does not say its name'
}

/** The origin of a page, which must be that of the pages. A program that sends no origin is no page. */
function originOf(c: Context<HttpEnv>, { page }: PageSessionDeps['place']): string {
  const { origin } = c.env.incoming.headers
  if (origin === undefined)
    throw new HttpError(403, 'PermissionDenied', 'only the explorer can sign in at this address')
  if (origin === page) return origin
  throw new HttpError(403, 'PermissionDenied', `the explorer is not served at ${origin}; open ${page}/`)
}

async function bodyOf<T>(c: Context<HttpEnv>, schema: z.ZodType<T>): Promise<T> {
  if (!(Number(c.req.header('content-length')) <= MAX_BODY_BYTES))
    throw new HttpError(413, 'InvalidInput', `the request is larger than ${MAX_BODY_BYTES} bytes`, {
      connection: 'close',
    })
  const parsed = schema.safeParse(await readJsonBody(c))
  if (!parsed.success) throw new HttpError(400, 'InvalidInput', 'the sign-in request is malformed; reload the page')
  return parsed.data
}
