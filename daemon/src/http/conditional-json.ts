import { hash } from 'node:crypto'
import type { Context } from 'hono'
import type { HttpEnv } from './http-env.ts'

/** Answers 304 to a client that has the current version: lists are requested often and change seldom. */
export function conditionalJson(c: Context<HttpEnv>, json: string): Response {
  const etag = `"${hash('sha256', json, 'base64url')}"`
  const headers = { etag, 'cache-control': 'private, no-cache' }
  const known = c.req
    .header('if-none-match')
    ?.split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
  if (known?.includes(etag) || known?.includes('*')) return new Response(null, { status: 304, headers })
  return new Response(json, { headers: { ...headers, 'content-type': 'application/json' } })
}
