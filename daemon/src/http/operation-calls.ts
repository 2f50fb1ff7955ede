import { AsyncLocalStorage } from 'node:async_hooks'
import type { Core } from '@spacedrive/core'
import type { Context } from 'hono'
import { type Client, ClientPool } from '../client-pool.ts'
import { type Asked, dispatch } from '../dispatch.ts'
import type { HttpEnv } from './http-env.ts'

/** The client that has sent the request. */
export const asker = new AsyncLocalStorage<Client>()

/** The client that has sent the request; outside of one, a client without rights. */
export function currentClient(): Client {
  return asker.getStore() ?? { rights: [], id: null }
}

/** Operations asked for over HTTP: so many at once, each given up when whoever asked is gone. */
export class OperationCalls {
  readonly #core: Core
  readonly #running: ClientPool

  constructor({ core, max }: { core: Core; max: number }) {
    this.#core = core
    this.#running = new ClientPool({ total: max, what: 'requests are in progress' })
  }

  /** Throws what the operation throws, and `Unavailable` where too many are under way. */
  call(c: Context<HttpEnv>, request: Asked): Promise<unknown> {
    return this.run(request, c.req.raw.signal)
  }

  /** The same for whoever has no request of its own. */
  async run(request: Asked, signal: AbortSignal): Promise<unknown> {
    const client = currentClient()
    using _place = this.#running.take(client)
    return await dispatch(this.#core, { ...request, rights: client.rights }, signal)
  }
}
