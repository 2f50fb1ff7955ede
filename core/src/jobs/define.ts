import type { z } from 'zod'
import type { Library } from '../library/index.ts'
import type { ErrorCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'

/** Which of the runner's queues a job runs in; each has its own limit of jobs side by side. */
export type ConcurrencyClass = 'cpu' | 'io' | 'network'

/** Higher runs first. */
export const priorities = { low: -1, normal: 0, high: 1, critical: 10 } as const

export interface ProgressUpdate {
  readonly phase?: string
  readonly done?: number
  /** Null while it is still being counted. */
  readonly total?: number | null
  readonly bytes?: number
}

export interface JobContext<State = unknown> {
  readonly jobId: string
  /** The library the job works on. */
  readonly library: Library
  /** What was last passed to `checkpoint`, or the job's initial state: a resumed job starts from here. */
  readonly state: State
  /** Aborted when the job is paused or cancelled or the library closes. Check it between items. */
  readonly signal: AbortSignal
  /** Lines go to the job's own log file. */
  readonly log: Logger
  /** Makes `state` durable before it resolves. Call it at a boundary the job can start again from. */
  checkpoint(state: State): Promise<void>
  /** Says how far the job is; fields that are left out stay as they were. Cheap: events are limited in number. */
  progress(update: ProgressUpdate): void
  /** Records something the job could not do and goes on without. */
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
  /** Enqueues a child; pausing or cancelling this job does the same to its children. */
  enqueue<I extends z.ZodType>(job: Job<string, I>, input: z.input<I>): Promise<{ id: string }>
}

export interface Job<
  N extends string = string,
  I extends z.ZodType = z.ZodType,
  S extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> {
  readonly name: N
  /** One line, for `job types` and the monitor. */
  readonly summary: string
  readonly input: I
  /** What is kept between runs; it must hold all that a resumed run needs. */
  readonly state: S
  readonly output: O
  readonly initial: z.output<S>
  readonly concurrency: ConcurrencyClass
  /** Default 0. */
  readonly priority: number
  /** How often a failed run is tried again, with backoff. Only retryable errors count; a killed process does not. */
  readonly retries: number
  /** Waiting or running jobs of one name with one key are one job. Null: never merged. */
  key(input: z.output<I>): string | null
  /** Safe to run twice from one state. Throws `CoreError`s; returns the output. */
  run(input: z.output<I>, ctx: JobContext<z.output<S>>): Promise<z.output<O>>
}

interface Definition<N extends string, I extends z.ZodType, S extends z.ZodType, O extends z.ZodType> extends Pick<
  Job<N, I, S, O>,
  'name' | 'summary' | 'input' | 'state' | 'output' | 'initial' | 'run'
> {
  readonly concurrency?: ConcurrencyClass
  readonly priority?: number
  readonly retries?: number
  key?(input: z.output<I>): string | null
}

/** Declares a job. Enqueue it by this object: `jobs.enqueue(indexLocation, { locationId })`. */
export function defineJob<const N extends string, I extends z.ZodType, S extends z.ZodType, O extends z.ZodType>(
  job: Definition<N, I, S, O>,
): Job<N, I, S, O> {
  return { concurrency: 'io', priority: priorities.normal, retries: 0, key: () => null, ...job }
}
