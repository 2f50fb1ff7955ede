import type { Transferable } from 'node:worker_threads'
import { CoreError, errorMessage } from '../util/errors.ts'
import { heard } from '../util/heard.ts'
import { Deadline } from './deadline.ts'
import type { Startable, WorkerEnd, WorkerLink } from './worker-link.ts'
import { type FromWorker, fromPlainError, type ToWorker, toPlainError } from './worker-messages.ts'

export interface WorkerClientOptions<Request, Reply> {
  /** How to start the worker: `inThread` or `inProcess`. Its module must call `serveRequests`. */
  readonly worker: Startable
  /**
   * Set if the worker works on its requests side by side. Then they fail together, and a stopped request is awaited
   * until it ends.
   */
  readonly sideBySide?: boolean
  /** Called with each message of the worker that does not belong to a request. */
  readonly onTold?: (message: unknown) => void
  /** Called when the worker has answered a request, and can take another one. */
  readonly onAnswer?: () => void
  /** Returns the error that requests get if the worker ends by itself. By default, its code is `Internal`. */
  readonly lost?: (end: WorkerEnd) => CoreError
  /** Called when the worker has ended by itself, or because of a deadline. */
  readonly onLost?: (err: CoreError) => void
  /** Called with the requests that a lost worker has not begun. If omitted, they fail like the others. */
  readonly onUnbegun?: (jobs: readonly WorkerJob<Request, Reply>[]) => void
}

export interface RunOptions {
  /** Aborting it rejects with `Cancelled`, and tells the worker to stop the work. */
  readonly signal?: AbortSignal | undefined
  /**
   * If the worker has worked on the request for this many milliseconds of processor time, the worker is ended, and the
   * request rejects with `Timeout`. See `Deadline`.
   */
  readonly deadlineMs?: number
  /** Called with each message that the worker sends before its reply. */
  readonly onNote?: ((note: unknown) => void) | undefined
  /** Answers the worker's questions about the request. */
  readonly onQuestion?: ((question: unknown) => Promise<unknown>) | undefined
  /** Objects in the request that are transferred to a thread. */
  readonly transfer?: readonly Transferable[]
}

/** A request, from its creation to its reply. */
export interface WorkerJob<Request, Reply> extends PromiseWithResolvers<Reply> {
  readonly request: Request
  readonly options: RunOptions
  readonly stop: Int32Array
  deadline: Deadline | undefined
}

/**
 * One thread or process that answers requests, from its start to its end. It is not started again: the owner of a lost
 * worker creates another client.
 */
export class WorkerClient<Request, Reply> implements AsyncDisposable {
  readonly #options: WorkerClientOptions<Request, Reply>
  readonly #link: WorkerLink
  /** The requests by id, the oldest first. Unless the worker works side by side, it works on the first one. */
  readonly #jobs = new Map<number, WorkerJob<Request, Reply>>()
  #lastId = 0
  /** The reason why the worker has ended or is ending; null while it runs. */
  #over: CoreError | null = null
  #drained: (() => void) | null = null

