import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { CoreError, type ErrorCode, errorMessage } from '../util/errors.ts'
import { nameKey } from '../util/file-name.ts'
import { settledWithin } from '../util/settled-within.ts'
import { boxArgs, type BoxStart, boxStart, CHANNEL_VARIABLE, type Reach } from './box/box.ts'
import { type BoxState, boxState } from './box/box-state.ts'
import { bwrapArgs } from './box/bwrap.ts'
import { decoderEnvironment } from './box/environment.ts'
import { endLeftBehind, endProcess } from './end-process.ts'
import { TOO_LARGE } from './guard-limits.ts'
import { leadsGroupItself } from './lead-group.ts'
import type { ProcessReply, ProcessRequest } from './serve-process.ts'

export interface ProcessPoolOptions {
  /** What its processes are for; in messages and in the process list. */
  readonly name: string
  /** The module a process runs; it calls `serveProcess`. */
  readonly entry: URL
  /** Processes at most; each starts when there is work for it. */
  readonly processes: number
  /** A process that holds more than this is ended. On Linux it cannot even ask for much more. */
  readonly memoryMiB: number
  /** A process is replaced after this many requests: native decoders leak. */
  readonly recycleAfter?: number
  /** All processes end when there has been nothing to do for this long. */
  readonly idleMs?: number
  /** Heap of a process; 128 MiB by default: most keep what is large outside of it. */
  readonly heapMiB?: number
  /** As the system has it, -20 to 19; below everything a person waits for by default. */
  readonly niceness?: number
  /**
   * Where the system can do it, a process reaches no file but what `reach` names and a folder for temporary files, no
   * network, of all programs those named here, and of the environment what programs go by. Null: all that the user may.
   */
  readonly box: { readonly programs: readonly string[] } | null
  /** Which layer the box is made of; by default the one that this system has. */
  readonly layer?: () => Promise<BoxState>
}

export interface ProcessRunOptions {
  /** Aborting ends the process that works on it, and rejects with `Cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Before all that waits. */
  readonly urgent?: boolean
  /**
   * Once a process has worked on it for this long, the process is ended and the request rejects with `Timeout`. It
   * begins anew with whatever the process says of its progress.
   */
  readonly deadlineMs: number
  readonly onProgress?: ((value: number) => void) | undefined
  /** What a boxed process reaches; one that reaches something else is replaced. None of the user's files where it is missing. */
  readonly reach?: Reach
}

/** Requests between two replacements of a process. */
const RECYCLE_AFTER = 500
const IDLE_MS = 60_000
/** What Node itself maps as data before it has done anything, in MiB: below this it does not start. */
const NODE_DATA_MIB = 800
/** A process that waits for a file system or a driver in the kernel is gone only once that answers. */
const GONE_MS = 2_000
/** Heap of a process: its own JavaScript is small, pictures live outside the heap. */
const HEAP_MIB = 128
/** Below everything a person waits for. */
const NICENESS = constants.priority.PRIORITY_LOW

const HIDE_CHANNEL = `export ${CHANNEL_VARIABLE}="$NODE_CHANNEL_FD"; unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE; `

/** The `details` of an error for which no request is to blame: the system would not start a process. */
export const NOT_STARTED = 'not-started'

/** What a process is boxed by, and into. */
interface Box {
  readonly by: Extract<BoxState, { layer: string }>
  readonly start: BoxStart
  readonly temporary: string
}

/** What a process says of a file that it reaches no more. */
const MAY_BE_BOXED_OUT: ReadonlySet<ErrorCode> = new Set(['PermissionDenied', 'NotFound', 'Conflict'])

interface Job<Request, Reply> {
  readonly id: number
  readonly request: Request
  readonly options: ProcessRunOptions
  readonly resolve: (reply: Reply) => void
  readonly reject: (err: CoreError) => void
}

interface Process<Request, Reply> {
  readonly child: ChildProcess
  /** What it reaches where it is boxed; see `reachKey`. */
  readonly reach: string
  job: Job<Request, Reply> | null
  /** Whether it has come so far as to take requests. */
  isReady: boolean
  served: number
  deadline: NodeJS.Timeout | undefined
  /** Why it is being ended by us. */
  reason: { code: ErrorCode; message: string; cause?: string } | null
}

