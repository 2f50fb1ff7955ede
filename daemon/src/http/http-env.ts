import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'

/** The variables that every route of the daemon has in its context. */
export interface HttpEnv {
  readonly Bindings: HttpBindings
  readonly Variables: {
    /** Names this request in the log, in `x-request-id` and in problems. */
    readonly requestId: string
  }
}

export type HttpApp = Hono<HttpEnv>
