import type { Context, Handler } from 'hono'
import type { HttpEnv } from './http-env.ts'

type LazyHandler = (c: Context<HttpEnv>) => Response | Promise<Response>

/** A handler whose code is loaded with the first request for it: a daemon that is never asked does not have it. */
export function lazyHandler(load: () => Promise<LazyHandler>): Handler<HttpEnv> {
  let loading: Promise<LazyHandler> | null = null
  return async (c) => {
    loading ??= load().catch((err: unknown) => {
      loading = null
      throw err
    })
    const handler = await loading
    return handler(c)
  }
}
