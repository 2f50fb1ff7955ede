import { Worker } from 'node:worker_threads'
import type { ResourceLimits, Transferable } from 'node:worker_threads'
import { CoreError, errorMessage } from '../util/errors.ts'
import { heard } from '../util/heard.ts'
import { settledWithin } from '../util/settled-within.ts'
import { type FromThread, fromPlainError, type ToThread, toPlainError } from './thread-messages.ts'

export interface ThreadPoolOptions {
  /** The thread's entry; it calls `serveThread`. */
  readonly entry: URL
  /** The name of the threads, for debuggers and errors. */
  readonly name: string
  /** The data that each thread starts with. */
  readonly data?: unknown
  /** The most threads; each starts when there is work for it. */
  readonly threads: number
  /** Requests sent to one thread at once: 1, or 2 so that it need not wait for the main thread between them. */
  readonly perThread: number
  /** Set if the thread works on its requests side by side: they then fail together, and stopped ones are waited for. */
  readonly sideBySide?: boolean
  /** More waiting requests than this are refused with `Unavailable`. By default, there is no limit. */
  readonly maxWaiting?: number
  /** All threads end after this long without work. */
  readonly idleMs: number
  /** How long disposal waits for the requests that threads work on; 0 by default. */
  readonly closeMs?: number
  /** The reason that requests get when the pool is disposed. */
  readonly closedMessage?: string
  readonly resourceLimits?: ResourceLimits
  /** Called with each message of a thread that belongs to no request. */
  readonly onTold?: (message: unknown) => void
  /** Called at disposal if a thread has not ended after `closeMs`: a system call of it hangs. */
  readonly onStuck?: () => void
  /** Called when a thread dies. */
  readonly onLost?: (err: CoreError) => void
}

export interface RunOptions {
  /** Aborting rejects with the signal's reason or `Cancelled`, and asks the thread to stop the work. */
  readonly signal?: AbortSignal | undefined
  /** If the thread works on the request for this long, the thread is ended and the request rejects with `Timeout`. */
  readonly deadlineMs?: number
  /** Called with each message that the thread sends before its reply. */
  readonly onNote?: ((note: unknown) => void) | undefined
  /** Answers the thread's questions about the request. */
  readonly onQuestion?: ((question: unknown) => Promise<unknown>) | undefined
  /** Objects in the request that move to the thread. */
  readonly transfer?: readonly Transferable[]
}

interface Job<Request, Reply> {
  readonly id: number
  readonly request: Request
  readonly stop: Int32Array
  readonly options: RunOptions
  readonly resolve: (reply: Reply) => void
  readonly reject: (err: unknown) => void
  deadline: NodeJS.Timeout | undefined
}

interface Thread<Request, Reply> {
  readonly worker: Worker
  /** Oldest first. A thread that does not work side by side works on the first one. */
  readonly jobs: Job<Request, Reply>[]
}

/**
 * Worker threads that answer requests. A thread starts on use and ends when idle. If a thread dies or is ended, only the
 * request that it works on fails, and the requests behind that go to another thread.
 */
export class ThreadPool<Request, Reply> implements AsyncDisposable {
  readonly #options: ThreadPoolOptions
  readonly #threads = new Set<Thread<Request, Reply>>()
  #queue: Job<Request, Reply>[] = []
  #nextId = 1
  #idle: NodeJS.Timeout | undefined
  #closed = false
  #drained: (() => void) | null = null

  constructor(options: ThreadPoolOptions) {
    this.#options = options
  }

  /** Number of running threads. */
  get size(): number {
    return this.#threads.size
  }

