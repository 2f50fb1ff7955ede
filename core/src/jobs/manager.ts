import { z } from 'zod'
import { databaseError } from '../db/index.ts'
import type { JobId } from '../domain/ids.ts'
import type { Job as JobInfo, JobDetails, JobStatus, JobType } from '../domain/job.ts'
import { CoreError } from '../util/errors.ts'
import { issuesSentence } from '../util/issue-sentence.ts'
import type { Logger } from '../util/logger.ts'
import { readTailSync } from '../util/read-tail.ts'
import { UuidFactory } from '../util/uuid.ts'
import { Announcer, type Emit } from './announcer.ts'
import { Control } from './control.ts'
import type { AnyJob, Enqueued, Job } from './define.ts'
import { GroupCommit } from './group-commit.ts'
import { History } from './history.ts'
import { hasEnded, isoTime, type JobRow, rowToJob, rowToJobId, waitingFor } from './job-row.ts'
import type { JobStore } from './job-store.ts'
import { defaultLimits, type JobLimits, MAX_INPUT_BYTES } from './limits.ts'
import { openStore } from './open-store.ts'
import { pack, unpack } from './pack.ts'
import { recoverJobs } from './recover.ts'
import { Runner } from './runner.ts'

export interface JobManagerOptions<L> {
  /** `jobs.db`; null if nothing may be written: then there are no jobs, and none can be enqueued. */
  readonly file: string | null
  /** Folder of the jobs' own logs. */
  readonly logDir: string
  /** Every job there is. */
  readonly definitions: readonly AnyJob<L>[]
  readonly emit: Emit
  readonly log: Logger
  readonly now?: () => number
  readonly random?: () => number
  readonly limits?: Partial<JobLimits>
}

export interface EnqueueOptions {
  /** The definition's own priority by default; see `priorities`. */
  readonly priority?: number
  readonly parentId?: JobId
}

/** Lines of a job's log that `info` shows. */
const LOG_TAIL_LINES = 100

interface Parts<L> {
  readonly definitions: ReadonlyMap<string, AnyJob<L>>
  readonly store: JobStore
  readonly commits: GroupCommit
  readonly announcer: Announcer
  readonly history: History
  readonly log: Logger
  readonly now: () => number
  readonly limits: JobLimits
}

/**
 * The jobs of one library: a durable queue and its runner. An enqueued job will run, and continues from its last
 * checkpoint, whatever happens to the process.
 */
export class JobManager<L = unknown> implements AsyncDisposable {
  readonly #parts: Parts<L>
  readonly #runner: Runner<L>
  readonly #control: Control<L>
  readonly #uuids: UuidFactory
  readonly #isReadOnly: boolean
  #closed: Promise<void> | null = null

  /**
   * Opens the queue; nothing runs before `start`. Throws `AlreadyExists` when two definitions share a name, and
   * `VersionMismatch` for a file of a newer version. A damaged file is set aside and a new one made.
   */
  static async open<L>(options: JobManagerOptions<L>): Promise<JobManager<L>> {
    const { logDir, log, now = Date.now, emit } = options
    const file = options.file ?? ':memory:'
    const limits = { ...defaultLimits, ...options.limits }
    const definitions = definitionsByName(options.definitions)
    const store = await openStore({ file, log, now })
    try {
      recoverJobs({ store, definitions, log, now, wait: { patience: limits.stops, maxMs: limits.stoppedMaxMs } })
    } catch (err) {
      store.db.close()
      throw databaseError(err, file)
    }
    const commits = new GroupCommit(store.db, file)
    const history = new History({ store, commits, log, logDir, now, limits })
    if (options.file !== null) history.tidy()
    const announcer = new Announcer(emit, () => history.ended())
    return new JobManager(options, { definitions, store, commits, announcer, history, log, now, limits })
  }

