import type { Generated } from 'kysely'

/** Items that a job has begun and not finished. They are recorded only for a job that was interrupted before. */
export interface JobItemTable {
  job_id: number
  item: string
  /** How often the process has stopped while the job worked on this item. */
  stops: number
  /** 1: the job works on the item now. 0: the process stopped during it, and the job has left it for later. */
  at_work: Generated<number>
}
