import type { DatabaseSync, SQLInputValue, StatementSync } from '../db/sqlite.ts'
import { withRows } from '../db/typed-rows.ts'
import type { Selectable } from 'kysely'
import type { JobId } from '../domain/ids.ts'
import type { JobProgress, JobStatus } from '../domain/job.ts'
import { uuidToBlob } from '../util/uuid.ts'
import type { JobTable, JobWarningTable, Wanted } from './db/schema/index.ts'
import type { ConcurrencyClass } from './define.ts'
import { JOB_COLUMNS, type JobRow } from './job-row.ts'

export type NewJob = Pick<
  Selectable<JobTable>,
  'uuid' | 'name' | 'key' | 'subject' | 'concurrency' | 'priority' | 'parent' | 'input' | 'created_at'
>

export type ClaimedRow = JobRow & Pick<Selectable<JobTable>, 'input' | 'state'>

export interface NewWarnings {
  /** The warnings to store. */
  readonly rows: readonly Omit<Selectable<JobWarningTable>, 'id' | 'job_id'>[]
  /** The number of all warnings, including those that are not stored. */
  readonly count: number
}

/** The data that a run stores at a checkpoint or at its end, in one transaction. */
export interface RunRecord {
  readonly progress: JobProgress
  readonly warnings: NewWarnings
}

export interface Ending extends RunRecord {
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly error: { readonly code: string; readonly message: string } | null
  readonly output: Uint8Array | null
  readonly at: number
  /**
   * Notes of items with at least this many stops are kept when the job ends, so that the next job leaves these items
   * out too.
   */
  readonly itemStops: number
}

/**
 * The rows of `jobs.db`. Every statement is prepared once. All calls are synchronous, so several changes can share one
 * transaction (`GroupCommit`).
 */
export class JobStore {
  readonly db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(db: DatabaseSync) {
    this.db = db
  }

