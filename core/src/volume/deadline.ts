import { CoreError } from '../util/errors.ts'

/**
 * Settles like the promise. If the signal aborts first, throws `Timeout` (if the signal was a timeout) or `Cancelled`.
 * The work of the promise continues, because a hanging system call cannot be cancelled.
 */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abortError(signal, what))
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  // After an abort, the promise may still reject. This must not count as an unhandled rejection.
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
