import { type Core, CoreError } from '@spacedrive/core'
import type { Context } from 'hono'
import { currentAsker } from '../asker.ts'
import { type Asked, dispatch } from '../dispatch.ts'
import type { HttpEnv } from './http-env.ts'

/** Operations asked for over HTTP: so many at once, each given up when whoever asked is gone. */
export class OperationCalls {
  readonly #core: Core
  readonly #max: number
  #running = 0

  constructor({ core, max }: { core: Core; max: number }) {
    this.#core = core
    this.#max = max
  }

  /** Throws what the operation throws, and `Unavailable` where too many are under way. */
  call(c: Context<HttpEnv>, request: Asked): Promise<unknown> {
    return this.run(request, c.req.raw.signal)
  }

  /** The same for whoever has no request of its own. */
  async run(request: Asked, signal: AbortSignal): Promise<unknown> {
    if (this.#running >= this.#max) {
      throw new CoreError('Unavailable', `${this.#max} requests are being answered; try again in a moment`)
    }
    this.#running++
    try {
      return await dispatch(this.#core, { ...request, asker: currentAsker() }, signal)
    } finally {
      this.#running--
    }
  }
}
