import { readFileSync } from 'node:fs'
import type { Context } from 'hono'
import type { PageLanguage } from '../accepted-language.ts'
import type { HttpApp, HttpEnv } from '../http-env.ts'
import { isPerson } from '../person.ts'
import { plainPage, scriptedPagePolicy } from '../page/plain-page.ts'

/** Tells the worker that an answer is the daemon's. */
const MARK = 'x-spacedrive'
const WORKER = '/away-worker.js'
const LEAD = '/away-lead.js'

export interface AwayRoutesOptions {
  /** The origin of the pages. */
  readonly to: { readonly page: string }
  /** The words that start the command line in the user's shell; null if they are not known. */
  readonly program: () => string
}

/**
 * Leads a browser from the usual address to that of the pages, where sessions are. On the way the browser gets a service
 * worker for the usual address alone. While the daemon is away, the worker answers with a page that says how to start it.
 */
export function awayRoutes(app: HttpApp, { program, to }: AwayRoutesOptions): void {
  app.use(async (c, next) => {
    const { origin, pathname, search } = new URL(c.req.url)
    if (origin === to.page || c.req.method !== 'GET') return next()
    if (pathname === WORKER) return script(c, workerScript(program()), WORKER_POLICY)
    if (pathname === LEAD) return script(c, leadScript(), "default-src 'none'")
    if (!isPerson(c)) return next()
    // A program that follows links runs no scripts.
    const isBrowser = c.req.header('sec-fetch-dest') === 'document'
    return isBrowser ? lead(c, to.page) : c.redirect(`${to.page}${pathname}${search}`, 307)
  })
}

/** The worker passes on what the network answers, and loads nothing else. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'"

const LEAD_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

function lead(c: Context<HttpEnv>, pages: string): Response {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="pages" content="${pages}"><title>Spacedrive</title><script type="module" src="${LEAD}"></script></head><body><noscript><a href="${pages}">Spacedrive</a></noscript></body></html>`
  return c.body(html, 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': LEAD_POLICY,
    [MARK]: 'leads',
  })
}

function script(c: Context<HttpEnv>, text: string, policy: string): Response {
  return c.body(text, 200, {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    [MARK]: 'leads',
  })
}

const words: Readonly<Record<PageLanguage, { title: string; text: string }>> = {
  en: {
    title: 'Spacedrive is not running',
    text: 'To start it, run this command in a terminal. This page goes on by itself as soon as it runs.',
  },
  de: {
    title: 'Spacedrive läuft nicht',
    text: 'Dieser Befehl in einem Terminal startet es. Sobald es läuft, geht diese Seite von selbst weiter.',
  },
}

/** How often the page asks whether the daemon is back, in milliseconds. */
const RETRY_MS = 1_000

/** Once the daemon answers, the page is loaded anew. */
const RETRY = `setInterval(async () => {
  const answer = await fetch('/health', { cache: 'no-store' }).catch(() => null)
  if (answer?.ok) location.reload()
}, ${RETRY_MS})`

function workerScript(program: string): string {
  const page = (language: PageLanguage) =>
    plainPage({ language, ...words[language], detail: `${program} open`, script: RETRY })
  const away = { mark: MARK, policy: scriptedPagePolicy(RETRY), pages: { en: page('en'), de: page('de') } }
  return `const away = ${JSON.stringify(away)}\n${read('away-worker.js')}`
}

function leadScript(): string {
  return read('lead.js')
}

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}
