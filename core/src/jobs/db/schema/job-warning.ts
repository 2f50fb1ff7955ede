import type { Generated } from 'kysely'

/**
 * The first warnings of a job. They are written with its checkpoints, so that work that is repeated does not write
 * them twice.
 */
export interface JobWarningTable {
  id: Generated<number>
  job_id: number
  code: string
  message: string
  path: string | null
  phase: string
  at: number
}
