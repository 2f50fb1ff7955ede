import { hash } from 'node:crypto'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { acceptedLanguage, type PageLanguage } from '../accepted-language.ts'
import type { HttpApp, HttpEnv } from '../http-env.ts'
import { acceptsHtml } from '../person.ts'
import { securityHeaders } from '../problem.ts'
import { KeptFiles } from './kept-files.ts'
import type { PageFile } from './page-files.ts'
import { plainPage, plainPagePolicy } from './plain-page.ts'
import type { PageState, WebPage } from './web-page.ts'

/** Names with a part made from the content never mean anything else. */
const ASSETS = '/assets/'
const INDEX = '/index.html'

/** The page may load only our own files, and no other site may embed it. `media`: the origin of files. */
const pagePolicy = (media: string) =>
  [
    "default-src 'self'",
    `img-src 'self' blob: data:${media}`,
    `media-src 'self' blob:${media}`,
    "worker-src 'self' blob:",
    "style-src 'self'",
    `font-src 'self'${media}`,
    `connect-src 'self'${media}`,
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    // Text becomes no script, and markup only through the one library that sanitises it.
    "require-trusted-types-for 'script'",
    'trusted-types default dompurify',
  ].join('; ')

/** How long a page that reloads by itself waits for the build, in milliseconds. */
const RELOAD_WAIT_MS = 20_000

/**
 * The page and its files, open to all: they say nothing about anybody's files. For a browser, every address without a
 * file is the page. A program gets it at the root alone, so that it is told of a wrong address.
 */
export function pageRoutes(page: Pick<WebPage, 'state' | 'settled'>, mediaOrigin: () => string | null): HttpApp {
  const kept = new KeptFiles()
  const routes = new Hono<HttpEnv>()
  routes.get('*', async (c) => {
    const { path } = c.req
    if (isPage(path) && path !== '/' && path !== INDEX && !acceptsHtml(c)) return c.notFound()
    const state = await (isOwnReload(c) ? page.settled(RELOAD_WAIT_MS) : page.state())
    if (isPage(path) && state.kind !== 'ready') return unready(state, acceptedLanguage(c.req.header('accept-language')))
    const file = state.files?.byAddress.get(isPage(path) ? INDEX : path)
    if (!file) return c.notFound()
    const media = mediaOrigin()
    return answer(c, file, { kept, policy: pagePolicy(media === null ? '' : ` ${media}`) })
  })
  return routes
}

/**
 * Whether a browser reloads a page without its user. The page that says that the explorer is being built does so. If each
 * of its reloads were refused at once, the console of the browser would fill with errors.
 */
function isOwnReload(c: Context<HttpEnv>): boolean {
  return c.req.header('sec-fetch-mode') === 'navigate' && c.req.header('sec-fetch-user') === undefined
}

/** Files have a dot in their name, places in the explorer have none. */
function isPage(path: string): boolean {
  return path === INDEX || !path.slice(path.lastIndexOf('/')).includes('.')
}

async function answer(
  c: Context<HttpEnv>,
  file: PageFile,
  { kept, policy }: { kept: KeptFiles; policy: string },
): Promise<Response> {
  const accepted = acceptedEncodings(c.req.header('accept-encoding'))
  const encoding = file.encodings.find(({ name }) => accepted.has(name))
  const found = await kept.read(`${file.path}${encoding?.extension ?? ''}`)
  if (found === null) return c.notFound()
  const { bytes } = found
  const isAsset = c.req.path.startsWith(ASSETS) && !isPage(c.req.path)
  // The policy changes with the port of the files: a page that is kept must not keep an older one.
  const etag = isAsset ? found.etag : `"${hash('sha256', found.etag + policy, 'base64url')}"`
  const headers = {
    'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    etag,
    vary: 'accept-encoding',
  }
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
  // Past the frame around it, which would copy the bytes for each answer.
  c.env.outgoing.writeHead(200, {
    ...securityHeaders,
    ...headers,
    'x-request-id': c.var.requestId,
    'content-type': file.type,
    'content-length': bytes.length,
    ...(encoding ? { 'content-encoding': encoding.name } : {}),
  })
  c.env.outgoing.end(bytes)
  return new Response(null, RESPONSE_ALREADY_SENT)
}

function acceptedEncodings(header: string | undefined): ReadonlySet<string> {
  const names = (header ?? '').split(',').map((each) => each.trim().toLowerCase())
  return new Set(names.filter((each) => !/;\s*q=0(\.0*)?$/.test(each)).map((each) => each.split(';')[0]!.trim()))
}

const words = {
  en: {
    building: 'The explorer is being built. This takes a moment, once.',
    failed: 'The explorer could not be built',
    again: 'It is tried again when its sources change.',
  },
  de: {
    building: 'Der Explorer wird gebaut. Das dauert einmal einen Augenblick.',
    failed: 'Der Explorer ließ sich nicht bauen',
    again: 'Es wird noch einmal versucht, wenn seine Quellen sich ändern.',
  },
}

function unready(state: Exclude<PageState, { kind: 'ready' }>, language: PageLanguage): Response {
  const t = words[language]
  const building = state.kind === 'building'
  const html = plainPage(
    building
      ? { language, title: 'Spacedrive', text: t.building, reloadSeconds: 1 }
      : {
          language,
          title: t.failed,
          text: t.again,
          detail: state.reason,
        },
  )
  return new Response(html, {
    status: building ? 503 : 500,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': plainPagePolicy,
      vary: 'accept-language',
      ...(building ? { 'retry-after': '1' } : {}),
    },
  })
}
