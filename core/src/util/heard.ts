/**
 * Gives a promise a listener for its failure and returns it. Use it for every promise that is kept: those who wait for
 * it get the failure, and if nobody waits any longer, the failure must not end the process.
 * `scripts/unheard-promises.ts` finds kept promises without a listener.
 */
export function heard<P extends Promise<unknown>>(promise: P): P {
  promise.catch(() => {})
  return promise
}
