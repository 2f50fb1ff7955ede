import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CoreError, type ErrorCode, errorMessage } from '../util/errors.ts'
import { nameKey } from '../util/file-name.ts'
import { heard } from '../util/heard.ts'
import { pathError } from '../util/path-error.ts'
import { settledWithin } from '../util/settled-within.ts'
import { boxStart, type Reach } from './box/box.ts'
import { type BoxState, boxState } from './box/box-state.ts'
import { compileCache, compileModules } from './compile-cache.ts'
import { Deadline } from './deadline.ts'
import { believedCode, isExcuse } from './excuses.ts'
import { TOO_LARGE } from './guard-limits.ts'
import { type Box, type LimitedProcess, type LimitedStart, startLimitedProcess } from './limited-process.ts'
import {
  lend,
  type LentFile,
  makeFolders,
  processFolders,
  type ProcessFolders,
  removeFolders,
  takeBack,
} from './process-folders.ts'
import { parseReply } from './process-reply.ts'
import type { ProcessReply, ProcessRequest } from './serve-process.ts'
import { cancelled, settled } from './worker-client.ts'
import type { WorkerEnd } from './worker-link.ts'

export interface ProcessPoolOptions extends LimitedStart {
  /** Maximum number of processes; each starts when there is work for it. */
  readonly processes: number
  /** A process is replaced after this many requests, because native decoders leak memory. */
  readonly recycleAfter?: number
  /** If the pool has had no work for this long, all its processes end. */
  readonly idleMs?: number
  /**
   * The sandbox of a process, if the system supports one. The process can access only the files in `reach`, its own
   * folders, the programs named here, the usual environment variables, and no network. Null for no sandbox: then the
   * process has no folders, and can access everything that the user can.
   */
  readonly box: {
    readonly programs: readonly string[]
    /** The folder in which each process gets a folder. It is created if it is missing. */
    readonly temporary: string
    /** Excuses that its processes may give, besides a full disk; see `isExcuse`. */
    readonly excuses?: readonly ErrorCode[]
    /** Throws if the reply to a request is not valid: a process that an attacker controls may send anything. */
    readonly parse: (reply: unknown) => unknown
  } | null
  /** Returns the layer that forms the box; by default the one that works on this system. */
  readonly layer?: () => Promise<BoxState>
}

export interface ProcessRunOptions {
  /** Aborting ends the process that works on the request, and rejects with `Cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Places the request before all waiting ones. */
  readonly urgent?: boolean
  /**
   * If the request takes more processor time than this, in milliseconds, it rejects with `Timeout`, and its process is
   * ended. Each progress message of the process restarts this time. See `Deadline`.
   */
  readonly deadlineMs: number
  /** Time limit for doing nothing, such as waiting for a disk; by default much longer than the deadline. */
  readonly idleMs?: number | undefined
  readonly onProgress?: ((value: number) => void) | undefined
  /**
   * The user's files that a boxed process may access; none if omitted. A process that has another `reach` is replaced.
   */
  readonly reach?: Reach
  /** Files that the process gets for this request, in its own folders. They are moved back before `run` settles. */
  readonly files?: readonly LentFile[]
  /** Awaited before the process gets the request. If it rejects, `run` rejects too. */
  readonly ready?: Promise<unknown>
  /** Whether the request needs a new process, which ends after it. */
  readonly alone?: boolean
}

/** Number of requests after which a process is replaced. */
const RECYCLE_AFTER = 500
const IDLE_MS = 60_000
/**
 * Limit on waiting for a process to end. A process in a call to a file system or driver ends only when the call
 * returns.
 */
const GONE_MS = 2_000
/** Limit on the length of an error message. */
const MAX_MESSAGE_CHARACTERS = 10_000

/** The `details` of an error that is not caused by a request: the system could not start a process. */
export const NOT_STARTED = 'not-started'

/** Errors that a process reports if it can no longer access a file. */
const MAY_BE_BOXED_OUT: ReadonlySet<ErrorCode> = new Set(['PermissionDenied', 'NotFound', 'Conflict'])

