import { Worker } from 'node:worker_threads'
import type { WalkRequest, WalkResults, WalkSetup, WalkTask } from './walk-messages.ts'

/** Folders handed to a thread at once: enough to outweigh a message, few enough to share the work and to stop soon. */
const MAX_TASKS_PER_BATCH = 64
/** Batches a thread may hold: the second keeps it busy while the first is being recorded. */
const BATCHES_PER_THREAD = 2

/** Beyond this many waiting folders the newest go first, so that the queue stops growing: some 20 MB. */
const MAX_WAITING_IN_ORDER = 100_000

/**
 * The walking threads of one scan. Tasks go out in the order of their folders' rows, so that rows are added at the end
 * of each index, as threads have room; answers come back through
 * `next`. Nothing new is handed out while answers wait, so a slow writer slows the walk and memory stays bounded.
 */
export class WalkSession implements AsyncDisposable {
  readonly #threads: Worker[]
  readonly #load = new Map<Worker, number>()
  #queue: WalkTask[] = []
  /** Where the queue begins: what lies before it has gone out. */
  #head = 0
  readonly #answers: WalkResults[] = []
  #failure: Error | null = null
  #wake: (() => void) | null = null

  constructor(setup: WalkSetup, threads: number) {
    this.#threads = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./walk-worker.ts', import.meta.url), { name: 'walk' })
      worker.on('message', (results: WalkResults) => this.#answered(worker, results))
      worker.on('error', (err) => this.#failed(err instanceof Error ? err : new Error(String(err))))
      worker.postMessage({ setup } satisfies WalkRequest)
      this.#load.set(worker, 0)
      return worker
    })
  }

  /** Nothing waits and nobody works. */
  get isFinished(): boolean {
    return this.#waiting === 0 && this.#answers.length === 0 && this.#inFlight === 0
  }

  /** Adds a folder; `next` sends it out. */
  push(task: WalkTask): void {
    this.#queue.push(task)
  }

  /** The answers that have come; waits for the first, but not longer than `maxMs` where that is given. */
  async next(signal: AbortSignal, maxMs: number | null): Promise<WalkResults[]> {
    this.#dispatch()
    if (this.#answers.length === 0 && this.#inFlight > 0 && !this.#failure && !signal.aborted) {
      await this.#answer(signal, maxMs)
    }
    if (this.#failure) throw this.#failure
    signal.throwIfAborted()
    return this.#answers.splice(0)
  }

  async #answer(signal: AbortSignal, maxMs: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = maxMs === null ? undefined : setTimeout(resolve, maxMs)
    const stop = () => resolve()
    signal.addEventListener('abort', stop, { once: true })
    await promise
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    this.#wake = null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((worker) => worker.terminate()))
  }

  get #waiting(): number {
    return this.#queue.length - this.#head
  }

  get #inFlight(): number {
    let sum = 0
    for (const load of this.#load.values()) sum += load
    return sum
  }

  #dispatch(): void {
    for (const worker of this.#threads) {
      while (this.#waiting > 0 && this.#load.get(worker)! < BATCHES_PER_THREAD) {
        const share = Math.ceil(this.#waiting / (this.#threads.length * BATCHES_PER_THREAD))
        const tasks = this.#takeFromQueue(Math.min(MAX_TASKS_PER_BATCH, share))
        this.#load.set(worker, this.#load.get(worker)! + 1)
        worker.postMessage({ tasks } satisfies WalkRequest)
      }
    }
  }

  #takeFromQueue(count: number): WalkTask[] {
    if (this.#waiting > MAX_WAITING_IN_ORDER) return this.#queue.splice(-count)
    const tasks = this.#queue.slice(this.#head, this.#head + count)
    this.#head += count
    // Half of it has gone out: give the memory back.
    if (this.#head > this.#queue.length / 2) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return tasks
  }

  #answered(worker: Worker, results: WalkResults): void {
    this.#load.set(worker, this.#load.get(worker)! - 1)
    this.#answers.push(results)
    this.#wake?.()
  }

  #failed(err: Error): void {
    this.#failure = err
    this.#wake?.()
  }
}
