import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { databaseError } from '../db/index.ts'
import { CoreError, type ErrorCode, errorCodes } from '../util/errors.ts'
import { heard } from '../util/heard.ts'
import type { JobItems } from '../jobs/index.ts'
import type { Logger } from '../util/logger.ts'
import type { IndexWorkerData } from './thread/index-worker.ts'
import type { Changes, FromWorker, IndexRequests, RequestName, ToWorker } from './thread/requests.ts'

/** A worker with nothing to do for this long gives its memory back. */
const IDLE_MS = 60_000
/** How long closing waits for work that was asked to stop; its jobs have been waited for before. */
const CLOSE_MS = 5_000

export interface IndexWorkerDeps {
  readonly file: string
  readonly readOnly: boolean
  readonly log: Logger
  /** The library's write lease. */
  lease(): Promise<Disposable>
  /** Called after each commit of the worker. */
  onChanges(changes: Changes): void
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: { phase: string; done: number; total: number | null; bytes: number }) => void
  readonly onWarning?: (warning: { code: string; message: string; path: string }) => void
  readonly onCheckpoint?: (state: unknown) => void
  /** The items of the job that sends the request. */
  readonly items?: JobItems | undefined
}

interface Waiting {
  /** The items that the thread works on, by ticket. */
  readonly begun: Map<number, AsyncDisposable>
  readonly options: RequestOptions
  readonly resolve: (report: never) => void
  readonly reject: (err: unknown) => void
}

/**
 * The thread that walks, compares and writes rows for one library. It starts on use and ends after a minute idle.
 * Requests run side by side in it; each of its transactions holds the library's write lease.
 */
export class IndexWorker implements AsyncDisposable {
  readonly #deps: IndexWorkerDeps
  readonly #waiting = new Map<number, Waiting>()
  readonly #leases = new Map<number, Disposable>()
  #worker: Worker | null = null
  #idle: NodeJS.Timeout | undefined
  #nextId = 1
  #closed = false
  #closing: Promise<void> | null = null
  /** Whether the rules of the index were checked after the library was opened. */
  #isMended = false

  constructor(deps: IndexWorkerDeps) {
    this.#deps = deps
  }

  /** Whether a request runs: one that has come later may wait for seconds. */
  get isBusy(): boolean {
    return this.#waiting.size > 0
  }

