import { CoreError } from '../util/errors.ts'
import { heard } from '../util/heard.ts'
import { settledWithin } from '../util/settled-within.ts'
import { cancelled, createJob, type RunOptions, settled, WorkerClient, type WorkerJob } from './worker-client.ts'
import { inThread, type ThreadStart } from './worker-link.ts'

/** The module of the threads must call `serveRequests`. */
export interface ThreadPoolOptions extends ThreadStart {
  /** Maximum number of threads; each starts when there is work for it. */
  readonly threads: number
  /**
   * Requests that are sent to one thread at once: 1, or 2 so that it does not have to wait for the main thread between
   * them.
   */
  readonly perThread: number
  /**
   * Set if a thread works on its requests side by side. Then they fail together, and a stopped request is awaited
   * until it ends.
   */
  readonly sideBySide?: boolean
  /** If more requests than this wait, new ones are refused with `Unavailable`. By default, there is no limit. */
  readonly maxWaiting?: number
  /** If the pool has had no work for this long, all threads end. */
  readonly idleMs: number
  /** How long the disposal waits for running requests; 0 by default. */
  readonly closeMs?: number
  /** The message of the error that requests get when the pool is disposed. */
  readonly closedMessage?: string
  /** Called at the disposal if a thread has not ended after `closeMs`, because a system call hangs. */
  readonly onStuck?: () => void
}

/**
 * Worker threads that answer requests. A thread starts on use and ends when idle. If a thread dies or is ended, only
 * its running request fails; its waiting requests go to another thread.
 */
export class ThreadPool<Request, Reply> implements AsyncDisposable {
  readonly #options: ThreadPoolOptions
  readonly #threads = new Set<WorkerClient<Request, Reply>>()
  readonly #queue: WorkerJob<Request, Reply>[] = []
  #idle: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ThreadPoolOptions) {
    this.#options = options
  }

  /** Number of running threads. */
  get size(): number {
    return this.#threads.size
  }

  /** Whether a thread works on a request. */
  get isBusy(): boolean {
    return [...this.#threads].some(({ load }) => load > 0)
  }

  /** See `WorkerClient.run`; also rejects with `Unavailable`. */
  async run(request: Request, options: RunOptions = {}): Promise<Reply> {
    if (this.#closed) throw this.#closedError()
    if (options.signal?.aborted) throw cancelled()
    const { maxWaiting = Number.POSITIVE_INFINITY, name } = this.#options
    if (this.#queue.length >= maxWaiting)
      throw new CoreError('Unavailable', `too many requests wait for the ${name} thread; try again`)
    clearTimeout(this.#idle)
    const job = createJob<Request, Reply>(request, options)
    this.#queue.push(job)
    this.#dispatch()
    try {
      return await settled(job, options.signal, () => this.#cancel(job))
    } finally {
      this.#sleepWhenIdle()
    }
  }

  /** Sends a message to all running threads. No thread starts for it. */
  tell(message: unknown): void {
    for (const thread of this.#threads) thread.tell(message)
  }

  /**
   * Ends the threads. With `closeMs`, waits for the running requests; requests that run side by side are told to stop
   * first.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#idle)
    const { closedMessage, closeMs = 0 } = this.#options
    const reason = closedMessage === undefined ? cancelled() : this.#closedError()
    for (const job of this.#queue.splice(0)) job.reject(reason)
    if (closeMs === 0) return this.#endThreads(reason)
    const threads = [...this.#threads]
    const drained = Promise.all(threads.map((thread) => thread.drain()))
    const ended = heard(drained.then(() => this.#endThreads(reason)))
    if (await settledWithin(closeMs, [ended])) return
    // A thread cannot be ended while it, or a thread that it has started, waits for a file system. It is abandoned,
    // and ends with the process.
    this.#options.onStuck?.()
    this.#threads.clear()
    for (const thread of threads) thread.abandon(reason)
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = this.#freeThread()
      if (!thread) return
      thread.hand(this.#queue.shift()!)
    }
  }

  /**
   * The least busy thread. If all threads are busy, starting a new one is preferred to giving a busy one a second
   * request.
   */
  #freeThread(): WorkerClient<Request, Reply> | null {
    let best: WorkerClient<Request, Reply> | null = null
    for (const thread of this.#threads) if (!best || thread.load < best.load) best = thread
    if (best?.load === 0) return best
    if (this.#threads.size < this.#options.threads) return this.#start()
    return best && best.load < this.#options.perThread ? best : null
  }

  #start(): WorkerClient<Request, Reply> {
    const thread = new WorkerClient<Request, Reply>({
      worker: inThread(this.#options),
      sideBySide: this.#options.sideBySide ?? false,
      onAnswer: () => {
        this.#dispatch()
        this.#sleepWhenIdle()
      },
      onLost: () => this.#threads.delete(thread),
      onUnbegun: (jobs) => {
        this.#queue.unshift(...jobs)
        this.#dispatch()
      },
    })
    this.#threads.add(thread)
    return thread
  }

  #cancel(job: WorkerJob<Request, Reply>): void {
    const place = this.#queue.indexOf(job)
    if (place === -1) for (const thread of this.#threads) thread.cancel(job)
    else this.#queue.splice(place, 1)[0]!.reject(cancelled())
  }

  #sleepWhenIdle(): void {
    if (this.#queue.length > 0 || this.isBusy || this.#closed) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void heard(this.#endThreads(cancelled())), this.#options.idleMs).unref()
  }

  /** Ends all threads, and removes them from the pool. */
  async #endThreads(reason: CoreError): Promise<void> {
    const threads = [...this.#threads]
    this.#threads.clear()
    await Promise.all(threads.map((thread) => thread.end(reason)))
  }

  #closedError(): CoreError {
    return new CoreError('Unavailable', this.#options.closedMessage ?? `the ${this.#options.name} threads have ended`)
  }
}
