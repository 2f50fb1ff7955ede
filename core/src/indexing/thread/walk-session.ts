import type { WalkResults, WalkTask } from './walk-messages.ts'
import type { Walkers, WalkListener } from './walkers.ts'

/**
 * Folders sent to a walker at once: enough to make up for the cost of a message, but few enough to share the work and
 * to stop soon.
 */
const MAX_TASKS_PER_BATCH = 64
/** Batches a walker may hold: the second keeps it busy while the first is being recorded. */
const BATCHES_PER_WALKER = 2

/** If more folders wait, the newest ones are sent first, so that the queue stops growing. It then takes some 20 MB. */
const MAX_WAITING_IN_ORDER = 100_000

/**
 * The walk of one scan. Each free walker gets the next folders, in the order of their row ids; in that order, new rows
 * are appended at the end of each database index. `next` returns the answers. While answers wait, no folders are sent,
 * so a slow writer slows the walk down and memory stays bounded.
 */
export class WalkSession<T> implements AsyncDisposable {
  readonly #walkers: Walkers
  readonly #taskOf: (folder: T) => WalkTask
  /** Number of batches that each walker has. */
  readonly #load: number[]
  #queue: T[] = []
  /** Index of the first element of the queue that was not sent. */
  #head = 0
  readonly #answers: WalkResults[] = []
  #failure: Error | null = null
  #wake: (() => void) | null = null

  /** `start` creates the walkers, which end with the session. `taskOf` creates the task for a folder. */
  constructor(start: (listener: WalkListener) => Walkers, taskOf: (folder: T) => WalkTask) {
    this.#taskOf = taskOf
    this.#walkers = start({
      answered: (walker, results) => this.#answered(walker, results),
      failed: (err) => this.#failed(err instanceof Error ? err : new Error(String(err))),
    })
    this.#load = Array.from({ length: this.#walkers.count }, () => 0)
  }

  /** True if no task waits and no walker works. */
  get isFinished(): boolean {
    return this.#waiting === 0 && this.#answers.length === 0 && this.#inFlight === 0
  }

  /** Queues a folder; `next` sends it. */
  push(folder: T): void {
    this.#queue.push(folder)
  }

  /** Returns the answers that have arrived. Waits for the first one, but at most `maxMs` if that is given. */
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
    await this.#walkers[Symbol.asyncDispose]()
  }

  get #waiting(): number {
    return this.#queue.length - this.#head
  }

  get #inFlight(): number {
    return this.#load.reduce((sum, load) => sum + load, 0)
  }

  #dispatch(): void {
    for (let walker = 0; walker < this.#load.length; walker++) {
      while (this.#waiting > 0 && this.#load[walker]! < BATCHES_PER_WALKER) {
        const share = Math.ceil(this.#waiting / (this.#load.length * BATCHES_PER_WALKER))
        const folders = this.#takeFromQueue(Math.min(MAX_TASKS_PER_BATCH, share))
        this.#load[walker]!++
        this.#walkers.post(
          walker,
          folders.map((folder) => this.#taskOf(folder)),
        )
      }
    }
  }

  #takeFromQueue(count: number): T[] {
    if (this.#waiting > MAX_WAITING_IN_ORDER) return this.#queue.splice(-count)
    const folders = this.#queue.slice(this.#head, this.#head + count)
    this.#head += count
    // Half of the queue has been sent: free that memory.
    if (this.#head > this.#queue.length / 2) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return folders
  }

  #answered(walker: number, results: WalkResults): void {
    this.#load[walker]!--
    this.#answers.push(results)
    this.#wake?.()
  }

  #failed(err: Error): void {
    this.#failure = err
    this.#wake?.()
  }
}
