import type { Context } from 'hono'
import type { HttpEnv } from './http-env.ts'

/** Somebody who types an address, or follows a link. */
export function isPerson(c: Context<HttpEnv>): boolean {
  return c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html')
}
