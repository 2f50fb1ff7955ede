import { hash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { acceptedLanguage, type PageLanguage } from '../http/accepted-language.ts'
import type { Authenticator } from '../http/authenticator.ts'
import type { HttpApp, HttpEnv } from '../http/http-env.ts'
import { isPerson } from '../http/person.ts'
import { HttpError, securityHeaders } from '../http/problem.ts'
import { browserOf } from '../http/session-routes.ts'
import { noteSignedIn } from '../http/signed-in.ts'
import type { Login } from './login.ts'

export interface LoginRoutesDeps {
  readonly authenticator: Authenticator
  readonly login: Login
  readonly sessionMs: number
}

/** Browsers accept a cookie with this prefix only over TLS and only from this host. */
export const COOKIE = '__Host-spacedrive_session'

/** The header that gives a browser the secret of a session. */
export function sessionCookie(secret: string, maxAgeMs: number): string {
  const age = Math.floor(maxAgeMs / 1_000)
  return `${COOKIE}=${secret}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict; Secure`
}

/** Largest form. It has one field, the passphrase. */
const MAX_FORM_BYTES = 8 * 1024
const LOGIN = '/login'
/** Paths that need no sign-in, because they reveal no data. */
const OPEN_TO_ALL: readonly string[] = [LOGIN, '/health']

/** Requires a sign-in with the passphrase for all other paths. */
export function addGate(app: HttpApp, deps: LoginRoutesDeps): void {
  app.use(async (c, next) => {
    const { path } = c.req
    if (OPEN_TO_ALL.includes(path)) return next()
    if (isPerson(c) && deps.authenticator.sessionOf(c.env.incoming) === null) {
      const { pathname, search } = new URL(c.req.url)
      return c.redirect(`${LOGIN}?to=${encodeURIComponent(pathname + search)}`, 303)
    }
    await deps.authenticator.check(c.env.incoming)
    noteSignedIn(c.env.incoming)
    return next()
  })
  app.route(LOGIN, loginRoutes(deps))
}

function loginRoutes({ login, sessionMs }: LoginRoutesDeps): HttpApp {
  const routes = new Hono<HttpEnv>()
  routes.get('/', (c) => page({ language: languageOf(c), status: 200, to: pathIn(c.req.query('to')) }))
  routes.post('/', async (c) => {
    const form = await readForm(c)
    const to = pathIn(form.get('to') ?? undefined)
    try {
      const { remoteAddress = '' } = c.env.incoming.socket
      const who = { address: remoteAddress, browser: browserOf(c.env.incoming) }
      const secret = await login.attempt(form.get('passphrase') ?? '', who)
      c.header('set-cookie', sessionCookie(secret, sessionMs))
      return c.redirect(to, 303)
    } catch (err) {
      if (!(err instanceof HttpError)) throw err
      return page({ language: languageOf(c), status: err.status, to, err })
    }
  })
  return routes
}

async function readForm(c: Context<HttpEnv>): Promise<URLSearchParams> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded')
    throw new HttpError(415, 'InvalidInput', 'send the sign-in form of the page')
  if (!(Number(c.req.header('content-length')) <= MAX_FORM_BYTES)) {
    throw new HttpError(413, 'InvalidInput', `the form is larger than ${MAX_FORM_BYTES} bytes`, { connection: 'close' })
  }
  return new URLSearchParams(await c.req.text())
}

/** A path of ours, never another site. */
function pathIn(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])/.test(to) && !/[\r\n\t]/.test(to) ? to : '/'
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 24rem; margin: 20vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.25rem; font-weight: 600 }
form { display: grid; gap: .75rem }
label { display: grid; gap: .25rem }
input, button { padding: .5rem; border: 1px solid; border-radius: 6px; font: inherit }
:focus-visible { outline: 2px solid; outline-offset: 2px }
`

/** Nothing but that style, and a form for us alone. */
const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`

const words = {
  en: { passphrase: 'Passphrase', signIn: 'Sign in', refused: ({ message }: HttpError) => sentence(message) },
  de: {
    passphrase: 'Passphrase',
    signIn: 'Anmelden',
    refused({ code, headers, message }: HttpError) {
      const seconds = headers['retry-after']
      if (seconds !== undefined) return `Zu viele Versuche sind misslungen; in ${seconds} s noch einmal versuchen.`
      return code === 'NotAuthorised' ? 'Das ist nicht die Passphrase.' : sentence(message)
    },
  },
}

interface LoginPage {
  readonly language: PageLanguage
  readonly status: number
  /** The address to continue at after the login. */
  readonly to: string
  /** The error of the last attempt. */
  readonly err?: HttpError
}

function page({ err, language, status, to }: LoginPage): Response {
  const t = words[language]
  const said = err ? `<p role="alert" id="error">${escapeHtml(t.refused(err))}</p>` : ''
  const described = !err ? '' : ' aria-describedby="error" aria-invalid="true"'
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Spacedrive</title><style>${STYLE}</style></head><body><main><h1>Spacedrive</h1><form method="post" action="${LOGIN}"><input type="hidden" name="to" value="${escapeHtml(to)}"><label>${t.passphrase}<input type="password" name="passphrase" autocomplete="current-password" required autofocus${described}></label>${said}<button>${t.signIn}</button></form></main></body></html>`
  return new Response(html, {
    status,
    headers: {
      ...securityHeaders,
      ...err?.headers,
      vary: 'accept-language',
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      // Else the form would come from no origin at all, which is refused.
      'referrer-policy': 'same-origin',
    },
  })
}

function languageOf(c: Context<HttpEnv>): PageLanguage {
  return acceptedLanguage(c.req.header('accept-language'))
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
