import { Worker } from 'node:worker_threads'
import type { ResourceLimits, Transferable } from 'node:worker_threads'
import { CoreError, errorMessage } from '../util/errors.ts'
import { heard } from '../util/heard.ts'

export interface ThreadPoolOptions {
  /** The worker's entry; it calls `serveThread`. */
  readonly entry: URL
  /** The most threads; each starts when there is work for it. */
  readonly threads: number
  /** Requests sent to one thread at once: 1, or 2 so that it need not wait for the main thread between them. */
  readonly perThread: number
  /** All threads end after this long without work. */
  readonly idleMs: number
  readonly resourceLimits?: ResourceLimits
}

export interface RunOptions {
  /** Aborting rejects with `Cancelled` and asks the thread to stop the work. */
  readonly signal?: AbortSignal | undefined
  /** If the thread works on the request for this long, the thread is ended and the request rejects with `Timeout`. */
  readonly deadlineMs?: number
  readonly onProgress?: ((value: number) => void) | undefined
}

/** A message to a thread; `stop` becomes 1 when the caller stops waiting for the answer. */
export interface ThreadRequest<Request> {
  readonly id: number
  readonly request: Request
  readonly stop: Int32Array
}

export type ThreadReply<Reply> =
  | { readonly id: number; readonly kind: 'reply'; readonly reply: Reply }
  | { readonly id: number; readonly kind: 'progress'; readonly value: number }
  | { readonly id: number; readonly kind: 'error'; readonly message: string }

/** A reply, and the buffers in it that move to the main thread without a copy. */
export interface Served<Reply> {
  readonly reply: Reply
  readonly transfer?: Transferable[]
}

interface Job<Request, Reply> {
  readonly message: ThreadRequest<Request>
  readonly options: RunOptions
  readonly resolve: (reply: Reply) => void
  readonly reject: (err: CoreError) => void
  deadline: NodeJS.Timeout | undefined
}

interface Thread<Request, Reply> {
  readonly worker: Worker
  /** Oldest first: the thread works on the first one. */
  readonly jobs: Job<Request, Reply>[]
}

/**
 * Worker threads that answer requests one after another. If a thread dies or is ended, only its current request fails.
 */
export class ThreadPool<Request, Reply> implements AsyncDisposable {
  readonly #options: ThreadPoolOptions
  readonly #threads = new Set<Thread<Request, Reply>>()
  #queue: Job<Request, Reply>[] = []
  #nextId = 1
  #idle: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ThreadPoolOptions) {
    this.#options = options
  }

  /** Number of running threads. */
  get size(): number {
    return this.#threads.size
  }

  /** Rejects with `Cancelled`, `Timeout`, or `Internal` if the thread failed. Progress is reported before the reply. */
  async run(request: Request, options: RunOptions = {}): Promise<Reply> {
    if (this.#closed) throw new CoreError('Unavailable', 'the thread pool is closed')
    if (options.signal?.aborted) throw cancelled()
    clearTimeout(this.#idle)
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const job = { message: { id: this.#nextId++, request, stop }, options, resolve, reject, deadline: undefined }
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

  /** Ends the threads; all open requests reject with `Cancelled`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    for (const job of this.#queue.splice(0)) job.reject(cancelled())
    await this.#endThreads(cancelled)
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
    const { entry, resourceLimits } = this.#options
    const worker = new Worker(entry, resourceLimits ? { resourceLimits } : {})
    const thread: Thread<Request, Reply> = { worker, jobs: [] }
    this.#threads.add(thread)
    worker.on('message', (reply: ThreadReply<Reply>) => this.#receive(thread, reply))
    worker.on('error', (cause) => this.#lose(thread, new CoreError('Internal', errorMessage(cause), { cause })))
    worker.on('exit', (code) =>
      this.#lose(thread, new CoreError('Internal', `a worker thread ended with code ${code}`)),
    )
    return thread
  }

  #hand(job: Job<Request, Reply>, thread: Thread<Request, Reply>): void {
    thread.jobs.push(job)
    thread.worker.ref()
    thread.worker.postMessage(job.message)
    if (thread.jobs[0] === job) this.#startClock(thread)
  }

  #startClock(thread: Thread<Request, Reply>): void {
    const job = thread.jobs[0]
    if (job?.options.deadlineMs === undefined) return
    const { deadlineMs } = job.options
    const expired = () => this.#lose(thread, new CoreError('Timeout', `not done after ${deadlineMs} ms`))
    job.deadline = setTimeout(expired, deadlineMs)
  }

  #receive(thread: Thread<Request, Reply>, message: ThreadReply<Reply>): void {
    const job = thread.jobs.find((each) => each.message.id === message.id)
    if (!job) return
    if (message.kind === 'progress') return job.options.onProgress?.(message.value)
    clearTimeout(job.deadline)
    thread.jobs.splice(thread.jobs.indexOf(job), 1)
    if (message.kind === 'reply') job.resolve(message.reply)
    else job.reject(new CoreError('Internal', message.message))
    this.#startClock(thread)
    this.#dispatch()
    // A thread with nothing to do does not keep the process alive.
    if (thread.jobs.length === 0) thread.worker.unref()
    this.#sleepWhenIdle()
  }

  /** Removes a thread that died or must end. Its first request fails; the others go to another thread. */
  #lose(thread: Thread<Request, Reply>, err: CoreError): void {
    if (!this.#threads.delete(thread)) return
    void thread.worker.terminate()
    const [failed, ...others] = thread.jobs.splice(0)
    clearTimeout(failed?.deadline)
    failed?.reject(err)
    this.#queue.unshift(...others)
    this.#dispatch()
  }

  #cancel(job: Job<Request, Reply>): void {
    Atomics.store(job.message.stop, 0, 1)
    this.#queue = this.#queue.filter((each) => each !== job)
    // A thread already working on the request answers later, or the deadline ends it. The caller does not wait for
    // that.
    job.reject(cancelled())
  }

  #sleepWhenIdle(): void {
    const busy = this.#queue.length > 0 || [...this.#threads].some((thread) => thread.jobs.length > 0)
    if (busy || this.#closed) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void heard(this.#endThreads(cancelled)), this.#options.idleMs).unref()
  }

  async #endThreads(reason: () => CoreError): Promise<void> {
    const threads = [...this.#threads]
    this.#threads.clear()
    for (const job of threads.flatMap((thread) => thread.jobs.splice(0))) {
      clearTimeout(job.deadline)
      Atomics.store(job.message.stop, 0, 1)
      job.reject(reason())
    }
    await Promise.all(threads.map((thread) => thread.worker.terminate()))
  }
}

function cancelled(): CoreError {
  return new CoreError('Cancelled', 'cancelled')
}