  insert(job: NewJob): JobRow {
    return this.#one(
      `insert into jobs(uuid, name, key, subject, status, concurrency, priority, parent, input, created_at)
       values (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?) returning ${JOB_COLUMNS}`,
      job.uuid,
      job.name,
      job.key,
      job.subject,
      job.concurrency,
      job.priority,
      job.parent,
      job.input,
      job.created_at,
    )
  }

  find(id: JobId): JobRow | undefined {
    return this.#maybe(`select ${JOB_COLUMNS} from jobs where uuid = ?`, uuidToBlob(id))
  }

  get(rowId: number): JobRow | undefined {
    return this.#maybe(`select ${JOB_COLUMNS} from jobs where id = ?`, rowId)
  }

  blobs(rowId: number): Pick<Selectable<JobTable>, 'input' | 'output'> {
    const statement = this.#statement(`select input, output from jobs where id = ?`)
    return withRows<Pick<Selectable<JobTable>, 'input' | 'output'>>(statement).get(rowId)!
  }

  warnings(rowId: number): Selectable<JobWarningTable>[] {
    const statement = this.#statement(`select * from job_warnings where job_id = ? order by id`)
    return withRows<Selectable<JobWarningTable>>(statement).all(rowId)
  }

  /** The jobs, newest first. */
  list(status: JobStatus | undefined, limit: number): JobRow[] {
    return status === undefined
      ? this.#many(`select ${JOB_COLUMNS} from jobs order by id desc limit ?`, limit)
      : this.#many(`select ${JOB_COLUMNS} from jobs where status = ? order by id desc limit ?`, status, limit)
  }

  /** The active jobs on a subject, newest first. */
  activeOn(subject: string): JobRow[] {
    return this.#many(
      `select ${JOB_COLUMNS} from jobs where status in ('queued', 'running', 'paused') and subject = ? order by id desc`,
      subject,
    )
  }

  count(status: JobStatus): number {
    return this.#statement(`select count(*) as n from jobs where status = ?`).get(status)!['n'] as number
  }

  hasAny(status: JobStatus): boolean {
    return this.#statement(`select 1 from jobs where status = ? limit 1`).get(status) !== undefined
  }

  /** The active job with this name and key, unless it is being cancelled. */
  activeWithKey(name: string, key: string): JobRow | undefined {
    return this.#maybe(
      `select ${JOB_COLUMNS} from jobs where name = ? and key = ? and status in ('queued', 'running', 'paused')
       and wanted is not 'cancelled'`,
      name,
      key,
    )
  }

  setPriority(rowId: number, priority: number): void {
    this.#run(`update jobs set priority = ? where id = ?`, priority, rowId)
  }

  /**
   * Marks the next jobs of a class as running, and returns them. A job waits while another job with its key is
   * running.
   */
  claim(concurrency: ConcurrencyClass, count: number, now: number): ClaimedRow[] {
    const next = this.#statement(
      `select id from jobs where status = 'queued' and ready_at is null and concurrency = ?
       and (key is null or not exists (
         select 1 from jobs other where other.name = jobs.name and other.key = jobs.key and other.status = 'running'))
       order by priority desc, id limit ?`,
    ).all(concurrency, count)
    return next.map((row) => {
      const sql = `update jobs set status = 'running', started_at = coalesce(started_at, ?),
                   attempts = attempts + 1 - resuming, resuming = 1 where id = ? returning ${JOB_COLUMNS}, input, state`
      return withRows<ClaimedRow>(this.#statement(sql)).get(now, row['id']!)!
    })
  }

  /** Releases jobs whose retry delay is over. */
  releaseDelayed(now: number): void {
    this.#run(`update jobs set ready_at = null where ready_at <= ?`, now)
  }

  nextReadyAt(): number | null {
    return this.#statement(`select min(ready_at) as at from jobs where ready_at is not null`).get()!['at'] as
      | number
      | null
  }

  checkpoint(rowId: number, state: Uint8Array, record: RunRecord): void {
    this.#run(
      `update jobs set state = ?, progress = ?, warnings = warnings + ?, crashes = 0 where id = ?`,
      state,
      JSON.stringify(record.progress),
      record.warnings.count,
      rowId,
    )
    this.#insertWarnings(rowId, record.warnings)
  }

  saveProgress(rowId: number, progress: JobProgress): void {
    this.#run(`update jobs set progress = ? where id = ? and status = 'running'`, JSON.stringify(progress), rowId)
  }

  /** Ends a running job. */
  end(rowId: number, ending: Ending): JobRow {
    this.#insertWarnings(rowId, ending.warnings)
    this.#run(`delete from job_items where job_id = ? and stops < ?`, rowId, ending.itemStops)
    return this.#one(
      `update jobs set status = ?, error_code = ?, error_message = ?, output = ?, ended_at = ?, progress = ?,
       warnings = warnings + ?, wanted = null, crashes = 0 where id = ? returning ${JOB_COLUMNS}`,
      ending.status,
      ending.error?.code ?? null,
      ending.error?.message ?? null,
      ending.output,
      ending.at,
      JSON.stringify(ending.progress),
      ending.warnings.count,
      rowId,
    )
  }

  /** Cancels a job that is not running. */
  cancelWaiting(rowId: number, at: number): JobRow {
    return this.#one(
      `update jobs set status = 'cancelled', ended_at = ?, ready_at = null where id = ? returning ${JOB_COLUMNS}`,
      at,
      rowId,
    )
  }

  /** Marks a job as paused. `held_by_parent` keeps the value that `want` has set. */
  pause(rowId: number): JobRow {
    return this.#one(
      `update jobs set status = 'paused', wanted = null, ready_at = null, crashes = 0 where id = ?
       returning ${JOB_COLUMNS}`,
      rowId,
    )
  }

  /** Puts a job back in the queue with the state of its last checkpoint, in the same attempt. */
  requeue(rowId: number): JobRow {
    return this.#one(
      `update jobs set status = 'queued', wanted = null, ready_at = null, crashes = 0, held_by_parent = 0
       where id = ? returning ${JOB_COLUMNS}`,
      rowId,
    )
  }

  /** Puts a job back in the queue for another attempt, at `readyAt` or later. */
  retryLater(rowId: number, error: { code: string; message: string }, readyAt: number): JobRow {
    return this.#one(
      `update jobs set status = 'queued', wanted = null, crashes = 0, resuming = 0, ready_at = ?, error_code = ?,
       error_message = ? where id = ? returning ${JOB_COLUMNS}`,
      readyAt,
      error.code,
      error.message,
      rowId,
    )
  }

  /**
   * Puts an ended job back in the queue. It continues from its last checkpoint, and its attempts are counted from
   * zero.
   */
  reopen(rowId: number): JobRow {
    return this.#one(
      `update jobs set status = 'queued', error_code = null, error_message = null, output = null, ended_at = null,
       attempts = 0, resuming = 0, crashes = 0, held_by_parent = 0 where id = ? returning ${JOB_COLUMNS}`,
      rowId,
    )
  }

  /** Records the status that a job should have when it has stopped, and whether this is because of its parent. */
  want(rowId: number, wanted: Wanted, heldByParent: boolean): void {
    this.#run(`update jobs set wanted = ?, held_by_parent = ? where id = ?`, wanted, heldByParent ? 1 : 0, rowId)
  }

  /**
   * Marks all running jobs as to be queued again, because the process is closing. The next start then does not count
   * this as a crash.
   */
  wantAllQueued(): void {
    this.#run(`update jobs set wanted = 'queued' where status = 'running' and wanted is null`)
  }

  /** The row ids of all unfinished jobs below `id`: its children, their children, and so on. */
  activeDescendants(id: JobId): number[] {
    const rows = this.#statement(
      `with recursive below(id, uuid, status) as (
         select id, uuid, status from jobs where parent = ?
         union select jobs.id, jobs.uuid, jobs.status from jobs join below on jobs.parent = below.uuid)
       select id from below where status in ('queued', 'running', 'paused') order by id`,
    ).all(uuidToBlob(id))
    return rows.map((row) => row['id'] as number)
  }

  /** Marks unfinished jobs as failed if `names` does not contain their name. */
  failUnknown(names: readonly string[], at: number): number {
    return this.#run(
      `update jobs set status = 'failed', wanted = null, ready_at = null, ended_at = ?, error_code = 'Unsupported',
       error_message = 'this version of Spacedrive has no job "' || name || '"; another version queued it'
       where status in ('queued', 'running', 'paused') and name not in (select value from json_each(?))`,
      at,
      JSON.stringify(names),
    )
  }

  /** Completes pause and cancel requests for jobs that were running when the process ended. */
  settleWanted(at: number): void {
    this.#run(
      `update jobs set status = 'cancelled', wanted = null, ended_at = ? where status = 'running' and wanted = 'cancelled'`,
      at,
    )
    this.#run(`update jobs set status = 'paused', wanted = null where status = 'running' and wanted = 'paused'`)
  }

  /** Marks jobs with these names as failed if they were running when the process ended. */
  failRunning(names: readonly string[], error: { code: string; message: string }, at: number): void {
    this.#run(
      `update jobs set status = 'failed', wanted = null, ended_at = ?, error_code = ?, error_message = ?
       where status = 'running' and name in (select value from json_each(?))`,
      at,
      error.code,
      error.message,
      JSON.stringify(names),
    )
  }

  /** Records durably that a job has begun some items. */
  beginItems(rowId: number, items: readonly string[]): void {
    const sql = `insert into job_items(job_id, item) values (?, ?) on conflict do update set at_work = 1`
    for (const item of items) this.#run(sql, rowId, item)
  }

  /** Records that items are finished, which counts as progress of the job. */
  endItems(rowId: number, items: readonly string[]): void {
    for (const item of items) this.#run(`delete from job_items where job_id = ? and item = ?`, rowId, item)
    this.#run(`update jobs set crashes = 0 where id = ?`, rowId)
  }

  /** Removes the notes of all jobs on an item, so that it is tried again. */
  forgetItem(item: string): void {
    this.#run(`delete from job_items where item = ?`, item)
  }

  /** How often the process has stopped during each item, in any job. */
  itemStops(): Map<string, number> {
    const sql = `select item, max(stops) as stops from job_items where stops > 0 group by item`
    const rows = this.#statement(sql).all()
    return new Map(rows.map(({ item, stops }) => [String(item), Number(stops)]))
  }

  /**
   * Counts a stop for each item that jobs were working on when the process stopped; an orderly stop does not count. If
   * no job was working on an item, the cause was outside, so earlier stops of the same jobs prove nothing either.
   */
  countStops(): void {
    const cutShort = `select id from jobs where status = 'running' and wanted is null`
    this.#run(`update job_items set stops = 1 where stops > 1 and job_id in (${cutShort})
       and not exists (select 1 from job_items other where other.at_work = 1 and other.job_id in (${cutShort}))`)
    this.#run(`update job_items set stops = stops + 1 where at_work = 1 and job_id in (${cutShort})`)
    this.#run(`update job_items set at_work = 0`)
  }

  /**
   * Returns jobs that were running when the process ended to the queue, in the same attempt. If the process has stopped
   * during a job more than `patience` times in a row, the job waits longer each time, so that the daemon stays
   * reachable in between.
   */
  requeueRunning({ at, patience, maxMs }: { at: number; patience: number; maxMs: number }): number {
    return this.#run(
      `update jobs set status = 'queued', crashes = crashes + (wanted is null), wanted = null,
         ready_at = case when wanted is null and crashes + 1 > ? then ? + min(?, 1000 << min(20, crashes - ?)) end
       where status = 'running'`,
      patience,
      at,
      maxMs,
      patience,
    )
  }

  /** Deletes ended jobs: of each status, all but the newest `keep`, and all that ended before `before`. */
  prune(keep: number, before: number, limit: number): number {
    let dropped = 0
    for (const status of ['completed', 'failed', 'cancelled']) {
      dropped += this.#run(
        `delete from jobs where id in (
           select id from jobs where status = ? and ended_at is not null order by ended_at desc, id desc limit ? offset ?)`,
        status,
        limit,
        keep,
      )
      dropped += this.#run(
        `delete from jobs where id in (
           select id from jobs where status = ? and ended_at < ? order by ended_at limit ?)`,
        status,
        before,
        limit,
      )
    }
    return dropped
  }

  #insertWarnings(rowId: number, warnings: NewWarnings): void {
    const sql = `insert into job_warnings(job_id, code, message, path, phase, at) values (?, ?, ?, ?, ?, ?)`
    for (const w of warnings.rows) this.#run(sql, rowId, w.code, w.message, w.path, w.phase, w.at)
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const prepared = this.db.prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  #maybe(sql: string, ...values: SQLInputValue[]): JobRow | undefined {
    return withRows<JobRow>(this.#statement(sql)).get(...values)
  }

  #one(sql: string, ...values: SQLInputValue[]): JobRow {
    return this.#maybe(sql, ...values)!
  }

  #many(sql: string, ...values: SQLInputValue[]): JobRow[] {
    return withRows<JobRow>(this.#statement(sql)).all(...values)
  }
}
