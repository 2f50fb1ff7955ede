import type { JobId } from '../domain/ids.ts'
import type { Job as JobInfo } from '../domain/job.ts'
import { CoreError } from '../util/errors.ts'
import type { Announcer } from './announcer.ts'
import type { AnyJob } from './define.ts'
import type { AfterCommit, GroupCommit } from './group-commit.ts'
import { hasEnded, type JobRow, rowToJob, rowToJobId } from './job-row.ts'
import type { JobStore } from './job-store.ts'
import type { JobLimits } from './limits.ts'
import type { Runner } from './runner.ts'
import { settledWithin } from '../util/settled-within.ts'

export interface ControlDeps<L> {
  readonly definitions: ReadonlyMap<string, AnyJob<L>>
  readonly store: JobStore
  readonly commits: GroupCommit
  readonly announcer: Announcer
  readonly runner: Runner<L>
  readonly now: () => number
  readonly limits: JobLimits
}

/** Changes one job within a transaction. `byParent` is true if the user controls a job above it. */
type Change = (row: JobRow, byParent: boolean, after: AfterCommit) => void

/** Number of jobs that are changed in one transaction when a job with many children is paused, cancelled or resumed. */
const FAMILY_SLICE = 256

/** Controls a job for a user: pauses, resumes or cancels it together with its children, or retries it. */
export class Control<L> {
  readonly #deps: ControlDeps<L>

  constructor(deps: ControlDeps<L>) {
    this.#deps = deps
  }

  /**
   * Pauses a job and its children. Resolves when the job has stopped, or after `stopWaitMs` even if it is still
   * stopping.
   */
  async pause(id: JobId): Promise<JobInfo> {
    await this.#changeFamily(id, (row, byParent, after) => {
      if (!byParent) this.#assertPausable(row)
      this.#pauseOne(row, byParent, after)
    })
    return this.#whenStopped(id)
  }

  async resume(id: JobId): Promise<JobInfo> {
    await this.#changeFamily(id, (row, byParent, after) => {
      if (!byParent) assertActive(row)
      this.#resumeOne(row, byParent, after)
    })
    return rowToJob(this.find(id))
  }

  /** Like `pause`, but the job ends. */
  async cancel(id: JobId): Promise<JobInfo> {
    await this.#changeFamily(id, (row, byParent, after) => {
      if (!byParent && row.status !== 'cancelled') assertActive(row)
      this.#cancelOne(row, after)
    })
    return this.#whenStopped(id)
  }

  /**
   * Puts a failed or cancelled job back in the queue. It continues from its last checkpoint, and its attempts are
   * counted from zero.
   */
  async retry(id: JobId): Promise<JobInfo> {
    const { store, commits } = this.#deps
    const row = await commits.run((after) => {
      const old = this.find(id)
      this.#assertRetryable(old)
      const reopened = store.reopen(old.id)
      after(() => this.#nowQueued(reopened))
      return reopened
    })
    return rowToJob(row)
  }

  /** Finds a job. Throws `NotFound`. */
  find(id: JobId): JobRow {
    const row = this.#deps.store.find(id)
    if (!row) throw new CoreError('NotFound', `there is no job ${id}; ended jobs are deleted after a while`)
    return row
  }

  /** Changes a job, and then all jobs below it. If they fit in one transaction, they change together. */
  async #changeFamily(id: JobId, change: Change): Promise<void> {
    const { store, commits } = this.#deps
    const changeAll = (rowIds: readonly number[], after: AfterCommit) => {
      for (const rowId of rowIds) {
        const row = store.get(rowId)
        if (row && !hasEnded(row)) change(row, true, after)
      }
    }
    const rest = await commits.run((after) => {
      change(this.find(id), false, after)
      const below = store.activeDescendants(id)
      changeAll(below.slice(0, FAMILY_SLICE), after)
      return below.slice(FAMILY_SLICE)
    })
    for (let i = 0; i < rest.length; i += FAMILY_SLICE) {
      await commits.run((after) => changeAll(rest.slice(i, i + FAMILY_SLICE), after))
    }
  }

  #pauseOne(row: JobRow, byParent: boolean, after: AfterCommit): void {
    const { store, announcer, runner } = this.#deps
    const stays = row.status === 'paused' || row.wanted === 'paused' || row.wanted === 'cancelled'
    if (stays || !this.#isResumable(row)) return
    store.want(row.id, 'paused', byParent)
    if (row.status === 'running') after(() => runner.get(rowToJobId(row))?.stop('paused'))
    else {
      const paused = store.pause(row.id)
      after(() => announcer.announce(paused))
    }
  }

  #resumeOne(row: JobRow, byParent: boolean, after: AfterCommit): void {
    const { store, runner } = this.#deps
    // A child that was paused separately stays paused.
    if (byParent && row.held_by_parent === 0) return
    if (row.status === 'paused') {
      const queued = store.requeue(row.id)
      after(() => this.#nowQueued(queued))
    } else if (row.status === 'running' && row.wanted === 'paused') {
      store.want(row.id, 'queued', false)
      after(() => runner.get(rowToJobId(row))?.stop('queued'))
    }
  }

  #cancelOne(row: JobRow, after: AfterCommit): void {
    const { store, announcer, runner, now } = this.#deps
    if (row.status === 'cancelled' || row.wanted === 'cancelled') return
    if (row.status === 'running') {
      store.want(row.id, 'cancelled', false)
      after(() => runner.get(rowToJobId(row))?.stop('cancelled'))
      return
    }
    const ended = store.cancelWaiting(row.id, now())
    after(() => announcer.announce(ended))
  }

  #nowQueued(row: JobRow): void {
    this.#deps.announcer.announce(row)
    this.#deps.runner.queued(row)
  }

  async #whenStopped(id: JobId): Promise<JobInfo> {
    const run = this.#deps.runner.get(id)
    if (run) await settledWithin(this.#deps.limits.stopWaitMs, [run.saved])
    return rowToJob(this.find(id))
  }

  #isResumable(row: JobRow): boolean {
    return this.#deps.definitions.get(row.name)?.resumable ?? false
  }

  #assertPausable(row: JobRow): void {
    assertActive(row)
    if (!this.#isResumable(row)) {
      throw new CoreError(
        'Conflict',
        `${row.name} cannot be paused, because it cannot resume in the middle; cancel it instead`,
      )
    }
  }

  #assertRetryable(row: JobRow): void {
    const id = rowToJobId(row)
    if (row.status !== 'failed' && row.status !== 'cancelled') {
      throw new CoreError('Conflict', `job ${id} is ${row.status}; only failed and cancelled jobs are retried`)
    }
    if (!this.#deps.definitions.has(row.name)) {
      throw new CoreError('Conflict', `this version of Spacedrive has no job "${row.name}", so it cannot be retried`)
    }
    const other = row.key === null ? undefined : this.#deps.store.activeWithKey(row.name, row.key)
    if (other) throw new CoreError('Conflict', `job ${rowToJobId(other)} does the same and is ${other.status}`)
  }
}

function assertActive(row: JobRow): void {
  if (!hasEnded(row)) return
  const hint = row.status === 'completed' ? '' : '; retry it to run it again'
  throw new CoreError('Conflict', `job ${rowToJobId(row)} has ended already: ${row.status}${hint}`)
}
