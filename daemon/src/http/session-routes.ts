import { Hono } from 'hono'
import { acceptedLanguage } from './accepted-language.ts'
import type { Authenticator } from './authenticator.ts'
import type { HttpApp, HttpEnv } from './http-env.ts'
import type { HttpLimits } from './http-limits.ts'
import { plainPage, plainPagePolicy } from './page/index.ts'
import { HttpError } from './problem.ts'

export interface SessionRoutesDeps {
  readonly authenticator: Authenticator
  readonly limits: HttpLimits
}

/** Signing a browser in, by a link that holds once, and out. They check for themselves who asks. */
export function sessionRoutes({ authenticator, limits }: SessionRoutesDeps): HttpApp {
  const routes = new Hono<HttpEnv>()
  routes.onError((err, c) => {
    // A person who follows an old link reads a sentence, a program gets a problem.
    if (err instanceof HttpError && c.req.header('accept')?.includes('text/html'))
      return refusal(err, c.req.header('accept-language'))
    throw err
  })

  routes.get('/', (c) => {
    authenticator.check(c.env.incoming)
    return c.body(null, 204)
  })

  routes.delete('/', async (c) => {
    authenticator.check(c.env.incoming)
    const secret = authenticator.sessionOf(c.env.incoming)
    if (secret !== null) await authenticator.sessions.end(secret)
    c.header('set-cookie', sessionCookie(authenticator, '', 0))
    return c.body(null, 204)
  })

  routes.get('/:code', async (c) => {
    // Whoever only looks at an address does not use it up.
    if (c.req.method !== 'GET') throw new HttpError(405, 'Unsupported', 'this link is for a browser', { allow: 'GET' })
    const { incoming } = c.env
    const { sessions } = authenticator
    const code = c.req.param('code')
    // Somebody who is in already goes on, also with a link that was used.
    if (authenticator.sessionOf(incoming) !== null) return c.redirect(sessions.takeLink(code) ?? '/', 303)
    const to = authenticator.takeLink(incoming, code)
    c.header('set-cookie', sessionCookie(authenticator, await sessions.create(), limits.sessionMs))
    return c.redirect(to, 303)
  })
  return routes
}

const words = {
  en: { title: 'This link does not sign in', text: ({ message }: HttpError) => `${message}.` },
  de: {
    title: 'Dieser Link meldet nicht an',
    text: ({ headers: { 'retry-after': seconds } }: HttpError) =>
      seconds === undefined
        ? 'Er gilt nur einmal und nur kurz. „spacedrive open“ in einem Terminal macht einen neuen.'
        : `Zu viele Versuche sind misslungen; in ${seconds} s noch einmal versuchen.`,
  },
}

function refusal(err: HttpError, accepted: string | undefined): Response {
  const language = acceptedLanguage(accepted)
  const { text, title } = words[language]
  const html = plainPage({ language, title, text: text(err) })
  return new Response(html, {
    status: err.status,
    headers: {
      ...err.headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': plainPagePolicy,
      vary: 'accept-language',
    },
  })
}

/** The header that gives a browser the secret of a session. */
export function sessionCookie({ cookieName, isSecure }: Authenticator, secret: string, maxAgeMs: number): string {
  const age = Math.floor(maxAgeMs / 1_000)
  return `${cookieName}=${secret}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}
