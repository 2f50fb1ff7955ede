import type { Generated } from 'kysely'

/** The first warnings of a job; written with its checkpoints, so that a repeated stretch does not write them twice. */
export interface JobWarningTable {
  id: Generated<number>
  job_id: number
  code: string
  message: string
  path: string | null
  phase: string
  at: number
}
