import { availableParallelism } from 'node:os'
import type { ConcurrencyClass } from './define.ts'

export interface JobLimits {
  /** How many jobs of a class run side by side. */
  readonly concurrency: Readonly<Record<ConcurrencyClass, number>>
  /** The wait before the first retry; it doubles with every further one, up to `retryMaxMs`. */
  readonly retryBaseMs: number
  readonly retryMaxMs: number
  /** The least time between two progress events of one job. */
  readonly progressEventMs: number
  /** The least time between two writes of a job's progress; a checkpoint writes it too. */
  readonly progressSaveMs: number
  /** How long pausing, cancelling and closing wait for a running job to stop. */
  readonly stopWaitMs: number
  /** When the database cannot be written (a full disk), it is tried again this often. */
  readonly databaseRetryMs: number
  /**
   * How many times in a row the process may stop during a job without progress before the job has to wait for its next
   * run.
   */
  readonly stops: number
  /** The longest such wait. */
  readonly stoppedMaxMs: number
  /**
   * How many times the process may stop while a job works on one item before the item is left out. A stop while the job
   * works on no item sets the count back.
   */
  readonly itemStops: number
  /** The wait before a retry of an item that was in progress during two stops; it doubles with each further stop. */
  readonly suspectWaitMs: number
  /** Warnings kept for one job; beyond this they are only counted. */
  readonly warnings: number
  /** The size of one job's log file; lines beyond it are dropped. */
  readonly logBytes: number
  /** How many ended jobs are kept, of each of completed, failed and cancelled. */
  readonly keptJobs: number
  /** How long ended jobs are kept at most. */
  readonly keptMs: number
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export const defaultLimits: JobLimits = {
  concurrency: {
    // One core stays free for the main thread, which answers.
    cpu: Math.max(1, availableParallelism() - 1),
    // Enough to keep an SSD busy; more only makes a hard disk seek.
    io: 4,
    // These wait for others most of the time.
    network: 8,
  },
  retryBaseMs: 1_000,
  retryMaxMs: 5 * MINUTE_MS,
  // Ten a second is as fast as a person sees a bar move.
  progressEventMs: 100,
  progressSaveMs: 2_000,
  // Far more than stopping takes; a job that hangs in a file system that does not answer is not waited for longer.
  stopWaitMs: 10_000,
  databaseRetryMs: 2_000,
  // A few kills may come from a person or a power cut. After more, a wait leaves time to look at the job or cancel it.
  stops: 5,
  stoppedMaxMs: 30_000,
  // Five stops during the same item, alone in all but the first and never during a wait, are no coincidence.
  itemStops: 5,
  // Longer than a usual item takes, so that a kill from outside is more likely to hit the wait than the item.
  suspectWaitMs: 2_000,
  warnings: 1_000,
  logBytes: 10 * 1024 * 1024,
  keptJobs: 1_000,
  keptMs: 30 * DAY_MS,
}

/** An input refers to data by name and does not contain it. */
export const MAX_INPUT_BYTES = 1024 * 1024
/** Written whole at every checkpoint on the main thread: a cursor and counts, not a list of files. */
export const MAX_STATE_BYTES = 4 * 1024 * 1024
export const MAX_OUTPUT_BYTES = 1024 * 1024