/**
 * Processes that answer requests one at a time, for code that may hang, crash or swallow all memory: whatever decodes a
 * file somebody else made. What goes wrong in a process fails the request it was at, and nothing else.
 */
export class ProcessPool<Request, Reply> implements AsyncDisposable {
  readonly #options: ProcessPoolOptions
  readonly #processes = new Set<Process<Request, Reply>>()
  readonly #ended = new Set<Promise<unknown>>()
  #queue: Job<Request, Reply>[] = []
  #nextId = 1
  #idle: NodeJS.Timeout | undefined
  #closed = false
  /** What its processes are boxed by; known before the first starts. */
  #box: Extract<BoxState, { layer: string }> | null = null
  /** The folder for temporary files of boxed processes. */
  #temporary: string | null = null

  constructor(options: ProcessPoolOptions) {
    this.#options = options
  }

  /** Ids of the processes alive. */
  get pids(): number[] {
    return [...this.#processes].map(({ child }) => child.pid!).filter((pid) => pid !== undefined)
  }

  /** How many of them are at a request. */
  get working(): number {
    return [...this.#processes].filter(({ job }) => job !== null).length
  }

  /**
   * Rejects with what the process said; with `Timeout`; with `Unavailable` where it ran out of memory or died (the
   * message says of what) or, with the details `NOT_STARTED`, could not be started; with `Cancelled`.
   */
  async run(request: Request, options: ProcessRunOptions): Promise<Reply> {
    if (this.#closed) throw new CoreError('Unavailable', `the ${this.#options.name} processes are closed`)
    if (this.#options.box !== null && this.#box === null) {
      const found = await (this.#options.layer ?? boxState)()
      if (found.layer !== null) this.#box = found
    }
    if (this.#closed || options.signal?.aborted) throw cancelled()
    clearTimeout(this.#idle)
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const job: Job<Request, Reply> = { id: this.#nextId++, request, options, resolve, reject }
    const onAbort = () => this.#cancel(job)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    if (options.urgent) this.#queue.unshift(job)
    else this.#queue.push(job)
    this.#dispatch()
    try {
      return await promise
    } finally {
      options.signal?.removeEventListener('abort', onAbort)
      this.#sleepWhenIdle()
    }
  }

  /** Ends the processes and waits until they are gone, some seconds at most; whatever waits rejects with `Cancelled`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    for (const job of this.#queue.splice(0)) job.reject(cancelled())
    for (const process of this.#processes) {
      // Waited for, also where nothing else keeps this process alive.
      process.child.ref()
      this.#end(process, { code: 'Cancelled', message: 'cancelled' })
    }
    await settledWithin(GONE_MS, [...this.#ended])
    for (const { child } of this.#processes) release(child)
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true })
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const reach = reachKey(this.#queue[0]!.options.reach)
      const idle = [...this.#processes].filter(({ job, reason }) => job === null && reason === null)
      const free = idle.find((process) => this.#box === null || process.reach === reach)
      if (!free && this.#processes.size >= this.#options.processes) {
        const isOneEnding = [...this.#processes].some(({ reason }) => reason !== null)
        if (idle[0] && !isOneEnding) {
          // The request waits for its end, also where nothing else keeps this process alive.
          idle[0].child.ref()
          this.#end(idle[0], { code: 'Cancelled', message: 'replaced' })
        }
        return
      }
      const job = this.#queue.shift()!
      const process = free ?? this.#tryStart(job)
      if (process) this.#hand(job, process)
    }
  }

  /** Whatever has called for the process is not told of a failure: its request is. */
  #tryStart(job: Job<Request, Reply>): Process<Request, Reply> | null {
    try {
      return this.#start(job)
    } catch (err) {
      const message = `the ${this.#options.name} process could not be started: ${errorMessage(err)}`
      job.reject(new CoreError('Unavailable', message, { cause: err, details: NOT_STARTED }))
      return null
    }
  }

  /** What the process of a request is boxed into; null for no box. */
  #boxOf({ options: { reach } }: Job<Request, Reply>): Box | null {
    const { box } = this.#options
    if (box === null || this.#box === null) return null
    this.#temporary ??= mkdtempSync(join(tmpdir(), 'spacedrive-'))
    const write = [...(reach?.write ?? []), this.#temporary]
    const start = boxStart({ network: reach?.network ?? false, read: reach?.read ?? [], write }, box.programs)
    return { by: this.#box, start, temporary: this.#temporary }
  }

  #start(first: Job<Request, Reply>): Process<Request, Reply> {
    const box = this.#boxOf(first)
    const child = startChild(this.#options, box, first.options.reach?.variables)
    const reach = reachKey(first.options.reach)
    const process: Process<Request, Reply> = {
      child,
      reach,
      job: null,
      isReady: false,
      served: 0,
      deadline: undefined,
      reason: null,
    }
    this.#processes.add(process)
    const ended = once(child, 'exit').catch(() => {})
    this.#ended.add(ended)
    void ended.finally(() => this.#ended.delete(ended))
    child.on('message', (reply) => this.#receive(process, reply as ProcessReply<Reply>))
    child.on('error', (cause) => {
      const message = `the ${this.#options.name} process could not be started: ${errorMessage(cause)}`
      process.reason ??= { code: 'Unavailable', message, cause: NOT_STARTED }
      this.#lost(process, '')
    })
    child.on('exit', (code, signalled) => {
      const signal = signalled ?? (box?.by.layer === 'bwrap' ? signalTold(code) : null)
      if (child.pid !== undefined) endLeftBehind(child.pid)
      if (signal === TOO_LARGE) process.reason ??= this.#tooLarge
      this.#lost(process, signal ? `was ended by ${signal}` : `ended with ${code}`)
    })
    return process
  }

  #hand(job: Job<Request, Reply>, process: Process<Request, Reply>): void {
    const { deadlineMs } = job.options
    const message: ProcessRequest<Request> = { id: job.id, request: job.request }
    try {
      // A process that has just died says so itself.
      process.child.send(message, () => {})
    } catch (err) {
      return job.reject(new CoreError('Internal', `the request cannot be sent: ${errorMessage(err)}`, { cause: err }))
    }
    process.job = job
    process.child.ref()
    process.child.channel?.ref()
    process.deadline = setTimeout(() => this.#expire(process, deadlineMs), deadlineMs)
  }

  #receive(process: Process<Request, Reply>, reply: ProcessReply<Reply>): void {
    if ('ready' in reply) {
      process.isReady = true
      return
    }
    const { job } = process
    if (job?.id !== reply.id) return
    if ('progress' in reply) {
      process.deadline?.refresh()
      return job.options.onProgress?.(reply.progress)
    }
    clearTimeout(process.deadline)
    process.job = null
    if (!reply.ok && this.#box !== null && process.served > 0 && MAY_BE_BOXED_OUT.has(reply.code)) {
      // Its paths led elsewhere when it was boxed: a disk was mounted, or a file replaced. A new process knows better.
      this.#queue.unshift(job)
      return this.#end(process, { code: 'Cancelled', message: 'replaced' })
    }
    process.served++
    if (reply.ok) job.resolve(reply.reply)
    else job.reject(new CoreError(reply.code, reply.message))
    const isSpent = !reply.ok && reply.last
    if (isSpent || process.served >= (this.#options.recycleAfter ?? RECYCLE_AFTER)) {
      this.#end(process, { code: 'Cancelled', message: 'replaced' })
    } else {
      // A process with nothing to do does not keep this one alive.
      release(process.child)
    }
    this.#dispatch()
  }

  #cancel(job: Job<Request, Reply>): void {
    this.#queue = this.#queue.filter((each) => each !== job)
    const process = [...this.#processes].find((each) => each.job === job)
    if (process) this.#end(process, { code: 'Cancelled', message: 'cancelled' })
    job.reject(cancelled())
  }

  #expire(process: Process<Request, Reply>, deadlineMs: number): void {
    const { job } = process
    const reason = { code: 'Timeout' as const, message: `not done after ${deadlineMs / 1_000} s` }
    this.#end(process, reason)
    process.deadline = setTimeout(() => job?.reject(new CoreError(reason.code, reason.message)), GONE_MS)
  }

  #end(process: Process<Request, Reply>, reason: NonNullable<Process<Request, Reply>['reason']>): void {
    process.reason ??= reason
    if (process.child.pid !== undefined) endProcess(process.child.pid)
  }

  /** A process is gone: its request fails. */
  #lost(process: Process<Request, Reply>, how: string): void {
    if (!this.#processes.delete(process)) return
    clearTimeout(process.deadline)
    const reason = process.reason ?? {
      code: 'Unavailable' as const,
      message: `the ${this.#options.name} process ${how}${process.isReady ? '' : ' before it was ready'}`,
      ...(!process.isReady && { cause: NOT_STARTED }),
    }
    const { code, message } = reason
    process.job?.reject(new CoreError(code, message, { details: 'cause' in reason ? reason.cause : null }))
    this.#dispatch()
  }

  get #tooLarge() {
    const message = `it needs more than ${this.#options.memoryMiB} MiB of memory`
    return { code: 'Unavailable' as const, message }
  }

  #sleepWhenIdle(): void {
    if (this.#closed || this.#queue.length > 0 || [...this.#processes].some(({ job }) => job)) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      for (const process of this.#processes) this.#end(process, { code: 'Cancelled', message: 'idle' })
    }, this.#options.idleMs ?? IDLE_MS).unref()
  }
}

/**
 * On Linux through a shell that sets limits, which the process keeps (no core is written where it crashes), and where it
 * is boxed through `enter-box` or bubblewrap; elsewhere its own guard alone looks after it. It leads a group, so that what
 * it starts ends with it.
 */
function startChild(
  { box: boxes, entry, memoryMiB, heapMiB = HEAP_MIB, niceness = NICENESS }: ProcessPoolOptions,
  box: Box | null,
  variables: readonly string[] = [],
): ChildProcess {
  const { before, parentPid, piped, script } = box ? entryOf(box) : OPEN
  const args = [`--max-old-space-size=${heapMiB}`, fileURLToPath(entry), String(parentPid), String(memoryMiB)]
  const options: SpawnOptions = {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', ...(piped ? ['pipe' as const] : [])],
    serialization: 'advanced',
    detached: process.platform !== 'win32' && !leadsGroupItself,
    ...(boxes !== null && {
      env: { ...decoderEnvironment(process.env, variables), ...(box && { TMPDIR: box.temporary }) },
    }),
  }
  const limits = `ulimit -c 0; ulimit -d ${(NODE_DATA_MIB + memoryMiB) * 1_024}`
  const child =
    process.platform === 'linux'
      ? spawn('/bin/sh', ['-c', `${limits}; ${script}exec "$0" "$@"`, ...before, ...args], options)
      : spawn(process.execPath, args, options)
  // A process that has died already says so itself.
  const pipe = child.stdio[PIPED] as Writable | null | undefined
  pipe?.on('error', () => {}).end(piped)
  try {
    if (child.pid !== undefined) setPriority(child.pid, niceness)
  } catch {
    // It runs at the usual priority then.
  }
  return child
}

interface Entry {
  /** The program, and its arguments before those of Node. */
  readonly before: readonly string[]
  /** The parent that the process sees. */
  readonly parentPid: number
  /** What it is given as its fifth descriptor. */
  readonly piped: Buffer | null
  /** What the shell does before. */
  readonly script: string
}

const OPEN: Entry = { before: [process.execPath], parentPid: process.pid, piped: null, script: '' }
/** The descriptor after that of the channel. */
const PIPED = 4
/** In its namespace, bubblewrap is the first process. */
const BWRAP_PID = 1

function entryOf({ by, start }: Box): Entry {
  switch (by.layer) {
    case 'landlock':
      return { ...OPEN, before: [process.execPath, ...boxArgs(start)], script: HIDE_CHANNEL }
    case 'bwrap': {
      const before = [by.program, '--args', String(PIPED), '--', process.execPath]
      const piped = Buffer.concat(bwrapArgs(start).flatMap((arg) => [arg, Buffer.of(0)]))
      return { before, parentPid: BWRAP_PID, piped, script: '' }
    }
  }
}

/** Bubblewrap ends with 128 and the number of the signal that ended its process. */
function signalTold(code: number | null): NodeJS.Signals | null {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][]
  return names.find(([, number]) => code === SIGNAL_BASE + number)?.[0] ?? null
}

const SIGNAL_BASE = 128

/** Tells what a process reaches from what others do. */
function reachKey({ network = false, read = [], variables = [], write = [] }: Partial<Reach> = {}): string {
  return JSON.stringify([network, read.map(nameKey), write.map(nameKey), variables])
}

/** The process may live on without keeping this one alive. */
function release(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
}

function cancelled(): CoreError {
  return new CoreError('Cancelled', 'cancelled')
}
