import { join } from 'node:path'
import type { JobId } from '../domain/ids.ts'
import { errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { settledWithin } from '../util/settled-within.ts'
import type { Announcer, Emit } from './announcer.ts'
import type { Wanted } from './db/schema/index.ts'
import type { AnyJob, ConcurrencyClass, Enqueued } from './define.ts'
import type { AfterCommit, GroupCommit } from './group-commit.ts'
import { rowToJobId, type JobRow } from './job-row.ts'
import { JobRun, type Outcome } from './job-run.ts'
import type { ClaimedRow, Ending, JobStore } from './job-store.ts'
import type { JobLimits } from './limits.ts'
import { cutShort } from './recover.ts'
import { retryDelay } from './retry-delay.ts'

export interface RunnerDeps<L> {
  readonly definitions: ReadonlyMap<string, AnyJob<L>>
  readonly store: JobStore
  readonly commits: GroupCommit
  readonly announcer: Announcer
  readonly emit: Emit
  readonly log: Logger
  readonly logDir: string
  readonly now: () => number
  readonly random: () => number
  readonly limits: JobLimits
  enqueueChild(job: AnyJob<L>, input: unknown, parent: JobId): Promise<Enqueued>
}

const CLASSES: readonly ConcurrencyClass[] = ['cpu', 'io', 'network']

/**
 * Takes jobs from the queue and runs them, up to the limit of each class at the same time. Only running jobs are in
 * memory.
 */
export class Runner<L> {
  readonly #deps: RunnerDeps<L>
  readonly #runs = new Map<JobId, JobRun<L>>()
  readonly #executing: Record<ConcurrencyClass, number> = { cpu: 0, io: 0, network: 0 }
  /** Classes that may have queued jobs. The other classes need not be checked. */
  readonly #waiting = new Set<ConcurrencyClass>(CLASSES)
  readonly #closing = new AbortController()
  #library: L | null = null
  #claiming = false
  /** Why no job can be started at the moment; null if jobs can be started. */
  #blocked: string | null = null
  #nextReadyAt: number | null
  #timer: NodeJS.Timeout | null = null

  constructor(deps: RunnerDeps<L>) {
    this.#deps = deps
    this.#nextReadyAt = deps.store.nextReadyAt()
  }

  start(library: L): void {
    this.#library = library
    this.#pump()
  }

  get(id: JobId): JobRun<L> | undefined {
    return this.#runs.get(id)
  }

  get blocked(): string | null {
    return this.#blocked
  }

  get isIdle(): boolean {
    return this.#runs.size === 0
  }

  /** Called when a job was put in the queue. */
  queued(row: JobRow): void {
    if (row.ready_at === null) return this.expect(row.concurrency)
    this.#nextReadyAt = Math.min(this.#nextReadyAt ?? row.ready_at, row.ready_at)
    this.#sleepUntilReady()
  }

  /** Called when a class may have a queued job. Starts it if possible. */
  expect(name: ConcurrencyClass): void {
    this.#waiting.add(name)
    this.#pump()
  }

  logFile(id: JobId): string {
    return join(this.#deps.logDir, `${id}.log`)
  }

  /**
   * Tells every running job to stop, and waits for them, at most `stopWaitMs`. The jobs continue when the library is
   * opened again.
   */
  async close(): Promise<void> {
    const { commits, store, log, limits } = this.#deps
    this.#closing.abort()
    if (this.#timer) clearTimeout(this.#timer)
    // Best effort. If this fails, the next start takes the stop for a crash, but resumes the jobs anyway.
    await commits
      .run(() => store.wantAllQueued())
      .catch((err: unknown) => log.warn({ err }, 'the stop of running jobs was not noted'))
    for (const run of this.#runs.values()) run.stop(run.wanted ?? 'queued')
    const stopped = await settledWithin(
      limits.stopWaitMs,
      [...this.#runs.values()].map((run) => run.saved),
    )
    if (stopped) return
    const jobs = [...this.#runs.values()].map((run) => ({ id: run.id, name: run.row.name }))
    log.warn({ jobs }, 'jobs did not stop when asked to; they are left behind and go on from their last checkpoint')
  }

  #pump(): void {
    if (!this.#library || this.#claiming || this.#closing.signal.aborted || !this.#mayFindWork()) return
    this.#claiming = true
    this.#deps.commits
      .run((after) => this.#claim(after))
      .catch((err: unknown) => {
        this.#claiming = false
        this.#blocked = errorMessage(err)
        this.#deps.log.error({ err }, `no job can be started: ${errorMessage(err)}`)
        this.#wakeIn(this.#deps.limits.databaseRetryMs)
      })
  }

  #mayFindWork(): boolean {
    if (this.#isWaitOver()) return true
    return CLASSES.some((name) => this.#waiting.has(name) && this.#free(name) > 0)
  }

  #free(name: ConcurrencyClass): number {
    return this.#deps.limits.concurrency[name] - this.#executing[name]
  }

  #claim(after: AfterCommit): void {
    const { store, now } = this.#deps
    const released = this.#releaseDelayed()
    const claimed: ClaimedRow[] = []
    const emptied: ConcurrencyClass[] = []
    for (const name of CLASSES) {
      const free = this.#free(name)
      if (free <= 0 || this.#closing.signal.aborted || !this.#waiting.has(name)) continue
      const rows = store.claim(name, free, now())
      claimed.push(...rows)
      if (rows.length < free) emptied.push(name)
    }
    after(() => {
      this.#claiming = false
      this.#blocked = null
      if (released) this.#nextReadyAt = store.nextReadyAt()
      for (const name of emptied) this.#waiting.delete(name)
      for (const row of claimed) this.#begin(row)
      this.#deps.announcer.stirred()
      this.#sleepUntilReady()
    })
  }

  /**
   * Whether the first of the jobs that wait for a retry may run. If the remaining wait is longer than the longest
   * possible, the clock was set back, and the job may run too.
   */
  #isWaitOver(): boolean {
    const { limits, now } = this.#deps
    if (this.#nextReadyAt === null) return false
    const left = this.#nextReadyAt - now()
    return left <= 0 || left > limits.retryMaxMs
  }

  /** Releases jobs whose wait for a retry is over. */
  #releaseDelayed(): boolean {
    const { store, now } = this.#deps
    if (!this.#isWaitOver()) return false
    store.releaseDelayed(Math.max(now(), this.#nextReadyAt!))
    // The classes of these jobs are not known here, so all classes are checked.
    for (const name of CLASSES) this.#waiting.add(name)
    return true
  }

  #sleepUntilReady(): void {
    if (this.#nextReadyAt !== null) this.#wakeIn(Math.max(0, this.#nextReadyAt - this.#deps.now()))
  }

  #wakeIn(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#closing.signal.aborted) return
    const wake = () => {
      this.#pump()
      // The clock was set back in the meantime, so sleep again.
      if (!this.#claiming) this.#sleepUntilReady()
    }
    this.#timer = setTimeout(wake, Math.min(ms, this.#deps.limits.retryMaxMs))
  }

  #begin(row: ClaimedRow): void {
    const run = new JobRun<L>(row, { ...this.#deps, logFile: this.logFile(rowToJobId(row)) })
    this.#runs.set(run.id, run)
    this.#executing[row.concurrency]++
    this.#deps.announcer.announce(row)
    this.#execute(run, this.#library!).catch((err: unknown) => {
      this.#deps.log.error({ err, jobId: run.id, job: row.name }, `the end of a job failed: ${errorMessage(err)}`)
    })
  }

  async #execute(run: JobRun<L>, library: L): Promise<void> {
    const outcome = await run.execute(this.#deps.definitions.get(run.row.name)!, library)
    this.#executing[run.row.concurrency]--
    await this.#save(run, outcome)
    run.markSaved()
  }

  /**
   * Stores the end of a run. Until then, the job counts as running, and a restart would repeat the work since its last
   * checkpoint.
   */
  async #save(run: JobRun<L>, outcome: Outcome): Promise<void> {
    const { commits, log } = this.#deps
    while (true) {
      try {
        const saved = commits.run((after) => this.#store(run, outcome, after))
        // Called in the same turn, so that the next job is claimed in the same transaction.
        this.#pump()
        return await saved
      } catch (err) {
        log.error({ err, jobId: run.id, job: run.row.name }, `the end of a job was not stored: ${errorMessage(err)}`)
        run.waitFor(errorMessage(err))
        if (this.#closing.signal.aborted) return
        await this.#pauseBeforeRetry()
      }
    }
  }

  #store(run: JobRun<L>, outcome: Outcome, after: AfterCommit): void {
    const row = this.#storeOutcome(run, outcome)
    after(() => {
      this.#runs.delete(run.id)
      this.#deps.announcer.announce(row)
      if (row.status === 'queued') this.queued(row)
      // Another job with this key may have waited for the end of this one.
      if (run.wanted === 'cancelled') this.expect(row.concurrency)
    })
  }

  #storeOutcome(run: JobRun<L>, outcome: Outcome): JobRow {
    // A user may have paused or cancelled the job since it was resumed. This is stored, but the run does not know it
    // yet.
    const asked = this.#deps.store.get(run.row.id)!.wanted
    switch (outcome.kind) {
      case 'completed':
        return this.#end(run, { status: 'completed', error: null, output: outcome.output })
      case 'stopped':
        return this.#stopped(run, asked ?? outcome.wanted)
      case 'failed':
        return this.#failed(run, outcome, asked)
    }
  }

  #stopped(run: JobRun<L>, wanted: Wanted): JobRow {
    const { store, definitions } = this.#deps
    if (wanted === 'cancelled') return this.#end(run, { status: 'cancelled', error: null, output: null })
    if (!definitions.get(run.row.name)!.resumable)
      return this.#end(run, { status: 'failed', error: cutShort, output: null })
    store.saveProgress(run.row.id, run.record.progress)
    return wanted === 'paused' ? store.pause(run.row.id) : store.requeue(run.row.id)
  }

  #failed(
    run: JobRun<L>,
    { code, message, isFinal }: Extract<Outcome, { kind: 'failed' }>,
    asked: Wanted | null,
  ): JobRow {
    const { store, definitions, limits, now, random } = this.#deps
    const { id, name, attempts } = run.row
    if (isFinal || attempts > definitions.get(name)!.retries) {
      return this.#end(run, { status: 'failed', error: { code, message }, output: null })
    }
    if (asked) return this.#stopped(run, asked)
    store.saveProgress(id, run.record.progress)
    return store.retryLater(id, { code, message }, now() + retryDelay(attempts, limits, random))
  }

  #end(run: JobRun<L>, how: Pick<Ending, 'status' | 'error' | 'output'>): JobRow {
    return this.#deps.store.end(run.row.id, {
      ...how,
      ...run.record,
      at: this.#deps.now(),
      itemStops: this.#deps.limits.itemStops,
    })
  }

  async #pauseBeforeRetry(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#deps.limits.databaseRetryMs)
    this.#closing.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    clearTimeout(timer)
  }
}
