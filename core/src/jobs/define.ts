import type { z } from 'zod'
import type { JobId } from '../domain/ids.ts'
import type { ErrorCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'

/** The queue in which a job runs. Each queue has its own limit on jobs that run at the same time. */
export type ConcurrencyClass = 'cpu' | 'io' | 'network'

/** Jobs with a higher priority run first; with equal priorities, the oldest job runs first. */
export const priorities = { low: -1, normal: 0, high: 1, critical: 10 } as const

export interface ProgressUpdate {
  /**
   * The name of a new phase. It resets the counts (`done` and `bytes` to zero, `total` to unknown), unless they are
   * given too.
   */
  readonly phase?: string
  readonly done?: number
  /** Null while the total is still being counted. */
  readonly total?: number | null
  readonly bytes?: number
}

export interface Enqueued {
  readonly id: JobId
  /** Whether an active job with the same key was used. The id is then the id of that job. */
  readonly merged: boolean
  /** True: that job was running when the request came, so it may already have passed the subject of this request. */
  readonly wasRunning: boolean
}

/**
 * How a job handles an item. `now`: works on it. `last`: works on it alone after all other items, because the
 * process stopped during it. `never`: leaves it out and records the reason, because the process stopped during it
 * repeatedly.
 */
export type ItemVerdict =
  | { readonly when: 'now' }
  | { readonly when: 'last'; readonly stops: number }
  | { readonly when: 'never'; readonly reason: string }

/**
 * The files or contents that a job works on. An item's name means the same in all jobs of the library.
 *
 * After the process has stopped in the middle of a job, each item is noted while the job works on it. The next start
 * then knows during which items the process stopped. A kill from outside can hit any item, so one stop proves nothing:
 * the job does all other items first, and then the suspects one at a time. Only an item that keeps stopping the process
 * is left out.
 */
export interface JobItems {
  /**
   * Whether items are noted. False if the process has never stopped during this job or one of its items; then `begin`
   * costs nothing.
   */
  readonly areNoted: boolean
  /** Verdicts on items during which the process has stopped. The verdict on all other items is `now`. */
  readonly suspects: ReadonlyMap<string, ItemVerdict>
  verdict(item: string): ItemVerdict
  /** Records durably that the job works on some items. Disposing the result ends the record. */
  begin(items: readonly string[]): Promise<AsyncDisposable>
  /**
   * Lets the next run try an item that was left out. Use it for work that only a user can start again. Without it,
   * later jobs leave the item out too, as long as the job is in the history.
   */
  forget(item: string): Promise<void>
}

/** The context of a run. `L` is the part of the library that the job uses. */
export interface JobContext<State = unknown, L = unknown> {
  readonly jobId: JobId
  /** The library on which the job works. */
  readonly library: L
  /** The state that was last passed to `checkpoint`, or else the job's initial state. A resumed job starts from it. */
  readonly state: State
  /**
   * Aborted when the job is paused or cancelled or the library closes. Check it between items, and throw with
   * `signal.throwIfAborted()`, because a run that returns counts as finished. The job may make a checkpoint before it
   * throws.
   */
  readonly signal: AbortSignal
  /** Writes to the job's own log file. */
  readonly log: Logger
  /**
   * Makes `state` durable before it resolves, together with the progress and warnings so far. Call it at points from
   * which the job can continue. Work before a checkpoint is never repeated, even if the process is killed.
   */
  checkpoint(this: void, state: State): Promise<void>
  /**
   * Reports the progress of the job. Omitted fields keep their values, and numbers never decrease within a phase. It
   * may be called for every item, because the number of events and writes is limited.
   */
  progress(this: void, update: ProgressUpdate): void
  /**
   * Records a problem because of which the job skipped something. A repeated run raises the warnings since the last
   * checkpoint again.
   */
  warn(this: void, warning: { code: ErrorCode; message: string; path?: string | undefined }): void
  /**
   * For jobs that read untrusted files: such a job checks the verdict on each item, and calls `begin` for the items on
   * which it works.
   */
  readonly items: JobItems
  /**
   * Queues a child job. Pausing or cancelling this job also pauses or cancels its children. A repeated run queues its
   * children since the last checkpoint again, so a child needs a key, or it must be possible to run it twice.
   */
  enqueue<I extends z.ZodType>(
    this: void,
    job: Job<string, I, z.ZodType, z.ZodType, L>,
    input: z.input<I>,
  ): Promise<Enqueued>
}

export interface Job<
  N extends string = string,
  I extends z.ZodType = z.ZodType,
  S extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  L = unknown,
> {
  /**
   * The feature, a dot, and a verb or noun: `indexing.location`. The name is stored, so unfinished jobs cannot
   * continue after it is renamed.
   */
  readonly name: N
  /** A description in one line, for `job types` and the monitor. */
  readonly summary: string
  readonly input: I
  /**
   * The schema of the state, which must contain everything that a resumed run needs. It must not contain transforms,
   * because the state is parsed again after a restart.
   */
  readonly state: S
  readonly output: O
  readonly initial: z.output<S>
  readonly concurrency: ConcurrencyClass
  readonly priority: number
  /**
   * How often a failed run is retried, with growing waits. Only retryable errors are retried. A killed process does
   * not count as a failed run.
   */
  readonly retries: number
  /**
   * Whether the job can be paused and resumed. If not, and the process ends during it, the job fails instead of
   * running again.
   */
  readonly resumable: boolean
  /** Active jobs with the same name and the same key are merged to one job. Null: never merged. */
  key(input: z.output<I>): string | null
  /** Id of the object on which the job works; it distinguishes jobs in a list. */
  subject(input: z.output<I>): string | null
  /**
   * Does the work, and returns the output. It must be possible to run it twice from the same state. Throws
   * `CoreError`s.
   */
  run(input: z.output<I>, ctx: JobContext<z.output<S>, L>): Promise<z.output<O>>
}

/** A job with any input, state and output. */
export type AnyJob<L> = Job<string, z.ZodType, z.ZodType, z.ZodType, L>

interface Definition<N extends string, I extends z.ZodType, S extends z.ZodType, O extends z.ZodType, L> extends Pick<
  Job<N, I, S, O, L>,
  'name' | 'summary' | 'input' | 'state' | 'output' | 'initial' | 'run'
> {
  /** `io` by default. */
  readonly concurrency?: ConcurrencyClass
  /** `priorities.normal` by default. */
  readonly priority?: number
  /** 0 by default. */
  readonly retries?: number
  /** True by default. */
  readonly resumable?: boolean
  /** Never merged by default. */
  key?(input: z.output<I>): string | null
  /** Null by default. */
  subject?(input: z.output<I>): string | null
}

/** Declares a job. To queue it, pass the returned object: `jobs.enqueue(indexLocation, { locationId })`. */
export function defineJob<
  const N extends string,
  I extends z.ZodType,
  S extends z.ZodType,
  O extends z.ZodType,
  L = unknown,
>(job: Definition<N, I, S, O, L>): Job<N, I, S, O, L> {
  const defaults = { concurrency: 'io', priority: priorities.normal, retries: 0, resumable: true } as const
  return { ...defaults, key: () => null, subject: () => null, ...job }
}

/**
 * Returns `defineJob` for jobs that use the features `L` of a library: `defineJobOn<{ readonly search: Search }>()({
 * name: 'search.index', … })`. Two calls are needed, because TypeScript cannot infer some type arguments if others are
 * given.
 */
export function defineJobOn<L>() {
  return <const N extends string, I extends z.ZodType, S extends z.ZodType, O extends z.ZodType>(
    job: Definition<N, I, S, O, L>,
  ): Job<N, I, S, O, L> => defineJob(job)
}
