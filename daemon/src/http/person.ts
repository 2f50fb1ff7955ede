import type { Context } from 'hono'
import type { HttpEnv } from './http-env.ts'

/** Whether a person sent the request by typing an address or following a link. */
export function isPerson(c: Context<HttpEnv>): boolean {
  return c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html')
}
