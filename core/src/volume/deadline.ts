import { CoreError } from '../util/errors.ts'

/**
 * The promise's outcome; or, as soon as the signal aborts, `Timeout` (if the signal was a timeout) or `Cancelled`. The
 * work behind the promise goes on, because a hanging system call cannot be cancelled.
 */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abortError(signal, what))
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  // After an abort the promise may still reject, and this rejection must not be reported as unhandled.
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