  constructor(options: WorkerClientOptions<Request, Reply>) {
    this.#options = options
    this.#link = options.worker.start({
      onMessage: (message) => this.#receive(message as FromWorker<Reply>),
      onEnd: (end) => this.#lose((options.lost ?? this.#lostError)(end)),
    })
  }

  /** Number of requests that the worker has and has not answered. */
  get load(): number {
    return this.#jobs.size
  }

  /**
   * Rejects with the worker's error, `Timeout`, `Cancelled`, or `Internal` if the worker failed. Notes arrive before
   * the reply.
   */
  async run(request: Request, options: RunOptions = {}): Promise<Reply> {
    const job = createJob<Request, Reply>(request, options)
    if (options.signal?.aborted) throw cancelled()
    this.hand(job)
    return settled(job, options.signal, () => this.cancel(job))
  }

  /** Sends a message that does not belong to a request. */
  tell(message: unknown): void {
    this.#send({ kind: 'tell', message })
  }

  /** Sends a request to the worker; its promise settles as `run` describes. */
  hand(job: WorkerJob<Request, Reply>): void {
    if (this.#over) return job.reject(this.#over)
    const id = ++this.#lastId
    const { options, request, stop } = job
    this.#send({ kind: 'request', id, request, stop: this.#link.sharesMemory ? stop : null }, options.transfer)
    this.#jobs.set(id, job)
    this.#link.keepAlive(true)
    if (this.#options.sideBySide || this.load === 1) this.#startClock(job)
  }

  /** Tells the worker to stop the work on a request, if the worker has it. */
  cancel(job: WorkerJob<Request, Reply>): void {
    for (const [id, each] of this.#jobs) if (each === job) this.#askToStop(id, job)
    // If the worker has begun the request, it answers later, or the deadline ends the worker. The caller does not wait
    // for that, except if requests run side by side: the work may still write when the caller continues.
    if (!this.#options.sideBySide) job.reject(cancelled())
  }

  /** Waits for the requests. Requests that run side by side are told to stop. */
  async drain(): Promise<void> {
    if (this.#options.sideBySide) for (const [id, job] of this.#jobs) this.#askToStop(id, job)
    if (this.load > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
  }

  /** Ends the worker, and resolves when it has ended. Its requests reject with `reason`. */
  async end(reason = cancelled()): Promise<void> {
    this.#over ??= reason
    for (const job of this.#takeJobs()) {
      Atomics.store(job.stop, 0, 1)
      job.reject(reason)
    }
    await this.#link.end()
  }

  /** Like `end`, but does not wait. For a worker that may hang in a file system; it ends with the current process. */
  abandon(reason = cancelled()): void {
    void heard(this.end(reason))
    this.#link.keepAlive(false)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }

  #send(message: ToWorker<Request>, transfer?: readonly Transferable[]): void {
    this.#link.post(message, transfer)
  }

  #startClock(job: WorkerJob<Request, Reply> | undefined): void {
    const { deadlineMs } = job?.options ?? {}
    if (!job || deadlineMs === undefined) return
    job.deadline = new Deadline(deadlineMs, {
      onExpired: (phrase) => this.#lose(new CoreError('Timeout', `not done after ${phrase}`)),
      times: () => this.#link.times(),
    })
  }

  #receive(message: FromWorker<Reply>): void {
    if (this.#over) return
    if (message.kind === 'tell') return this.#options.onTold?.(message.message)
    const job = this.#jobs.get(message.id)
    if (!job) return
    if (message.kind === 'note') return job.options.onNote?.(message.note)
    if (message.kind === 'question') return void heard(this.#answer(job, message))
    job.deadline?.[Symbol.dispose]()
    this.#jobs.delete(message.id)
    if (message.kind === 'reply') job.resolve(message.reply)
    else job.reject(fromPlainError(message.error))
    const [next] = this.#jobs.values()
    if (!this.#options.sideBySide) this.#startClock(next)
    // A worker without work must not keep the current process alive.
    if (!next) this.#link.keepAlive(false)
    this.#options.onAnswer?.()
    if (!next) this.#drained?.()
  }

  async #answer(
    { options }: WorkerJob<Request, Reply>,
    { question, ticket }: { question: unknown; ticket: number },
  ): Promise<void> {
    try {
      if (!options.onQuestion) throw new Error(`nothing answers questions of the ${this.#options.worker.name} thread`)
      this.#send({ kind: 'answer', ticket, answer: await options.onQuestion(question) })
    } catch (err) {
      this.#send({ kind: 'refusal', ticket, error: toPlainError(err) })
    }
  }

  /** Fails the running request. If requests run side by side, all of them fail. */
  #lose(err: CoreError): void {
    if (this.#over) return
    const { onLost, onUnbegun, sideBySide } = this.#options
    const jobs = this.#takeJobs()
    const unbegun = onUnbegun && !sideBySide ? jobs.splice(1) : []
    this.abandon(err)
    for (const job of jobs) job.reject(err)
    onLost?.(err)
    onUnbegun?.(unbegun)
  }

  #takeJobs(): WorkerJob<Request, Reply>[] {
    const jobs = [...this.#jobs.values()]
    this.#jobs.clear()
    for (const { deadline } of jobs) deadline?.[Symbol.dispose]()
    this.#drained?.()
    return jobs
  }

  #askToStop(id: number, { stop }: WorkerJob<Request, Reply>): void {
    Atomics.store(stop, 0, 1)
    this.#send({ kind: 'stop', id })
  }

  readonly #lostError = ({ code, error }: WorkerEnd): CoreError =>
    error === undefined
      ? new CoreError('Internal', `the ${this.#options.worker.name} thread ended with code ${code}`)
      : new CoreError('Internal', errorMessage(error), { cause: error })
}

export function createJob<Request, Reply>(request: Request, options: RunOptions): WorkerJob<Request, Reply> {
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  return { request, options, stop, deadline: undefined, ...Promise.withResolvers<Reply>() }
}

/** Waits for a request, and calls `onAbort` if the signal is aborted before it settles. */
export async function settled<Reply>(
  { promise }: { readonly promise: Promise<Reply> },
  signal: AbortSignal | undefined,
  onAbort: () => void,
): Promise<Reply> {
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

export function cancelled(): CoreError {
  return new CoreError('Cancelled', 'cancelled')
}