  private constructor({ emit, file, logDir, random = Math.random }: JobManagerOptions<L>, parts: Parts<L>) {
    this.#parts = parts
    this.#isReadOnly = file === null
    this.#uuids = new UuidFactory(parts.now)
    this.#runner = new Runner({
      ...parts,
      emit,
      logDir,
      random,
      enqueueChild: (job, input, parentId) => this.#add(job, input, { parentId, byParent: true }),
    })
    this.#control = new Control({ ...parts, runner: this.#runner })
  }

  /** Starts to run queued jobs, including those of an earlier process. */
  start(library: L): void {
    this.#runner.start(library)
  }

  /**
   * Puts a job in the queue; it is durable when this resolves. A waiting or running job of the same name and key takes
   * its place, with the higher of both priorities. Throws `InvalidInput`.
   */
  enqueue<I extends z.ZodType>(
    job: Job<string, I, z.ZodType, z.ZodType, L>,
    input: z.input<I>,
    options: EnqueueOptions = {},
  ): Promise<Enqueued> {
    return this.#add(job, input, { ...options, byParent: false })
  }

  /** For callers that know a job only by name. Throws `NotFound` and `InvalidInput`. */
  async enqueueByName(name: string, input: unknown, options: EnqueueOptions = {}): Promise<Enqueued> {
    const job = this.#parts.definitions.get(name)
    if (!job) throw new CoreError('NotFound', `there is no job "${name}"; \`spacedrive job types\` lists them`)
    return this.#add(job, input, { ...options, byParent: false })
  }

  /** The newest first. */
  list(filter: { status?: JobStatus | undefined; limit?: number | undefined } = {}): JobInfo[] {
    return this.#parts.store.list(filter.status, filter.limit ?? DEFAULT_LIST_LIMIT).map((row) => this.#describe(row))
  }

  /** All jobs on one thing that have not ended, the newest first. */
  activeOn(subject: string): JobInfo[] {
    return this.#parts.store.activeOn(subject).map((row) => this.#describe(row))
  }

  /** Unfinished jobs that wait until a failure has passed, such as a full disk. */
  waiting(): JobInfo[] {
    const active = [...this.list({ status: 'running' }), ...this.list({ status: 'queued' })]
    return active.filter((job) => job.waiting !== undefined)
  }

  /** Throws `NotFound`. */
  info(id: JobId): JobDetails {
    const { store } = this.#parts
    const row = this.#control.find(id)
    const run = this.#runner.get(id)
    run?.flushLog()
    const { input, output } = store.blobs(row.id)
    return {
      ...this.#describe(row),
      input: unpack(input),
      output: output === null ? null : unpack(output),
      warningList: [
        ...store
          .warnings(row.id)
          .map(({ code, message, path, phase, at }) => ({ code, message, path, phase, at: isoTime(at) })),
        ...(run?.unsavedWarnings() ?? []),
      ],
      log: readTailSync(this.#runner.logFile(id), LOG_TAIL_LINES),
    }
  }

  /** Resolves with the job when it has ended. Throws `NotFound`, `Timeout` or `Cancelled` (the signal), `Unavailable` (closed). */
  async wait(id: JobId, signal?: AbortSignal): Promise<JobInfo> {
    const row = this.#control.find(id)
    return hasEnded(row) ? rowToJob(row) : this.#parts.announcer.ended(id, signal)
  }

  /**
   * Stops a job and its children; they can be resumed later. Resolves when the job has stopped, or after `stopWaitMs`
   * with the job still running. Throws `NotFound`, and `Conflict` if the job has ended.
   */
  pause(id: JobId): Promise<JobInfo> {
    return this.#control.pause(id)
  }

  /** Resumes a paused job and the children that were paused with it. Throws `NotFound` and `Conflict`. */
  resume(id: JobId): Promise<JobInfo> {
    return this.#control.resume(id)
  }

  /** Cancels a job and its children; finished work stays. Resolves like `pause`. Throws `NotFound` and `Conflict`. */
  cancel(id: JobId): Promise<JobInfo> {
    return this.#control.cancel(id)
  }

  /**
   * Puts a failed or cancelled job back in the queue; it continues from its last checkpoint. Throws `NotFound` and
   * `Conflict`.
   */
  retry(id: JobId): Promise<JobInfo> {
    return this.#control.retry(id)
  }

  types(): JobType[] {
    return [...this.#parts.definitions.values()].map(({ name, summary, resumable, input }) => {
      return { name, summary, resumable, inputSchema: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) }
    })
  }

  counts(): { running: number; queued: number } {
    const { store } = this.#parts
    return { running: store.count('running'), queued: store.count('queued') }
  }

  /** Resolves when nothing runs and nothing is queued. Paused jobs do not count. */
  async idle(): Promise<void> {
    const { commits, store, announcer } = this.#parts
    for (;;) {
      // Not every commit announces a change: dropping old jobs does not.
      if (!commits.isIdle) await commits.run(() => {})
      else if (!this.#runner.isIdle || store.hasAny('queued')) await announcer.change()
      else return
    }
  }

  /**
   * Stops running jobs, waiting up to `stopWaitMs` for them; they continue when the queue is opened again. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const { commits, announcer, history, store } = this.#parts
    await this.#runner.close()
    commits.close()
    announcer.close()
    await history.close()
    store.db.close()
  }

  async #add(job: AnyJob<L>, input: unknown, options: AddOptions): Promise<Enqueued> {
    const { definitions, store, commits, announcer, now } = this.#parts
    if (this.#isReadOnly) throw new CoreError('PermissionDenied', 'the library is open read-only: no job can run in it')
    if (definitions.get(job.name) !== job) {
      throw new CoreError('Unsupported', `the job definition "${job.name}" was not passed when this library was opened`)
    }
    const parsed = parseInput(job, input)
    const key = job.key(parsed)
    const packed = pack(input, `the input of ${job.name}`, MAX_INPUT_BYTES)
    const added = commits.run((after) => {
      const parent = options.parentId && this.#parent(options.parentId, options.byParent)
      const priority = options.priority ?? Math.max(job.priority, parent?.priority ?? job.priority)
      const same = key === null ? undefined : store.activeWithKey(job.name, key)
      if (same) {
        if (priority > same.priority) store.setPriority(same.id, priority)
        return { id: rowToJobId(same), merged: true, wasRunning: same.status === 'running' }
      }
      const row = store.insert({
        uuid: this.#uuids.next(),
        name: job.name,
        key,
        subject: job.subject(parsed),
        concurrency: job.concurrency,
        priority,
        parent: parent?.uuid ?? null,
        input: packed,
        created_at: now(),
      })
      after(() => {
        announcer.announce(row)
        this.#runner.queued(row)
      })
      return { id: rowToJobId(row), merged: false, wasRunning: false }
    })
    // Asked for in the same turn, so an idle runner takes the job in the transaction that adds it.
    this.#runner.expect(job.concurrency)
    return added
  }

  /** The parent of a job to be enqueued. A parent that is stopping enqueues nothing more: its next run will. */
  #parent(id: JobId, byParent: boolean): JobRow {
    const row = this.#control.find(id)
    if (byParent && row.wanted !== null)
      throw new CoreError('Cancelled', `job ${id} is being stopped and cannot enqueue other jobs`)
    if (hasEnded(row))
      throw new CoreError('Conflict', `job ${id} has ended (${row.status}), so no child jobs can be added`)
    return row
  }

  #describe(row: JobRow): JobInfo {
    const job = rowToJob(row)
    const { blocked } = this.#runner
    if (row.status === 'queued' && blocked !== null) return { ...job, waiting: waitingFor(blocked) }
    return row.status === 'running' ? (this.#runner.get(job.id)?.overlay(job) ?? job) : job
  }
}

interface AddOptions extends EnqueueOptions {
  /** The parent itself asks, from its run. */
  readonly byParent: boolean
}

const DEFAULT_LIST_LIMIT = 100

function parseInput(job: Pick<AnyJob<unknown>, 'name' | 'input'>, input: unknown): unknown {
  const parsed = job.input.safeParse(input)
  if (parsed.success) return parsed.data
  throw new CoreError('InvalidInput', `${job.name} does not take this input: ${issuesSentence(parsed.error.issues)}`, {
    cause: parsed.error,
  })
}

function definitionsByName<L>(definitions: readonly AnyJob<L>[]): ReadonlyMap<string, AnyJob<L>> {
  const byName = new Map<string, AnyJob<L>>()
  for (const job of definitions) {
    if (byName.has(job.name))
      throw new CoreError('AlreadyExists', `two jobs are called "${job.name}"; give one another name`)
    byName.set(job.name, job)
  }
  return byName
}
