import type { z } from 'zod'
import { databaseError } from '../db/index.ts'
import type { JobId } from '../domain/ids.ts'
import type { Job, JobWarning } from '../domain/job.ts'
import { CoreError, type ErrorCode, errorMessage, FINAL, isRetryable } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { asOperation } from '../util/operation.ts'
import type { Emit } from './announcer.ts'
import type { Wanted } from './db/schema/index.ts'
import type { AnyJob, Enqueued, JobContext, ProgressUpdate } from './define.ts'
import type { GroupCommit } from './group-commit.ts'
import { RunItems } from './job-items.ts'
import { JobLog } from './job-log.ts'
import { isoTime, noProgress, rowToJob, rowToJobId, rowToProgress, waitingFor } from './job-row.ts'
import type { ClaimedRow, JobStore, NewWarnings, RunRecord } from './job-store.ts'
import { type JobLimits, MAX_OUTPUT_BYTES, MAX_STATE_BYTES } from './limits.ts'
import { pack, unpack } from './pack.ts'
import { ProgressMeter } from './progress-meter.ts'

export interface JobRunDeps<L> {
  readonly store: JobStore
  readonly commits: GroupCommit
  readonly emit: Emit
  readonly log: Logger
  readonly now: () => number
  readonly limits: JobLimits
  readonly logFile: string
  enqueueChild(job: AnyJob<L>, input: unknown, parent: JobId): Promise<Enqueued>
}

/** The way in which a run ended. */
export type Outcome =
  | { kind: 'completed'; output: Uint8Array }
  | { kind: 'stopped'; wanted: Wanted }
  | { kind: 'failed'; code: ErrorCode; message: string; isFinal: boolean }

/** One run of one job: the context for the job, and what the runner knows about the run. */
export class JobRun<L> {
  readonly id: JobId
  readonly row: ClaimedRow
  readonly #deps: JobRunDeps<L>
  readonly #abort = new AbortController()
  readonly #log: JobLog
  readonly #saved = Promise.withResolvers<void>()
  #meter: ProgressMeter
  #wanted: Wanted | null = null
  #over = false
  #progressTimer: NodeJS.Timeout | null = null
  #progressWaits = false
  #progressSavedAt: number
  #warnings: NewWarnings['rows'][number][] = []
  #warningsUnsaved = 0
  #warningsTotal: number
  #waiting: string | null = null