  async request<N extends RequestName>(
    name: N,
    request: IndexRequests[N]['request'],
    options: RequestOptions = {},
  ): Promise<IndexRequests[N]['report']> {
    if (this.#closed) throw new CoreError('Unavailable', 'the library is closed')
    if (options.signal?.aborted) throw new CoreError('Cancelled', 'cancelled')
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<IndexRequests[N]['report']>()
    const begun: Waiting['begun'] = new Map()
    const cancel = () => worker.postMessage({ cancel: id } satisfies ToWorker)
    try {
      worker.ref()
      const suspects = options.items?.areNoted ? options.items.suspects : null
      worker.postMessage({ id, name, request, suspects } satisfies ToWorker)
      this.#waiting.set(id, { options, resolve, reject, begun })
      options.signal?.addEventListener('abort', cancel, { once: true })
      return await promise
    } finally {
      options.signal?.removeEventListener('abort', cancel)
      this.#waiting.delete(id)
      this.#sleepWhenIdle()
      for (const items of begun.values()) await items[Symbol.asyncDispose]()
    }
  }

  /** Cancels running requests, waits for them for a limited time, and ends the thread. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    const running = [...this.#waiting.keys()]
    for (const id of running) this.#worker?.postMessage({ cancel: id } satisfies ToWorker)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onDrained = resolve
    const stopped = async () => {
      if (this.#waiting.size > 0) await promise
      await this.#worker?.terminate()
    }
    // A system call that never returns, on a network share that is gone, holds its thread: it ends with the process.
    const clock = new AbortController()
    const limit = delay(CLOSE_MS, false, { signal: clock.signal }).catch(() => false)
    if (!(await Promise.race([stopped().then(() => true), limit])))
      this.#deps.log.warn(
        { requests: running.length },
        'a file system does not answer: the thread that waits for it is left behind',
      )
    clock.abort()
    this.#worker?.unref()
    for (const { reject } of this.#waiting.values()) reject(new CoreError('Unavailable', 'the library is closed'))
    this.#releaseAll()
  }

  #onDrained: () => void = () => {}

  #start(): Worker {
    const worker = new Worker(new URL('./thread/index-worker.ts', import.meta.url), {
      name: 'index',
      workerData: {
        file: this.#deps.file,
        readOnly: this.#deps.readOnly,
        mendsFirst: !this.#isMended,
      } satisfies IndexWorkerData,
    })
    worker.on('message', (message: FromWorker) => this.#receive(worker, message))
    worker.on('error', (cause) => this.#lost(worker, cause))
    worker.on('exit', (code) => this.#lost(worker, new Error(`the index worker ended with code ${code}`)))
    return worker
  }

  #receive(worker: Worker, message: FromWorker): void {
    if ('lease' in message) return void this.#grant(worker, message.lease)
    if ('release' in message) {
      this.#leases.get(message.release)?.[Symbol.dispose]()
      this.#leases.delete(message.release)
      return
    }
    if ('changes' in message) return this.#deps.onChanges(message.changes)
    if ('mended' in message) {
      this.#isMended = true
      if (Object.values(message.mended).some((rows) => rows > 0))
        this.#deps.log.warn(message.mended, 'the index broke its rules and was put right')
      return
    }
    if ('corrected' in message)
      return this.#deps.log.error({ folders: message.corrected }, 'sums of folders were wrong and were put right')
    const waiting = this.#waiting.get(message.id)
    if (!waiting) return
    if ('progress' in message) return waiting.options.onProgress?.(message.progress)
    if ('warning' in message) return waiting.options.onWarning?.(message.warning)
    if ('begin' in message) return void heard(this.#begin(worker, waiting, message))
    if ('end' in message) return void heard(endItems(waiting, message.end))
    if ('checkpoint' in message) return waiting.options.onCheckpoint?.(message.checkpoint)
    this.#waiting.delete(message.id)
    if ('report' in message) waiting.resolve(message.report as never)
    else waiting.reject(asError(message.error, this.#deps.log))
    if (this.#waiting.size === 0) this.#onDrained()
  }

  async #begin(
    worker: Worker,
    waiting: Waiting,
    { begin, id, ticket }: { id: number; begin: readonly string[]; ticket: number },
  ): Promise<void> {
    try {
      waiting.begun.set(ticket, await waiting.options.items!.begin(begin))
      // The request ended in the meantime, and its end also ended the items it had begun.
      if (!this.#waiting.has(id)) return await endItems(waiting, ticket)
      worker.postMessage({ begun: ticket, id } satisfies ToWorker)
    } catch (err) {
      // An item that cannot be noted must not begin: the request ends, and its job reports the reason.
      worker.postMessage({ cancel: id } satisfies ToWorker)
      waiting.reject(err)
    }
  }

  async #grant(worker: Worker, id: number): Promise<void> {
    const lease = await this.#deps.lease().catch((err: unknown) => {
      // The library is closing, or cannot be written: the thread's work fails as a whole.
      this.#lost(worker, err)
      return null
    })
    if (!lease) return void worker.terminate()
    if (this.#worker !== worker) return lease[Symbol.dispose]()
    this.#leases.set(id, lease)
    worker.postMessage({ granted: id } satisfies ToWorker)
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = null
    this.#releaseAll()
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    const known = databaseError(cause, this.#deps.file)
    const err = known instanceof CoreError ? known : new CoreError('Internal', 'the index worker stopped', { cause })
    if (waiting.length > 0) this.#deps.log.error({ err: cause, running: waiting.length }, 'the index worker stopped')
    for (const { reject } of waiting) reject(err)
    this.#onDrained()
  }

  #releaseAll(): void {
    for (const lease of this.#leases.values()) lease[Symbol.dispose]()
    this.#leases.clear()
  }

  #sleepWhenIdle(): void {
    if (this.#waiting.size > 0 || this.#closed) return
    // An idle thread does not keep the process alive.
    this.#worker?.unref()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.#sleep(), IDLE_MS).unref()
  }

  async #sleep(): Promise<void> {
    const worker = this.#worker
    if (!worker || this.#waiting.size > 0) return
    this.#worker = null
    await worker.terminate()
  }
}

async function endItems({ begun }: Waiting, ticket: number): Promise<void> {
  const items = begun.get(ticket)
  begun.delete(ticket)
  await items?.[Symbol.asyncDispose]()
}

function asError(of: { code: string; message: string; details: unknown; stack: string }, log: Logger): CoreError {
  if (of.code === 'Internal') log.error({ stack: of.stack }, 'the index worker failed')
  const code = (errorCodes as readonly string[]).includes(of.code) ? (of.code as ErrorCode) : 'Internal'
  return new CoreError(code, of.message, { details: of.details })
}
