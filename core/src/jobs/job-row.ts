import type { Selectable } from 'kysely'
import type { JobId } from '../domain/ids.ts'
import { type Job, JobProgress } from '../domain/job.ts'
import { blobToUuid } from '../util/uuid.ts'
import type { JobTable } from './db/schema/index.ts'

/** The row of a job without its MessagePack columns, which may be large. */
export type JobRow = Omit<Selectable<JobTable>, 'input' | 'state' | 'output'>

export const JOB_COLUMNS =
  'id, uuid, name, key, subject, status, wanted, concurrency, priority, parent, progress, error_code, error_message, ' +
  'attempts, resuming, crashes, held_by_parent, ready_at, warnings, created_at, started_at, ended_at'

export const noProgress: JobProgress = { phase: '', done: 0, total: null, bytes: 0, rate: null, etaMs: null }

export function rowToJob(row: JobRow): Job {
  return {
    id: rowToJobId(row),
    name: row.name,
    subject: row.subject,
    status: row.status,
    priority: row.priority,
    parentId: row.parent === null ? null : (blobToUuid(row.parent) as JobId),
    progress: rowToProgress(row),
    attempts: row.attempts,
    createdAt: isoTime(row.created_at),
    startedAt: row.started_at === null ? null : isoTime(row.started_at),
    endedAt: row.ended_at === null ? null : isoTime(row.ended_at),
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    ...(row.ready_at !== null && row.error_message !== null ? { waiting: waitingFor(row.error_message) } : {}),
    warnings: row.warnings,
  }
}

/** The message of a job that continues by itself when a problem has ended. */
export function waitingFor(message: string): string {
  return `waiting: ${message.replace(/ and try again$/, ', and the job continues by itself')}`
}

export function rowToJobId(row: Pick<JobRow, 'uuid'>): JobId {
  return blobToUuid(row.uuid) as JobId
}

export function rowToProgress(row: Pick<JobRow, 'progress'>): JobProgress {
  return row.progress === null ? noProgress : JobProgress.parse(JSON.parse(row.progress))
}

export function hasEnded(row: Pick<JobRow, 'status'>): boolean {
  return row.status === 'completed' || row.status === 'failed' || row.status === 'cancelled'
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
