import { Worker } from 'node:worker_threads'
import { CoreError, errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { Reading, ReadReply, ReadRequest, ReadWorkerData } from './read-messages.ts'

/** A library that is not being read needs no thread. */
const IDLE_MS = 60_000
/** More waiting readings than this come from a client that does not read its answers. */
const MAX_WAITING = 256

export interface ReadThreadDeps {
  /** The library's database file. */
  readonly file: string
  /** The purpose and name of the thread. */
  readonly name: string
  readonly log: Logger
}

interface Waiting {
  readonly request: ReadRequest
  readonly resolve: (output: never) => void
  readonly reject: (err: unknown) => void
}

/**
 * Runs reads that would block the main thread too long, one after another, on a separate connection that never waits
 * for a writer. The thread starts on use and ends after a minute without work.
 */
export class ReadThread implements AsyncDisposable {
  readonly #deps: ReadThreadDeps
  /** Readings that the thread has not received yet. */
  readonly #queue: Waiting[] = []
  #running: Waiting | null = null
  /** Threads that were told to end and are still running. */
  readonly #ending = new Set<Promise<void>>()
  #worker: Worker | null = null
  #idle: NodeJS.Timeout | undefined
  #nextId = 1
  #closed = false

  constructor(deps: ReadThreadDeps) {
    this.#deps = deps
  }

  /**
   * Calls a function in the thread; the module at `url` must export it under its own name. A reading that is aborted
   * before its turn is skipped. A running one continues to its end, but its result is dropped.
   */
  async run<Input, Output>(
    url: URL,
    reading: Reading<Input, Output>,
    input: Input,
    signal?: AbortSignal,
  ): Promise<Output> {
    if (this.#closed) throw new CoreError('Unavailable', 'the library is closed')
    if (this.#queue.length >= MAX_WAITING) throw new CoreError('Unavailable', 'too much is read at once; try again')
    signal?.throwIfAborted()
    clearTimeout(this.#idle)
    const { promise, resolve, reject } = Promise.withResolvers<Output>()
    const request = { id: this.#nextId++, module: url.href, name: reading.name, input }
    const waiting = { request, resolve, reject }
    const giveUp = () => {
      const at = this.#queue.indexOf(waiting)
      if (at >= 0) this.#queue.splice(at, 1)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    this.#queue.push(waiting)
    this.#goOn()
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', giveUp)
      this.#rest()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#reject(new CoreError('Unavailable', 'the library is closed'))
    this.#end()
    await Promise.all(this.#ending)
  }

  #goOn(): void {
    if (this.#running) return
    const next = this.#queue.shift()
    if (!next) return this.#rest()
    this.#running = next
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#worker.postMessage(next.request)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./read-worker.ts', import.meta.url), {
      workerData: { file: this.#deps.file } satisfies ReadWorkerData,
      name: this.#deps.name,
    })
    worker.on('message', (reply: ReadReply) => {
      const waiting = this.#running
      // The reply is from a thread that was already told to end.
      if (waiting?.request.id !== reply.id) return
      this.#running = null
      if ('output' in reply) waiting.resolve(reply.output as never)
      else waiting.reject(new CoreError(reply.error.code, reply.error.message))
      this.#goOn()
    })
    worker.on('error', (err) => this.#deps.log.error({ err: errorMessage(err) }, 'the reading thread failed'))
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      this.#worker = null
      this.#reject(new CoreError('Unavailable', 'the reading thread ended before it answered; try again'))
    })
    return worker
  }

  #reject(err: CoreError): void {
    this.#running?.reject(err)
    this.#running = null
    for (const { reject } of this.#queue.splice(0)) reject(err)
  }

  #rest(): void {
    if (this.#running || this.#queue.length > 0 || this.#closed) return
    // An idle thread does not keep the process alive.
    this.#worker?.unref()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref()
  }

  #end(): void {
    clearTimeout(this.#idle)
    const worker = this.#worker
    if (!worker) return
    this.#worker = null
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve())).then(
      () => void this.#ending.delete(ended),
    )
    this.#ending.add(ended)
    // `close` waits for the thread, so the thread must keep the process alive until it ends.
    if (this.#closed) worker.ref()
    worker.postMessage('close')
  }
}
