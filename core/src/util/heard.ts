/**
 * Adds a failure listener to a promise and returns the promise. Use it for every stored promise: callers that wait
 * still get the failure, but if no caller waits, the failure must not end the process. `scripts/unheard-promises.ts`
 * finds stored promises without a listener.
 */
export function heard<P extends Promise<unknown>>(promise: P): P {
  promise.catch(() => {})
  return promise
}