const REPLACED = { code: 'Cancelled' as const, message: 'replaced' }

interface Job<Request, Reply> extends PromiseWithResolvers<Reply> {
  readonly id: number
  readonly request: Request
  readonly options: ProcessRunOptions
  isCancelled: boolean
  /** Whether the request has already failed although its process is still ending. */
  isGivenUp: boolean
}

interface Process<Request, Reply> {
  readonly link: LimitedProcess
  /** Null in a pool without a box. */
  readonly folders: ProcessFolders | null
  /** The key of its `Reach`, if it is boxed; see `reachKey`. */
  readonly reach: string
  job: Job<Request, Reply> | null
  /** Whether the process has received the request of its job and not answered it. */
  isAsked: boolean
  /** The last move of lent files. The promise never rejects. */
  moving: Promise<void>
  /** Whether the process accepts requests yet. */
  isReady: boolean
  /** Whether the process has reported that it had to compile a module itself. */
  hasCompiled: boolean
  /** Sends the request of its job. Called as soon as the process is ready. */
  send: (() => void) | null
  served: number
  /** The deadline of the request. */
  deadline: Deadline | undefined
  /** The timer that rejects the request if the process does not end in time. */
  givingUp: NodeJS.Timeout | undefined
  /** The reason why the pool is ending the process; null if it is not. */
  reason: Reason | null
}

interface Reason {
  readonly code: ErrorCode
  readonly message: string
  readonly cause?: string
}

type Answer = Extract<ProcessReply<unknown>, { ok: true }>
type Failed = Extract<ProcessReply<unknown>, { ok: false }>

/**
 * Processes that answer requests one at a time, for code that may hang, crash or use up all memory: decoders of
 * untrusted files. An error in a process fails only its current request.
 */
export class ProcessPool<Request, Reply> implements AsyncDisposable {
  readonly #options: ProcessPoolOptions
  readonly #processes = new Set<Process<Request, Reply>>()
  /** Jobs whose process is being prepared. */
  readonly #starting = new Set<Job<Request, Reply>>()
  /** Processes that are ending, and folders that are created or removed. */
  readonly #unfinished = new Set<Promise<unknown>>()
  readonly #folders = new Set<ProcessFolders>()
  #queue: Job<Request, Reply>[] = []
  #nextId = 1
  #idle: NodeJS.Timeout | undefined
  #closed = false
  /** Ends the process that compiles the modules. */
  readonly #closing = new AbortController()
  #isCompiled = false
  /** The layer that confines the processes, found by `isBoxed` before the first one starts. Null if there is none. */
  #box: Extract<BoxState, { layer: string }> | null = null

  constructor(options: ProcessPoolOptions) {
    this.#options = options
  }

