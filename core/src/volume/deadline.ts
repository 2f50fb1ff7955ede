import { CoreError } from '../util/errors.ts'

/**
 * The promise's outcome, or `Timeout` (the signal was a timeout) or `Cancelled` as soon as the signal aborts. What the
 * promise stands for goes on: a system call that hangs cannot be taken back.
 */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abortError(signal, what))
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  // Whoever loses the race may still reject; that is no news to anybody.
  promise.catch(() => {})
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function abortError(signal: AbortSignal, what: string): CoreError {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  return timedOut
    ? new CoreError('Timeout', `${what} took too long`)
    : new CoreError('Cancelled', `${what} was cancelled`)
}
