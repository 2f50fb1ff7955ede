import { availableParallelism } from 'node:os'
import type { ConcurrencyClass } from './define.ts'

export interface JobLimits {
  /** How many jobs of each class may run at the same time. */
  readonly concurrency: Readonly<Record<ConcurrencyClass, number>>
  /** The wait before the first retry. It doubles with every further retry, up to `retryMaxMs`. */
  readonly retryBaseMs: number
  readonly retryMaxMs: number
  /** Minimum time between two progress events of one job. */
  readonly progressEventMs: number
  /** Minimum time between two writes of a job's progress. A checkpoint writes it too. */
  readonly progressSaveMs: number
  /** How long pausing, cancelling and closing wait for a running job to stop. */
  readonly stopWaitMs: number
  /** If the database cannot be written, for example because the disk is full, it is tried again at this interval. */
  readonly databaseRetryMs: number
  /**
   * How many times in a row the process may stop during a job that makes no progress. After that, the job must wait
   * before its next run.
   */
  readonly stops: number
  /** Limit on that wait. */
  readonly stoppedMaxMs: number
  /**
   * How many times the process may stop while a job works on one item before the item is left out. A stop while the
   * job works on no item sets the count back to one.
   */
  readonly itemStops: number
  /** The wait before a retry of an item that was in progress during two stops; it doubles with each further stop. */
  readonly suspectWaitMs: number
  /** Number of warnings that are stored for one job. Further ones are only counted. */
  readonly warnings: number
  /** Limit on the size of a job's log file. Further lines are dropped. */
  readonly logBytes: number
  /** How many ended jobs are kept, for each of the statuses completed, failed and cancelled. */
  readonly keptJobs: number
  /** How long ended jobs are kept at most. */
  readonly keptMs: number
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export const defaultLimits: JobLimits = {
  concurrency: {
    // One core stays free for the main thread, which answers requests.
    cpu: Math.max(1, availableParallelism() - 1),
    // Enough to keep an SSD busy. More jobs only make a hard disk seek.
    io: 4,
    // These jobs spend most of their time waiting for other devices.
    network: 8,
  },
  retryBaseMs: 1_000,
  retryMaxMs: 5 * MINUTE_MS,
  // Ten times a second is as often as a person notices a moving bar.
  progressEventMs: 100,
  progressSaveMs: 2_000,
  // Far longer than stopping takes. If a job hangs because its file system does not answer, it is not awaited any
  // longer.
  stopWaitMs: 10_000,
  databaseRetryMs: 2_000,
  // A few kills may come from a person or a power cut. After more, the wait gives time to inspect or cancel the job.
  stops: 5,
  stoppedMaxMs: 30_000,
  // Five stops during the same item cannot be a coincidence: in all but the first, the item was alone, and none was
  // during a wait.
  itemStops: 5,
  // Longer than a usual item takes. So a kill from outside is more likely to happen during the wait than during the
  // item.
  suspectWaitMs: 2_000,
  warnings: 1_000,
  logBytes: 10 * 1024 * 1024,
  keptJobs: 1_000,
  keptMs: 30 * DAY_MS,
}

/** Limit on an input. It should refer to data by name, not contain it. */
export const MAX_INPUT_BYTES = 1024 * 1024
/**
 * Limit on a state. Every checkpoint writes it completely, on the main thread. It should contain a cursor and counts,
 * not a list of files.
 */
export const MAX_STATE_BYTES = 4 * 1024 * 1024
export const MAX_OUTPUT_BYTES = 1024 * 1024
