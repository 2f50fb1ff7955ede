import type { Context } from 'hono'
import type { HttpEnv } from './http-env.ts'

/** Whether a person sent the request by typing an address or following a link. */
export function isPerson(c: Context<HttpEnv>): boolean {
  return c.req.method === 'GET' && acceptsHtml(c)
}

/** Whether the sender wants a page, as browsers say that they do. */
export function acceptsHtml(c: Context<HttpEnv>): boolean {
  return (c.req.header('accept') ?? '').includes('text/html')
}
