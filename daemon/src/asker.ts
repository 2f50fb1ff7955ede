import { AsyncLocalStorage } from 'node:async_hooks'
import type { Client } from './client-pool.ts'

/** The sender of a request. */
export interface Asker extends Client {
  /** Records that the rights did not suffice for something: `network.start`. Null if only this user can send requests in this way. */
  readonly onRefused: ((what: string) => void) | null
}

/** The user of this machine. */
export const ownUser: Asker = { rights: 'all', id: null, onRefused: null }

const askers = new AsyncLocalStorage<Asker>()

/** Runs the handler of a request. */
export function answerTo<T>(asker: Asker, answer: () => T): T {
  return askers.run(asker, answer)
}

/** The sender of the request that is being answered. */
export function currentAsker(): Asker {
  return askers.getStore() ?? { rights: [], id: null, onRefused: null }
}
