import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'
import type { HttpApp, HttpEnv } from '../http-env.ts'

/** The page may load only its own script and style, and data from this server. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** The files of the page, by their address below `/api`. */
const files: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/': { name: 'reference.html', type: 'text/html; charset=utf-8' },
  '/reference.js': { name: 'reference.js', type: 'text/javascript; charset=utf-8' },
  '/reference.css': { name: 'reference.css', type: 'text/css; charset=utf-8' },
}

/** The reference of the interface, open to all. It loads `/openapi.json`, which needs a session. */
export function apiPageRoutes(): HttpApp {
  const routes = new Hono<HttpEnv>()
  for (const [address, { name, type }] of Object.entries(files)) {
    routes.get(address, async (c) => {
      const bytes = await readFile(new URL(name, import.meta.url))
      const etag = `"${hash('sha256', bytes, 'base64url')}"`
      const headers = { 'cache-control': 'no-cache', 'content-security-policy': policy, etag }
      if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
      return new Response(bytes, { headers: { ...headers, 'content-type': type } })
    })
  }
  return routes
}