  constructor(row: ClaimedRow, deps: JobRunDeps<L>) {
    this.id = rowToJobId(row)
    this.row = row
    this.#deps = deps
    this.#log = new JobLog({
      file: deps.logFile,
      maxBytes: deps.limits.logBytes,
      now: deps.now,
      onError: (err) => deps.log.warn({ err, jobId: this.id, file: deps.logFile }, 'job log not written'),
    })
    this.#meter = new ProgressMeter(rowToProgress(row), deps.now)
    this.#progressSavedAt = deps.now()
    this.#warningsTotal = row.warnings
  }

  /** Whether the job's `run` has returned or thrown. Its end may not be stored yet. */
  get isOver(): boolean {
    return this.#over
  }

  /** Resolves when the end of the run is stored. */
  get saved(): Promise<void> {
    return this.#saved.promise
  }

  /** Never rejects. */
  async execute(definition: AnyJob<L>, library: L): Promise<Outcome> {
    const outcome = await this.#outcome(definition, library)
    this.#over = true
    if (this.#progressTimer) clearTimeout(this.#progressTimer)
    if (outcome.kind === 'failed') this.#log.error({ code: outcome.code }, outcome.message)
    this.#meter.stop()
    this.#log.flush()
    return outcome
  }

  /** Tells the job to stop. A request to cancel cannot be changed by a later one. */
  stop(wanted: Wanted): void {
    if (this.#wanted !== 'cancelled') this.#wanted = wanted
    this.#abort.abort(new CoreError('Cancelled', `the job was asked to stop; it will be ${wanted}`))
  }

  /** Called if the run has returned but its end cannot be stored at the moment. */
  waitFor(message: string): void {
    if (this.#waiting === message) return
    this.#waiting = message
    this.#deps.emit('job.progressed', this.overlay(rowToJob(this.row)))
  }

  markSaved(): void {
    this.#saved.resolve()
  }

  /** Merges the unsaved progress of this run into the stored job. */
  overlay(job: Job): Job {
    const waiting = this.#waiting === null ? {} : { waiting: waitingFor(this.#waiting) }
    return { ...job, ...waiting, progress: this.#meter.value, warnings: this.#warningsTotal }
  }

  unsavedWarnings(): JobWarning[] {
    return this.#warnings.map((warning) => ({ ...warning, at: isoTime(warning.at) }))
  }

  flushLog(): void {
    this.#log.flush()
  }

  /** The state that the job takes once it has stopped; null if nothing asked it to stop. */
  get wanted(): Wanted | null {
    return this.#wanted
  }

  /** The data to store with a checkpoint or at the end. */
  get record(): RunRecord {
    return { progress: this.#meter.value, warnings: { rows: this.#warnings, count: this.#warningsUnsaved } }
  }

  async #outcome(definition: AnyJob<L>, library: L): Promise<Outcome> {
    try {
      const input = this.#input(definition)
      const name = `job ${this.row.name} ${this.id}`
      const output = await asOperation({ name, signal: this.#abort.signal }, (signal) =>
        definition.run(input, this.#context(this.#state(definition), { library, signal })),
      )
      return { kind: 'completed', output: pack(output, `the output of ${this.row.name}`, MAX_OUTPUT_BYTES) }
    } catch (thrown) {
      if (this.#wanted) return { kind: 'stopped', wanted: this.#wanted }
      const err = databaseError(thrown, 'the database of the library')
      const code = err instanceof CoreError ? err.code : 'Internal'
      this.#deps.log.warn({ err, jobId: this.id, job: this.row.name }, 'job failed')
      const isFinal = !isRetryable(code) || (err instanceof CoreError && err.details === FINAL)
      return { kind: 'failed', code, message: errorMessage(err), isFinal }
    }
  }

  #input(definition: AnyJob<L>): unknown {
    const parsed = definition.input.safeParse(unpack(this.row.input))
    if (parsed.success) return parsed.data
    throw new CoreError('InvalidInput', `this version of the job ${this.row.name} cannot read its stored input`, {
      cause: parsed.error,
    })
  }

  /**
   * Parses the state. If it was written by another version and does not fit, the job starts from the beginning, which
   * is safe but slower.
   */
  #state(definition: AnyJob<L>): unknown {
    if (this.row.state === null) return structuredClone(definition.initial)
    const parsed = definition.state.safeParse(unpack(this.row.state))
    if (parsed.success) return parsed.data
    this.#deps.log.warn(
      { err: parsed.error, jobId: this.id, job: this.row.name },
      'checkpoint of another version not understood; the job starts over',
    )
    this.#meter = new ProgressMeter(noProgress, this.#deps.now)
    return structuredClone(definition.initial)
  }

  #context(
    initial: unknown,
    { library, signal }: { readonly library: L; readonly signal: AbortSignal },
  ): JobContext<unknown, L> {
    const context = {
      jobId: this.id,
      library,
      state: initial,
      signal,
      log: this.#log,
      checkpoint: async (state: unknown) => {
        await this.#checkpoint(state)
        context.state = state
      },
      items: new RunItems({
        store: this.#deps.store,
        commits: this.#deps.commits,
        rowId: this.row.id,
        wasCutShort: this.row.crashes > 0,
        limits: this.#deps.limits,
        signal,
        isOver: () => this.#over,
      }),
      progress: (update: ProgressUpdate) => this.#progress(update),
      warn: (warning: { code: ErrorCode; message: string; path?: string | undefined }) => this.#warn(warning),
      enqueue: async <I extends z.ZodType>(
        job: AnyJob<L> & { readonly input: I },
        input: z.input<I>,
      ): Promise<Enqueued> => {
        this.#abort.signal.throwIfAborted()
        return this.#deps.enqueueChild(job, input, this.id)
      },
    }
    return context
  }

  async #checkpoint(state: unknown): Promise<void> {
    this.#assertNotOver()
    const bytes = pack(state, `the state of ${this.row.name}`, MAX_STATE_BYTES)
    const { record } = this
    this.#warnings = []
    this.#warningsUnsaved = 0
    try {
      await this.#deps.commits.run(() => this.#deps.store.checkpoint(this.row.id, bytes, record))
    } catch (err) {
      this.#warnings.unshift(...record.warnings.rows)
      this.#warningsUnsaved += record.warnings.count
      throw err
    }
    this.#progressSavedAt = this.#deps.now()
  }

  #progress(update: ProgressUpdate): void {
    if (this.#over) return
    // Before a new phase resets the counts, report how far the old phase came.
    if (update.phase !== undefined && update.phase !== this.#meter.value.phase && this.#progressWaits) this.#tell()
    this.#meter.update(update)
    if (this.#progressTimer) this.#progressWaits = true
    else this.#publish()
  }

  #publish(): void {
    this.#tell()
    this.#saveProgress()
    this.#progressTimer = setTimeout(() => {
      this.#progressTimer = null
      if (this.#progressWaits) this.#publish()
    }, this.#deps.limits.progressEventMs)
  }

  #tell(): void {
    this.#progressWaits = false
    this.#meter.measure()
    this.#deps.emit('job.progressed', this.overlay(rowToJob(this.row)))
  }

  #saveProgress(): void {
    const now = this.#deps.now()
    if (Math.abs(now - this.#progressSavedAt) < this.#deps.limits.progressSaveMs) return
    this.#progressSavedAt = now
    // Best effort: the next checkpoint writes it too.
    this.#deps.commits
      .run(() => this.#deps.store.saveProgress(this.row.id, this.#meter.value))
      .catch((err: unknown) => this.#deps.log.warn({ err, jobId: this.id }, 'job progress not stored'))
  }

  #warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void {
    if (this.#over) return
    const { code, message, path = null } = warning
    this.#warningsUnsaved++
    if (++this.#warningsTotal > this.#deps.limits.warnings) return
    const { phase } = this.#meter.value
    this.#warnings.push({ code, message, path, phase, at: this.#deps.now() })
    this.#log.warn({ code, path }, message)
    this.#deps.emit('job.warned', { jobId: this.id, code, message, path })
  }

  #assertNotOver(): void {
    if (this.#over)
      throw new CoreError('Conflict', `job ${this.id} has already returned; it cannot store another checkpoint`)
  }
}