  /** Whether a thread works on a request. */
  get isBusy(): boolean {
    return [...this.#threads].some(({ jobs }) => jobs.length > 0)
  }

  /**
   * Rejects with the thread's error, `Timeout`, `Unavailable`, or `Internal` if the thread failed; if aborted, with the
   * signal's reason, or `Cancelled` where that is no error of ours. Notes arrive before the reply.
   */
  async run(request: Request, options: RunOptions = {}): Promise<Reply> {
    if (this.#closed) throw this.#closedError()
    if (options.signal?.aborted) throw cancelled()
    const { maxWaiting = Number.POSITIVE_INFINITY, name } = this.#options
    if (this.#queue.length >= maxWaiting)
      throw new CoreError('Unavailable', `too many requests wait for the ${name} thread; try again`)
    clearTimeout(this.#idle)
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const job = { id: this.#nextId++, request, stop, options, resolve, reject, deadline: undefined }
    const onAbort = () => this.#cancel(job)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    this.#queue.push(job)
    this.#dispatch()
    try {
      return await promise
    } finally {
      options.signal?.removeEventListener('abort', onAbort)
      this.#sleepWhenIdle()
    }
  }

  /** Sends a message to all running threads. No thread starts for it. */
  tell(message: unknown): void {
    for (const { worker } of this.#threads) worker.postMessage({ kind: 'tell', message } satisfies ToThread<Request>)
  }

  /**
   * Ends the threads. With `closeMs`, waits for the requests that threads work on; those that run side by side are asked
   * to stop first.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#idle)
    const reason = this.#options.closedMessage === undefined ? cancelled : () => this.#closedError()
    for (const job of this.#queue.splice(0)) job.reject(reason())
    const { closeMs = 0 } = this.#options
    if (closeMs === 0) return this.#endThreads(reason)
    const threads = [...this.#threads]
    const ended = heard(this.#drain().then(() => this.#endThreads(reason)))
    if (await settledWithin(closeMs, [ended])) return
    // Nothing can end a thread that waits for a file system, or for a thread of its own that does. It is left behind, and
    // ends with the process.
    this.#options.onStuck?.()
    this.#takeThreads(reason)
    for (const { worker } of threads) worker.unref()
  }

  /** Waits for the running requests; those that run side by side are asked to stop. */
  async #drain(): Promise<void> {
    if (!this.isBusy) return
    if (this.#options.sideBySide)
      for (const thread of this.#threads) for (const job of thread.jobs) this.#askToStop(thread, job)
    await new Promise<void>((resolve) => (this.#drained = resolve))
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = this.#freeThread()
      if (!thread) return
      this.#hand(this.#queue.shift()!, thread)
    }
  }

  /** The least busy thread. A new thread is preferred to a second request for a busy one. */
  #freeThread(): Thread<Request, Reply> | null {
    let best: Thread<Request, Reply> | null = null
    for (const thread of this.#threads) if (!best || thread.jobs.length < best.jobs.length) best = thread
    if (best?.jobs.length === 0) return best
    if (this.#threads.size < this.#options.threads) return this.#start()
    return best && best.jobs.length < this.#options.perThread ? best : null
  }

  #start(): Thread<Request, Reply> {
    const { data, entry, name, resourceLimits } = this.#options
    const worker = new Worker(entry, { name, workerData: data, ...(resourceLimits && { resourceLimits }) })
    const thread: Thread<Request, Reply> = { worker, jobs: [] }
    this.#threads.add(thread)
    worker.on('message', (message: FromThread<Reply>) => this.#receive(thread, message))
    worker.on('error', (cause) => this.#lose(thread, new CoreError('Internal', errorMessage(cause), { cause })))
    worker.on('exit', (code) =>
      this.#lose(thread, new CoreError('Internal', `the ${name} thread ended with code ${code}`)),
    )
    return thread
  }

  #hand(job: Job<Request, Reply>, thread: Thread<Request, Reply>): void {
    thread.jobs.push(job)
    thread.worker.ref()
    const { id, options, request, stop } = job
    const message: ToThread<Request> = { kind: 'request', id, request, stop }
    thread.worker.postMessage(message, [...(options.transfer ?? [])])
    if (this.#options.sideBySide || thread.jobs[0] === job) this.#startClock(thread, job)
  }

  #startClock(thread: Thread<Request, Reply>, job: Job<Request, Reply> | undefined): void {
    if (job?.options.deadlineMs === undefined) return
    const { deadlineMs } = job.options
    const expired = () => this.#lose(thread, new CoreError('Timeout', `not done after ${deadlineMs} ms`))
    job.deadline = setTimeout(expired, deadlineMs)
  }

  #receive(thread: Thread<Request, Reply>, message: FromThread<Reply>): void {
    if (message.kind === 'tell') return this.#options.onTold?.(message.message)
    const job = thread.jobs.find(({ id }) => id === message.id)
    if (!job) return
    if (message.kind === 'note') return job.options.onNote?.(message.note)
    if (message.kind === 'question') return void heard(this.#answer(thread, job, message))
    clearTimeout(job.deadline)
    thread.jobs.splice(thread.jobs.indexOf(job), 1)
    if (message.kind === 'reply') job.resolve(message.reply)
    else job.reject(fromPlainError(message.error))
    if (!this.#options.sideBySide) this.#startClock(thread, thread.jobs[0])
    this.#dispatch()
    // A thread with nothing to do does not keep the process alive.
    if (thread.jobs.length === 0) thread.worker.unref()
    this.#sleepWhenIdle()
    if (!this.isBusy) this.#drained?.()
  }

  async #answer(
    thread: Thread<Request, Reply>,
    job: Job<Request, Reply>,
    { question, ticket }: { question: unknown; ticket: number },
  ): Promise<void> {
    const send = (message: ToThread<Request>) => thread.worker.postMessage(message)
    try {
      if (!job.options.onQuestion) throw new Error(`nothing answers questions of the ${this.#options.name} thread`)
      send({ kind: 'answer', ticket, answer: await job.options.onQuestion(question) })
    } catch (err) {
      send({ kind: 'refusal', ticket, error: toPlainError(err) })
    }
  }

  /** Removes a thread that died or must end. The requests it works on fail; the others go to another thread. */
  #lose(thread: Thread<Request, Reply>, err: CoreError): void {
    if (!this.#threads.delete(thread)) return
    void thread.worker.terminate()
    const jobs = thread.jobs.splice(0)
    const failed = this.#options.sideBySide ? jobs.splice(0) : jobs.splice(0, 1)
    for (const job of failed) {
      clearTimeout(job.deadline)
      job.reject(err)
    }
    this.#options.onLost?.(err)
    this.#queue.unshift(...jobs)
    this.#dispatch()
    this.#drained?.()
  }

  #cancel(job: Job<Request, Reply>): void {
    const isQueued = this.#queue.includes(job)
    this.#queue = this.#queue.filter((each) => each !== job)
    for (const thread of this.#threads) if (thread.jobs.includes(job)) this.#askToStop(thread, job)
    // A thread already working on the request answers later, or the deadline ends it. The caller does not wait for
    // that, unless requests run side by side: their work may still write when the caller goes on.
    if (isQueued || !this.#options.sideBySide) job.reject(cancelled())
  }

  #askToStop({ worker }: Thread<Request, Reply>, { id, stop }: Job<Request, Reply>): void {
    Atomics.store(stop, 0, 1)
    worker.postMessage({ kind: 'stop', id } satisfies ToThread<Request>)
  }

  #sleepWhenIdle(): void {
    if (this.#queue.length > 0 || this.isBusy || this.#closed) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void heard(this.#endThreads(cancelled)), this.#options.idleMs).unref()
  }

  async #endThreads(reason: () => CoreError): Promise<void> {
    await Promise.all(this.#takeThreads(reason).map(({ worker }) => worker.terminate()))
  }

  /** Rejects the requests of all threads; the pool no longer knows the threads. */
  #takeThreads(reason: () => CoreError): Thread<Request, Reply>[] {
    const threads = [...this.#threads]
    this.#threads.clear()
    for (const job of threads.flatMap((thread) => thread.jobs.splice(0))) {
      clearTimeout(job.deadline)
      Atomics.store(job.stop, 0, 1)
      job.reject(reason())
    }
    return threads
  }

  #closedError(): CoreError {
    return new CoreError('Unavailable', this.#options.closedMessage ?? `the ${this.#options.name} threads have ended`)
  }
}

function cancelled(): CoreError {
  return new CoreError('Cancelled', 'cancelled')
}
