import type { JobId } from '../domain/ids.ts'
import type { Job } from '../domain/job.ts'
import type { EventData, EventType } from '../events/catalog.ts'
import { CoreError } from '../util/errors.ts'
import { hasEnded, type JobRow, rowToJob } from './job-row.ts'

export type Emit = <T extends EventType>(type: T, data: EventData<T>) => void

interface Waiter {
  resolve(job: Job): void
  reject(err: unknown): void
}

/** Announces the state of a job after it was stored: to the event bus, and to callers that wait for the job's end. */
export class Announcer {
  readonly #emit: Emit
  readonly #onEnd: () => void
  readonly #waiters = new Map<JobId, Set<Waiter>>()
  #changed: (() => void)[] = []

  /** `onEnd` is called for every job that has ended. */
  constructor(emit: Emit, onEnd: () => void) {
    this.#emit = emit
    this.#onEnd = onEnd
  }

  announce(row: JobRow): void {
    const job = rowToJob(row)
    this.#emit(eventOf(job), job)
    if (hasEnded(row)) {
      for (const waiter of this.#waiters.get(job.id) ?? []) waiter.resolve(job)
      this.#waiters.delete(job.id)
      this.#onEnd()
    }
    this.stirred()
  }

  /** Resolves with the job when it ends. */
  async ended(id: JobId, signal?: AbortSignal): Promise<Job> {
    const { promise, resolve, reject } = Promise.withResolvers<Job>()
    const waiter = { resolve, reject }
    const waiters = this.#waiters.get(id) ?? new Set()
    this.#waiters.set(id, waiters.add(waiter))
    const stop = () => reject(waitAborted(id, signal?.reason))
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', stop)
      waiters.delete(waiter)
      if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id)
    }
  }

  /** Resolves the next time that anything changes. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve))
  }

  /** Called after a change about which no event is sent. */
  stirred(): void {
    if (this.#changed.length === 0) return
    const changed = this.#changed
    this.#changed = []
    for (const resolve of changed) resolve()
  }

  close(): void {
    for (const [id, waiters] of this.#waiters) {
      for (const waiter of waiters) {
        waiter.reject(
          new CoreError(
            'Unavailable',
            `the library was closed before job ${id} ended; the job resumes when the library is opened`,
          ),
        )
      }
    }
    this.#waiters.clear()
    this.stirred()
  }
}

function eventOf(job: Job): 'job.queued' | 'job.started' | 'job.paused' | 'job.ended' {
  switch (job.status) {
    case 'queued':
      return 'job.queued'
    case 'running':
      return 'job.started'
    case 'paused':
      return 'job.paused'
    case 'completed':
    case 'failed':
    case 'cancelled':
      return 'job.ended'
  }
}

function waitAborted(id: JobId, reason: unknown): CoreError {
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError'
  return timedOut
    ? new CoreError('Timeout', `job ${id} did not end before the timeout; it continues to run`)
    : new CoreError('Cancelled', `stopped waiting for job ${id}; it continues to run`)
}
