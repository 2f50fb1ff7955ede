import type { Generated } from 'kysely'
import type { JobStatus } from '../../../domain/job.ts'
import type { ConcurrencyClass } from '../../define.ts'

/** Where a running job goes once it has stopped. */
export type Wanted = 'queued' | 'paused' | 'cancelled'

/** One row a job, from being enqueued until its history is dropped. */
export interface JobTable {
  /** Order of enqueueing. */
  id: Generated<number>
  uuid: Uint8Array
  name: string
  /** See `Job.key`. */
  key: string | null
  /** See `Job.subject`. */
  subject: string | null
  status: JobStatus
  /** Set while a running job has been asked to stop, so that a crash in between does not forget the request. */
  wanted: Wanted | null
  concurrency: ConcurrencyClass
  priority: number
  /** The parent's uuid. No foreign key: a child outlives its parent's history. */
  parent: Uint8Array | null
  /** MessagePack, as it was given: parsed again by every run. */
  input: Uint8Array
  /** MessagePack: the last checkpoint. */
  state: Uint8Array | null
  /** MessagePack. */
  output: Uint8Array | null
  /** JSON: `JobProgress`. */
  progress: string | null
  error_code: string | null
  error_message: string | null
  /** Runs begun, not counting those that go on after a pause or an end of the process. */
  attempts: Generated<number>
  /** 1: the next run goes on with the current attempt. */
  resuming: Generated<number>
  /** Ends of the process during this job since its last checkpoint. */
  crashes: Generated<number>
  /** 1: paused because its parent was, and resumed with it. */
  held_by_parent: Generated<number>
  /** A queued job that waits to be retried: not before this. */
  ready_at: number | null
  /** Number of all warnings, including those that `job_warnings` no longer stores. */
  warnings: Generated<number>
  created_at: number
  started_at: number | null
  ended_at: number | null
}
