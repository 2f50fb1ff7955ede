import type { Session } from '../session.ts'

/** Events are the quick way to hear of the end; asking is the sure one. In milliseconds. */
const ASK_MS = 2_000

export interface UntilEnded {
  /** Settled by the listener that sees the end. */
  readonly ended: PromiseWithResolvers<void>
  readonly ask: () => Promise<void>
  /** The error after Ctrl-C. It says whether the work continues, and hides the errors of interrupted requests. */
  readonly left: () => Error
}

/**
 * Waits for the end of some work. Events report the end, and the daemon is also asked for it at intervals. Throws
 * `left()` at Ctrl-C.
 */
export async function untilEnded(session: Session, { ended, ask, left }: UntilEnded): Promise<void> {
  const { signal } = session.context.interrupt
  const failed = (err: unknown) => ended.reject(signal.aborted ? left() : err)
  const asking = setInterval(() => void ask().catch(failed), ASK_MS)
  signal.addEventListener('abort', failed)
  try {
    await Promise.all([ask().catch(failed), ended.promise])
  } finally {
    clearInterval(asking)
    signal.removeEventListener('abort', failed)
  }
}