  /** Ids of the running processes. */
  get pids(): number[] {
    return [...this.#processes].map(({ link }) => link.pid!).filter((pid) => pid !== undefined)
  }

  /** Number of processes that work on a request. */
  get working(): number {
    return [...this.#processes].filter(({ job }) => job !== null).length + this.#starting.size
  }

  /** Whether the folder belongs to a process of this pool. */
  hasResults(folder: string): boolean {
    return [...this.#folders].some(({ results }) => results === folder)
  }

  /** Whether a layer confines the processes on this system. */
  async isBoxed(): Promise<boolean> {
    if (this.#options.box === null) return false
    if (this.#box === null) {
      const found = await (this.#options.layer ?? boxState)()
      if (found.layer !== null) this.#box = found
    }
    return this.#box !== null
  }

  /**
   * Rejects with the error of the process, with `Timeout`, with `Unavailable` if it ran out of memory or died (the
   * message says how), with `Unavailable` and the details `NOT_STARTED` if it could not be started, or with
   * `Cancelled`.
   */
  async run(request: Request, options: ProcessRunOptions): Promise<Reply> {
    if (this.#closed) throw new CoreError('Unavailable', `the ${this.#options.name} processes are closed`)
    if (this.#options.box !== null) await this.isBoxed()
    if (this.#closed || options.signal?.aborted) throw cancelled()
    clearTimeout(this.#idle)
    const job: Job<Request, Reply> = {
      id: this.#nextId++,
      request,
      options,
      isCancelled: false,
      isGivenUp: false,
      ...Promise.withResolvers<Reply>(),
    }
    if (options.urgent) this.#queue.unshift(job)
    else this.#queue.push(job)
    this.#dispatch()
    try {
      return await settled(job, options.signal, () => this.#cancel(job))
    } finally {
      this.#sleepWhenIdle()
    }
  }

  /** Ends the processes and waits for them, for a few seconds at most. Waiting requests reject with `Cancelled`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#closing.abort()
    clearTimeout(this.#idle)
    for (const job of [...this.#queue.splice(0), ...this.#starting]) job.reject(cancelled())
    this.#starting.clear()
    for (const process of this.#processes) {
      // The disposal waits for the process to end, so the process must keep the current process alive.
      process.link.keepAlive(true)
      this.#end(process, { code: 'Cancelled', message: 'cancelled' })
    }
    await settledWithin(GONE_MS, [...this.#unfinished])
    // Waits for the folders of processes that have just ended.
    await settledWithin(GONE_MS, [...this.#unfinished])
    for (const process of this.#processes) process.link.keepAlive(false)
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const { alone = false, reach } = this.#queue[0]!.options
      const key = reachKey(reach)
      const idle = [...this.#processes].filter(({ job, reason }) => job === null && reason === null)
      const free = alone ? undefined : idle.find((process) => this.#box === null || process.reach === key)
      if (!free && this.#processes.size + this.#starting.size >= this.#options.processes) {
        const isOneEnding = [...this.#processes].some(({ reason }) => reason !== null)
        if (idle[0] && !isOneEnding) {
          // The request waits until this process has ended. Until then, Node must not exit.
          idle[0].link.keepAlive(true)
          this.#end(idle[0], REPLACED)
        }
        return
      }
      const job = this.#queue.shift()!
      if (free) this.#hand(job, free)
      else if (this.#options.box === null) this.#begin(job, null)
      else this.#prepare(job, this.#options.box.temporary)
    }
  }

  /** Starts a process with folders for a job. */
  #prepare(job: Job<Request, Reply>, temporary: string): void {
    const folders = processFolders({ temporary, results: job.options.reach?.results })
    this.#folders.add(folders)
    this.#starting.add(job)
    const begin = async () => {
      try {
        await makeFolders(folders)
      } catch (err) {
        if (this.#starting.delete(job)) job.reject(this.#notStarted(pathError(err, temporary)))
      }
      // If the job was cancelled or its folders could not be created, nothing starts.
      if (this.#starting.delete(job)) this.#begin(job, folders)
      else await this.#remove(folders)
      this.#dispatch()
    }
    this.#finish(begin())
  }

  /**
   * Starts the process of a job. If it cannot be started, the request is rejected, and this function does not throw.
   */
  #begin(job: Job<Request, Reply>, folders: ProcessFolders | null): void {
    try {
      this.#hand(job, this.#start(job, folders))
    } catch (err) {
      job.reject(this.#notStarted(err))
      if (folders) this.#finish(this.#remove(folders))
    }
  }

  /**
   * The error if a process could not be started. A full disk keeps its code: it is the cause, and the next process
   * would fail too.
   */
  #notStarted(cause: unknown): CoreError {
    if (cause instanceof CoreError && cause.code === 'DiskFull') return cause
    const message = `the ${this.#options.name} process could not be started: ${errorMessage(cause)}`
    return new CoreError('Unavailable', message, { cause, details: NOT_STARTED })
  }

  /** The box for a request's process; null for no box. */
  #boxOf({ options: { reach } }: Job<Request, Reply>, folders: ProcessFolders | null): Box | null {
    const { box, cache: find = compileCache } = this.#options
    if (box === null || folders === null || this.#box === null) return null
    const { given, results, temporary } = folders
    const cache = find()
    // Read-only, because other processes execute the files in the cache.
    const read = [...(reach?.read ?? []), given, ...(cache === null ? [] : [cache])]
    const files = { read, write: [results, temporary] }
    return { by: this.#box, start: boxStart({ ...files, network: reach?.network ?? false }, box.programs) }
  }

  #start(first: Job<Request, Reply>, folders: ProcessFolders | null): Process<Request, Reply> {
    const box = this.#boxOf(first, folders)
    const variables = first.options.reach?.variables ?? []
    const confinement = this.#options.box === null ? null : { box, folders, variables }
    const gone = Promise.withResolvers<void>()
    const link = startLimitedProcess(this.#options, confinement, {
      onMessage: (message) => this.#receive(process, message),
      onBroken: (err) => this.#end(process, this.#invalid(err)),
      onEnd: (end) => {
        gone.resolve()
        this.#lost(process, end)
      },
    })
    const process: Process<Request, Reply> = {
      link,
      folders,
      reach: reachKey(first.options.reach),
      job: null,
      isAsked: false,
      moving: Promise.resolve(),
      isReady: false,
      hasCompiled: false,
      send: null,
      served: 0,
      deadline: undefined,
      givingUp: undefined,
      reason: null,
    }
    this.#processes.add(process)
    this.#finish(gone.promise)
    return process
  }

  #hand(job: Job<Request, Reply>, process: Process<Request, Reply>): void {
    const { deadlineMs, files = [], idleMs, ready } = job.options
    const { folders } = process
    process.job = job
    process.link.keepAlive(true)
    stopClocks(process)
    process.deadline = new Deadline(deadlineMs, {
      onExpired: (phrase) => this.#expire(process, phrase),
      times: () => process.link.times(),
      idleMs,
    })
    const fail = (err: unknown) => this.#answer(process, job, () => job.reject(err))
    const send = () => {
      if (process.reason !== null || !this.#processes.has(process)) return
      // While a process starts, the system does not yet guarantee that it ends with its parent. So it gets no work
      // until it is ready: without work, it ends when its channel is closed.
      if (!process.isReady) return void (process.send = send)
      if (folders === null || files.length === 0) return this.#send(job, process)
      process.moving = lend(files, folders).then(
        () => this.#send(job, process),
        (err: unknown) => fail(pathError(err, folders.given)),
      )
    }
    if (ready) ready.then(send, fail)
    else send()
  }

  #send({ id, request }: Job<Request, Reply>, process: Process<Request, Reply>): void {
    const { folders, job } = process
    const message: ProcessRequest<Request> = { id, request, folders }
    try {
      // If the process has just died, its exit event reports that.
      process.link.post(message)
      process.isAsked = true
    } catch (err) {
      const refusal = new CoreError('Internal', `the request cannot be sent: ${errorMessage(err)}`, { cause: err })
      if (job) this.#answer(process, job, () => job.reject(refusal))
    }
  }

  /** Handles a message. Throws if a process in a box sends a message that is not expected. */
  #receive(process: Process<Request, Reply>, message: unknown): void {
    // The process is ending or has ended: its message may be about a request that another process has now.
    if (process.reason !== null || !this.#processes.has(process)) return
    const { box } = this.#options
    const reply = parseReply(message)
    if ('ready' in reply) {
      if (process.isReady) throw new Error('it is ready twice')
      process.isReady = true
      const { send } = process
      process.send = null
      return send?.()
    }
    if ('compiled' in reply) {
      if (process.hasCompiled) throw new Error('it has compiled its modules twice')
      process.hasCompiled = true
      return this.#compile()
    }
    const job = process.isAsked && process.job?.id === reply.id ? process.job : null
    if (box && job === null) throw new Error('it answers a request that it was not sent')
    if ('progress' in reply) {
      if (box && !job?.options.onProgress) throw new Error('it reports progress that nobody asked for')
      if (job) process.deadline?.restart()
      return job ? this.#report(process, job, reply.progress) : undefined
    }
    if (job === null) return
    const value = reply.ok ? ((box ? box.parse(reply.reply) : reply.reply) as Reply) : null
    process.isAsked = false
    if (reply.ok || !box || !isExcuse(reply.code)) return this.#settle(process, job, { reply, value })
    void heard(this.#settleExcuse(process, job, { reply, value }))
  }

  /**
   * Reports progress to the caller. If the caller's `onProgress` throws, the request fails with that error, and the
   * process is not at fault.
   */
  #report(process: Process<Request, Reply>, { options }: Job<Request, Reply>, progress: number): void {
    try {
      options.onProgress?.(progress)
    } catch (err) {
      this.#end(process, { code: err instanceof CoreError ? err.code : 'Internal', message: errorMessage(err) })
    }
  }

  async #settleExcuse(
    process: Process<Request, Reply>,
    job: Job<Request, Reply>,
    { reply, value }: { readonly reply: Failed; readonly value: Reply | null },
  ): Promise<void> {
    const { folders } = process
    const places = folders ? [folders.results, folders.temporary] : []
    const code = await believedCode(reply.code, { named: this.#options.box?.excuses ?? [], places })
    // If the process has ended in the meantime, its request has failed.
    if (this.#processes.has(process)) this.#settle(process, job, { reply: { ...reply, code }, value })
  }

  #settle(
    process: Process<Request, Reply>,
    job: Job<Request, Reply>,
    { reply, value }: { readonly reply: Answer | Failed; readonly value: Reply | null },
  ): void {
    this.#answer(process, job, () => {
      if (!reply.ok && this.#box !== null && process.served > 0 && MAY_BE_BOXED_OUT.has(reply.code)) {
        // Paths may have changed after the process was boxed: a disk was mounted, or a file was replaced. Try a new
        // process.
        if (!job.isCancelled) this.#queue.unshift(job)
        return this.#end(process, REPLACED)
      }
      process.served++
      if (reply.ok) job.resolve(value as Reply)
      else job.reject(new CoreError(reply.code, reply.message.slice(0, MAX_MESSAGE_CHARACTERS)))
      const isSpent = job.options.alone || (!reply.ok && reply.last)
      if (isSpent || process.served >= (this.#options.recycleAfter ?? RECYCLE_AFTER)) this.#end(process, REPLACED)
    })
  }

  /**
   * Compiles the modules of the processes into the compile cache. This is done only once, because a process that an
   * attacker controls may ask for it repeatedly. Boxed processes cannot compile into the cache themselves, because
   * they cannot write to it.
   */
  #compile(): void {
    if (this.#isCompiled || this.#closed) return
    const { cache: find = compileCache, entry } = this.#options
    const cache = find()
    if (cache === null) return
    this.#isCompiled = true
    const folders = [dirname(fileURLToPath(entry)), import.meta.dirname]
    this.#finish(compileModules(cache, folders, this.#closing.signal))
  }

  /** Takes the files of a job back, and then settles the job. After that, the process is free for the next job. */
  #answer(process: Process<Request, Reply>, job: Job<Request, Reply>, settle: () => void): void {
    const { folders } = process
    const { files = [] } = job.options
    stopClocks(process)
    const free = (outcome: () => void) => {
      stopClocks(process)
      process.job = null
      outcome()
      // An idle process does not keep the current process alive.
      if (process.reason === null) process.link.keepAlive(false)
      this.#dispatch()
    }
    if (folders === null || files.length === 0) return free(settle)
    process.moving = takeBack(files, folders).then(
      () => free(settle),
      (err: unknown) => free(() => job.reject(pathError(err, folders.results))),
    )
  }

  #cancel(job: Job<Request, Reply>): void {
    job.isCancelled = true
    this.#queue = this.#queue.filter((each) => each !== job)
    this.#starting.delete(job)
    const process = [...this.#processes].find((each) => each.job === job)
    if (process) this.#end(process, { code: 'Cancelled', message: 'cancelled' })
    if (!process || !job.options.files?.length) return job.reject(cancelled())
    // Lent files are moved back only when the process has ended. Its deadlines no longer matter.
    stopClocks(process)
    this.#giveUpSoon(process, job, cancelled())
  }

  #expire(process: Process<Request, Reply>, phrase: string): void {
    const { job } = process
    const reason = { code: 'Timeout' as const, message: `not done after ${phrase}` }
    this.#end(process, reason)
    if (job) this.#giveUpSoon(process, job, new CoreError(reason.code, reason.message))
  }

  /**
   * Rejects the request if its process does not end in time. In an uninterruptible system call, a process may take
   * long to end.
   */
  #giveUpSoon(process: Process<Request, Reply>, job: Job<Request, Reply>, err: CoreError): void {
    process.givingUp = setTimeout(() => {
      job.isGivenUp = true
      job.reject(err)
    }, GONE_MS)
  }

  #end(process: Process<Request, Reply>, reason: Reason): void {
    process.reason ??= reason
    if (this.#processes.has(process)) void heard(process.link.end())
  }

  /** Handles the end of a process: its current request fails. */
  #lost(process: Process<Request, Reply>, end: WorkerEnd): void {
    if (!this.#processes.delete(process)) return
    stopClocks(process)
    const reason = process.reason ?? this.#reasonOf(process, end)
    const { code, message } = reason
    const reject = () => process.job?.reject(new CoreError(code, message, { details: reason.cause ?? null }))
    if (process.folders === null) reject()
    else this.#finish(this.#cleanUp(process, process.folders).then(reject))
    this.#dispatch()
  }

  /** Takes back the files of a process that has ended, and removes its folders. */
  async #cleanUp({ job, moving }: Process<Request, Reply>, folders: ProcessFolders): Promise<void> {
    await moving
    // The request fails in any case. Files that cannot be moved back are removed with the folders. If the request was
    // given up, its caller no longer waits, so only unfinished results are moved back.
    const files = job?.options.files?.filter(({ use }) => !job.isGivenUp || use === 'continue')
    if (files) await takeBack(files, folders).catch(() => {})
    this.#finish(this.#remove(folders))
  }

  async #remove(folders: ProcessFolders): Promise<void> {
    // Best effort: the next start of the daemon removes leftovers.
    await removeFolders(folders).catch(() => {})
    this.#folders.delete(folders)
  }

  /** Registers work for which closing the pool must wait. */
  #finish(work: Promise<unknown>): void {
    this.#unfinished.add(work)
    void heard(work).finally(() => this.#unfinished.delete(work))
  }

  #reasonOf({ isReady }: Process<Request, Reply>, { code, error }: WorkerEnd): Reason {
    if (error !== undefined) {
      const { code: known, message } = this.#notStarted(error)
      return { code: known, message, cause: NOT_STARTED }
    }
    if (code === TOO_LARGE) return this.#tooLarge
    const how = typeof code === 'string' ? `was ended by ${code}` : `ended with ${code}`
    return {
      code: 'Unavailable' as const,
      message: `the ${this.#options.name} process ${how}${isReady ? '' : ' before it was ready'}`,
      ...(!isReady && { cause: NOT_STARTED }),
    }
  }

  #invalid(cause: unknown) {
    const message = `the ${this.#options.name} process sent a message that is not valid: ${errorMessage(cause)}`
    return { code: 'Corrupt' as const, message: message.slice(0, MAX_MESSAGE_CHARACTERS) }
  }

  get #tooLarge() {
    const message = `it needs more than ${this.#options.memoryMiB} MiB of memory`
    return { code: 'Unavailable' as const, message }
  }

  #sleepWhenIdle(): void {
    if (this.#closed || this.#queue.length > 0 || this.working > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      for (const process of this.#processes) this.#end(process, { code: 'Cancelled', message: 'idle' })
    }, this.#options.idleMs ?? IDLE_MS).unref()
  }
}

/** A key that is equal for equal values of `Reach`. */
function reachKey({ network = false, read = [], results, variables = [] }: Partial<Reach> = {}): string {
  return JSON.stringify([network, read.map(nameKey), results, variables])
}

function stopClocks({ deadline, givingUp }: Pick<Process<unknown, unknown>, 'deadline' | 'givingUp'>): void {
  deadline?.[Symbol.dispose]()
  clearTimeout(givingUp)
}
