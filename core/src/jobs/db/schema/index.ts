import type { JobTable } from './job.ts'
import type { JobItemTable } from './job-item.ts'
import type { JobWarningTable } from './job-warning.ts'

export type { JobTable, Wanted } from './job.ts'
export type { JobWarningTable } from './job-warning.ts'

/** The tables of `jobs.db`. Uuids are 16-byte blobs, times integer milliseconds, booleans 0 or 1. */
export interface JobsSchema {
  jobs: JobTable
  job_warnings: JobWarningTable
  job_items: JobItemTable
}
