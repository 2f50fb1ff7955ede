import type { Context } from 'hono'
import { currentAsker } from '../asker.ts'
import { ClientPool } from '../client-pool.ts'
import { type Asked, dispatch, type DispatchDeps } from '../dispatch.ts'
import type { HttpEnv } from './http-env.ts'

/** Runs operations for HTTP requests: a limited number at once, each cancelled when its client disconnects. */
export class OperationCalls {
  readonly #deps: DispatchDeps
  readonly #running: ClientPool

  constructor({ core, explorer, max }: DispatchDeps & { max: number }) {
    this.#deps = { core, explorer }
    this.#running = new ClientPool({ total: max, what: 'requests are in progress' })
  }

  /** Throws the operation's errors, and `Unavailable` if too many operations are running. */
  call(c: Context<HttpEnv>, request: Asked): Promise<unknown> {
    return this.run(request, c.req.raw.signal)
  }

  /** The same for whoever has no request of its own. */
  async run(request: Asked, signal: AbortSignal): Promise<unknown> {
    const asker = currentAsker()
    using _place = this.#running.take(asker)
    return await dispatch(this.#deps, { ...request, asker }, signal)
  }
}
