import { Worker } from 'node:worker_threads'
import type { SearchWorkerData } from './search-worker.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { EntryChanges, LocatedPlan, SearchAnswer, WorkerReply, WorkerRequest } from './messages.ts'

/** A library that is not being searched needs no thread and no memory for its names. */
export const IDLE_MS = 60_000

/** More waiting searches than this come from a client that does not read its answers. */
export const MAX_WAITING = 256

interface Asked {
  readonly search: LocatedPlan
  readonly resolve: (answer: SearchAnswer) => void
  readonly reject: (err: CoreError) => void
}

export interface WorkerClientDeps {
  /** The library's database file. */
  readonly file: string
  /** The library's sidecar folder. */
  readonly sidecars: string
  readonly log: Logger
  /** How long the thread stays without a search, in milliseconds. */
  readonly idleMs: number
}

/** The main thread's half of the search worker: starts it with the first search and ends it after idle time. */
export class WorkerClient implements AsyncDisposable {
  readonly #deps: WorkerClientDeps
  #worker: Worker | null = null
  /** Threads that were told to end and are still running. */
  readonly #ending = new Set<Promise<void>>()
  #running: Asked | null = null
  readonly #waiting: Asked[] = []
  #idle: NodeJS.Timeout | null = null
  #closed = false

  constructor(deps: WorkerClientDeps) {
    this.#deps = deps
  }

  /** Whether the thread is running. */
  get isRunning(): boolean {
    return this.#worker !== null
  }

  /**
   * Runs searches in turn. A search that is aborted while it waits is never started. If a running one is aborted, the
   * caller no longer waits for it.
   */
  ask(search: LocatedPlan, signal?: AbortSignal): Promise<SearchAnswer> {
    if (this.#closed) throw new CoreError('Unavailable', 'the library is closed')
    if (signal?.aborted) throw new CoreError('Cancelled', 'the search was cancelled')
    if (this.#waiting.length >= MAX_WAITING) throw new CoreError('Unavailable', 'too many searches at once; try again')
    return new Promise((resolve, reject) => {
      const cancel = () => {
        const place = this.#waiting.indexOf(asked)
        if (place >= 0) this.#waiting.splice(place, 1)
        reject(new CoreError('Cancelled', 'the search was cancelled'))
      }
      const settled = () => signal?.removeEventListener('abort', cancel)
      const asked: Asked = {
        search,
        resolve: (answer) => {
          settled()
          resolve(answer)
        },
        reject: (err) => {
          settled()
          reject(err)
        },
      }
      signal?.addEventListener('abort', cancel, { once: true })
      this.#waiting.push(asked)
      this.#next()
    })
  }

  /** Tells the thread about changes. Without a thread nothing is sent; the next thread reads the database. */
  tell(changes: EntryChanges): void {
    this.#post({ type: 'changes', changes })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const asked of this.#waiting.splice(0)) asked.reject(new CoreError('Unavailable', 'the library is closed'))
    this.#end()
    await Promise.all(this.#ending)
  }

  #next(): void {
    if (this.#running) return
    const asked = this.#waiting.shift()
    if (!asked) return this.#rest()
    if (this.#idle) clearTimeout(this.#idle)
    this.#idle = null
    this.#running = asked
    this.#worker ??= this.#start()
    this.#post({ type: 'search', search: asked.search })
  }

  #rest(): void {
    if (this.#worker && !this.#closed) this.#idle = setTimeout(() => this.#end(), this.#deps.idleMs)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url), {
      workerData: { file: this.#deps.file, sidecars: this.#deps.sidecars } satisfies SearchWorkerData,
      name: 'search',
    })
    worker.on('message', (reply: WorkerReply) => {
      const asked = this.#running
      this.#running = null
      if ('answer' in reply) asked?.resolve(reply.answer)
      else asked?.reject(new CoreError(reply.error.code, reply.error.message))
      this.#next()
    })
    worker.on('error', (err) => this.#deps.log.error({ err: errorMessage(err) }, 'the search thread failed'))
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      this.#worker = null
      const asked = this.#running
      this.#running = null
      asked?.reject(new CoreError('Unavailable', 'the search thread ended before it answered; try again'))
      this.#next()
    })
    return worker
  }

  #post(request: WorkerRequest): void {
    this.#worker?.postMessage(request)
  }

  /** Lets the thread finish its current search and end; the next search starts another. */
  #end(): void {
    if (this.#idle) clearTimeout(this.#idle)
    this.#idle = null
    const worker = this.#worker
    if (!worker) return
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve())).then(
      () => void this.#ending.delete(ended),
    )
    this.#ending.add(ended)
    this.#post({ type: 'close' })
    if (!this.#running) this.#worker = null
  }
}
