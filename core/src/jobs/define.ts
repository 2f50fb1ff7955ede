import type { z } from 'zod'
import type { JobId } from '../domain/ids.ts'
import type { ErrorCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'

/** Which of the runner's queues a job runs in; each has its own limit of jobs side by side. */
export type ConcurrencyClass = 'cpu' | 'io' | 'network'

/** Higher runs first; within one priority, the oldest. */
export const priorities = { low: -1, normal: 0, high: 1, critical: 10 } as const

export interface ProgressUpdate {
  /** A new phase resets the counts: `done` and `bytes` to zero and `total` to unknown, unless they are given too. */
  readonly phase?: string
  readonly done?: number
  /** Null while it is still being counted. */
  readonly total?: number | null
  readonly bytes?: number
}

export interface Enqueued {
  readonly id: JobId
  /** True: a waiting or running job had the same key, and this is its id. */
  readonly merged: boolean
  /** True: that job was running, so it may be past the subject of this request. By now it may have ended. */
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
  /** False if the process has never stopped during the job or any item: then `begin` costs nothing. */
  readonly areNoted: boolean
  /** Verdicts on items during which the process stopped; the verdict on all others is `now`. */
  readonly suspects: ReadonlyMap<string, ItemVerdict>
  verdict(item: string): ItemVerdict
  /** Records durably that the job works on some items. Disposing the result ends the record. */
  begin(items: readonly string[]): Promise<AsyncDisposable>
  /**
   * Lets the next run try an item again that was left out. Use it for work that only a person can start again.
   * Otherwise later jobs leave the item out too, as long as the history keeps the job.
   */
  forget(item: string): Promise<void>
}

/** The context of a run. `L` is the part of the library that the job uses. */
export interface JobContext<State = unknown, L = unknown> {
  readonly jobId: JobId
  /** The library the job works on. */
  readonly library: L
  /** The state last passed to `checkpoint`, or the job's initial state: a resumed job starts from here. */
  readonly state: State
  /**
   * Aborted when the job is paused or cancelled or the library closes. Check it between items and throw
   * (`signal.throwIfAborted()`): a run that returns has finished its work. A checkpoint may be made before throwing.
   */
  readonly signal: AbortSignal
  /** Lines go to the job's own log file. */
  readonly log: Logger
  /**
   * Makes `state` durable before it resolves, together with the progress and warnings so far. Call it wherever the job
   * can start again: work done before a checkpoint is never repeated, even if the process is killed.
   */
  checkpoint(this: void, state: State): Promise<void>
  /**
   * Reports the progress of the job. Omitted fields keep their values, and numbers never decrease within a phase. Cheap
   * enough to call for every item, because events and writes are limited in number.
   */
  progress(this: void, update: ProgressUpdate): void
  /** Records a problem that the job skipped. A repeated run raises the warnings since its last checkpoint again. */
  warn(this: void, warning: { code: ErrorCode; message: string; path?: string | undefined }): void
  /** A job that reads untrusted files asks for a verdict on each item, and calls `begin` for the items it works on. */
  readonly items: JobItems
  /**
   * Enqueues a child job; pausing or cancelling this job does the same to its children. A repeated run enqueues its
   * children since the last checkpoint again, so a child needs a key or must be safe to run twice.
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
   * The feature in the plural, a dot, and a verb or noun: `indexing.location`. It is stored: renaming it strands
   * unfinished jobs.
   */
  readonly name: N
  /** One line, for `job types` and the monitor. */
  readonly summary: string
  readonly input: I
  /**
   * The state between runs; it must contain everything that a resumed run needs. No transforms: it is parsed again
   * after a restart.
   */
  readonly state: S
  readonly output: O
  readonly initial: z.output<S>
  readonly concurrency: ConcurrencyClass
  readonly priority: number
  /** How often a failed run is tried again, with backoff. Only retryable errors count; a killed process does not. */
  readonly retries: number
  /** False: the job cannot be paused. If the process ends during it, the job fails instead of running again. */
  readonly resumable: boolean
  /** Waiting or running jobs of one name with one key are one job. Null: never merged. */
  key(input: z.output<I>): string | null
  /** Id of the object it works on, which distinguishes jobs in a list. */
  subject(input: z.output<I>): string | null
  /** Safe to run twice from one state. Throws `CoreError`s; returns the output. */
  run(input: z.output<I>, ctx: JobContext<z.output<S>, L>): Promise<z.output<O>>
}

/** A job of any shape, as the runner keeps it. */
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
  /** Nothing in particular by default. */
  subject?(input: z.output<I>): string | null
}

/** Declares a job. Enqueue it by this object: `jobs.enqueue(indexLocation, { locationId })`. */
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
 * Returns `defineJob` for jobs that use the features `L` of a library:
 * `defineJobOn<{ readonly search: Search }>()({ name: 'search.index', … })`. TypeScript cannot infer one type argument
 * and take another.
 */
export function defineJobOn<L>() {
  return <const N extends string, I extends z.ZodType, S extends z.ZodType, O extends z.ZodType>(
    job: Definition<N, I, S, O, L>,
  ): Job<N, I, S, O, L> => defineJob(job)
}
