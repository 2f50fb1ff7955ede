/** The clock of networking. A simulation replaces it, so that hours pass in an instant and every run is the same. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since an arbitrary moment. Setting the system clock does not change it. */
  ticks(): number
  /** Calls `run` once after `ms` milliseconds, unless the result is disposed before that. */
  after(ms: number, run: () => void): Disposable
}

export const systemClock: Clock = {
  now: Date.now,
  ticks: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    // A timer must not keep the process running; open connections do that.
    timer.unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms` milliseconds; throws the signal's reason once it is aborted. */
export async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, reject, resolve } = Promise.withResolvers<void>()
  using _timer = clock.after(ms, resolve)
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
