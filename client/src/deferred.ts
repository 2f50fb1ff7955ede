export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T | PromiseLike<T>) => void
  readonly reject: (reason: unknown) => void
}

/** As `Promise.withResolvers`, which Node 20 does not have. The client runs there, too. */
export function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'>
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // A caller that no longer waits must not end the process.
  promise.catch(() => {})
  return { promise, ...settle! }
}
