import { z } from 'zod'
import { databaseError } from '../db/index.ts'
import type { JobId } from '../domain/ids.ts'
import type { Job as JobInfo, JobDetails, JobStatus, JobType } from '../domain/job.ts'
import { CoreError } from '../util/errors.ts'
import { issuesSentence } from '../util/issue-sentence.ts'
import { nearest } from '../util/nearest.ts'
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
  /** `jobs.db`; null if nothing may be written. Then there are no jobs, and none can be queued. */
  readonly file: string | null
  /** Folder of the jobs' own logs. */
  readonly logDir: string
  /** All job types. */
  readonly definitions: readonly AnyJob<L>[]
  readonly emit: Emit
  readonly log: Logger
  readonly now?: () => number
  readonly random?: () => number
  readonly limits?: Partial<JobLimits>
}

export interface EnqueueOptions {
  /** The priority of the job; by default that of its definition. See `priorities`. */
  readonly priority?: number
  readonly parentId?: JobId
}

/** Number of lines of a job's log in the result of `info`. */
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
 * The jobs of one library: a durable queue, and its runner. A queued job will run, and continues from its last
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
   * Opens the queue. No job runs before `start`. Throws `AlreadyExists` if two definitions have the same name, and
   * `VersionMismatch` for a file of a newer version. A damaged file is set aside, and a new one is created.
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

  /** Starts to run queued jobs, including those from an earlier process. */
  start(library: L): void {
    this.#runner.start(library)
  }

  /**
   * Puts a job in the queue; the job is durable when the promise resolves. If there is an active job with the same
   * name and key, that job is used, with the higher of both priorities. Throws `InvalidInput`.
   */
  enqueue<I extends z.ZodType>(
    job: Job<string, I, z.ZodType, z.ZodType, L>,
    input: z.input<I>,
    options: EnqueueOptions = {},
  ): Promise<Enqueued> {
    return this.#add(job, input, { ...options, byParent: false })
  }

  /** Like `enqueue`, for callers that know only the name of the job. Throws `NotFound` and `InvalidInput`. */
  async enqueueByName(name: string, input: unknown, options: EnqueueOptions = {}): Promise<Enqueued> {
    const job = this.#parts.definitions.get(name)
    if (!job) throw new CoreError('NotFound', `there is no job "${name}"; \`spacedrive job types\` lists them`)
    refuseUnknownFields(job, input)
    return this.#add(job, input, { ...options, byParent: false })
  }

  /** The jobs, newest first. */
  list(filter: { status?: JobStatus | undefined; limit?: number | undefined } = {}): JobInfo[] {
    return this.#parts.store.list(filter.status, filter.limit ?? DEFAULT_LIST_LIMIT).map((row) => this.#describe(row))
  }

  /** All active jobs on a subject, newest first. */
  activeOn(subject: string): JobInfo[] {
    return this.#parts.store.activeOn(subject).map((row) => this.#describe(row))
  }

  /** Unfinished jobs that wait for a problem to end, such as a full disk. */
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

  /**
   * Resolves with the job when it has ended. Throws `NotFound`, `Timeout` or `Cancelled` (the signal), `Unavailable`
   * (closed).
   */
  async wait(id: JobId, signal?: AbortSignal): Promise<JobInfo> {
    const row = this.#control.find(id)
    return hasEnded(row) ? rowToJob(row) : this.#parts.announcer.ended(id, signal)
  }

  /**
   * Stops a job and its children; they can be resumed later. Resolves when the job has stopped, or after `stopWaitMs`
   * even if it is still running. Throws `NotFound`, and `Conflict` if the job has ended.
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

  counts(): { running: number; queued: number; paused: number } {
    const { store } = this.#parts
    return { running: store.count('running'), queued: store.count('queued'), paused: store.count('paused') }
  }

  /** Resolves when no job is running or queued. Paused jobs do not count. */
  async idle(): Promise<void> {
    const { commits, store, announcer } = this.#parts
    for (;;) {
      // Some commits announce no change, such as those that delete old jobs. So wait for them too.
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
    // Called in the same turn as the commit was requested, so an idle runner takes the job in the transaction that
    // adds it.
    this.#runner.expect(job.concurrency)
    return added
  }

  /** The row of the parent. If the parent is stopping, it must not queue children, because its next run will. */
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
  /** Whether the parent itself, in its run, queues the child. */
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

/** Throws `InvalidInput` for a field that the job does not have, because a user may have misspelt an optional field. */
function refuseUnknownFields({ input: schema, name }: Pick<AnyJob<unknown>, 'name' | 'input'>, input: unknown): void {
  if (!(schema instanceof z.ZodObject) || typeof input !== 'object' || input === null) return
  const fields = Object.keys(schema.shape)
  const unknown = Object.keys(input).find((field) => !fields.includes(field))
  if (unknown === undefined) return
  const [hint] = nearest(unknown, fields)
  const rest = hint === undefined ? `; it has ${fields.join(', ') || 'none'}` : `; did you mean ${hint}?`
  throw new CoreError('InvalidInput', `${name} has no field ${JSON.stringify(unknown)} in its input${rest}`)
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
