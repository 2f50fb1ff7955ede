import type { JobStore } from './job-store.ts'
import type { AnyJob } from './define.ts'
import type { Logger } from '../util/logger.ts'

/** The errors of jobs that were running when the process ended and cannot be resumed. */
export const cutShort = {
  code: 'Cancelled',
  message: 'it was cut short when Spacedrive stopped, and cannot go on in the middle; retry it',
}

export interface RecoverDeps<L> {
  readonly store: JobStore
  readonly definitions: ReadonlyMap<string, AnyJob<L>>
  readonly log: Logger
  readonly now: () => number
  /** `stops` and `stoppedMaxMs` of `JobLimits`. */
  readonly wait: { readonly patience: number; readonly maxMs: number }
}

/**
 * Puts jobs that were running when the process ended back in the queue, or completes their pending pause or cancel
 * request. Fails jobs that this version can no longer run, with the reason.
 */
export function recoverJobs<L>({ store, definitions, log, now, wait }: RecoverDeps<L>): void {
  const at = now()
  const names = [...definitions.keys()]
  const once = [...definitions.values()].filter((job) => !job.resumable).map((job) => job.name)
  const unknown = store.failUnknown(names, at)
  if (unknown > 0) log.warn({ jobs: unknown }, 'unfinished jobs that this version does not know were marked as failed')
  store.settleWanted(at)
  store.failRunning(once, cutShort, at)
  store.countStops()
  const resumed = store.requeueRunning({ at, ...wait })
  if (resumed > 0) log.info({ jobs: resumed }, 'jobs go on where they were')
}
