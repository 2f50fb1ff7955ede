import type { Generated } from 'kysely'
import type { JobStatus } from '../../../domain/job.ts'
import type { ConcurrencyClass } from '../../define.ts'

/** The status that a running job will have when it has stopped. */
export type Wanted = 'queued' | 'paused' | 'cancelled'

/** A job: one row, from queueing until the job is deleted from the history. */
export interface JobTable {
  /** Increases in the order of queueing. */
  id: Generated<number>
  uuid: Uint8Array
  name: string
  /** See `Job.key`. */
  key: string | null
  /** See `Job.subject`. */
  subject: string | null
  status: JobStatus
  /** Set when a running job is told to stop, so that a crash does not lose the request. */
  wanted: Wanted | null
  concurrency: ConcurrencyClass
  priority: number
  /** The parent's uuid. Not a foreign key, because a child may stay in the history longer than its parent. */
  parent: Uint8Array | null
  /** MessagePack of the input as it was given. Every run parses it again. */
  input: Uint8Array
  /** MessagePack of the state at the last checkpoint. */
  state: Uint8Array | null
  /** MessagePack of the output. */
  output: Uint8Array | null
  /** JSON: `JobProgress`. */
  progress: string | null
  error_code: string | null
  error_message: string | null
  /**
   * Number of runs that have begun. Runs that continue after a pause or after the end of the process are not counted.
   */
  attempts: Generated<number>
  /** 1: the next run continues the current attempt. */
  resuming: Generated<number>
  /** How often the process has ended during this job since its last checkpoint. */
  crashes: Generated<number>
  /** 1: paused because its parent was paused; it is resumed together with its parent. */
  held_by_parent: Generated<number>
  /** If the job waits for a retry: the earliest time of its next run. */
  ready_at: number | null
  /** Number of all warnings, including those that `job_warnings` no longer stores. */
  warnings: Generated<number>
  created_at: number
  started_at: number | null
  ended_at: number | null
}
