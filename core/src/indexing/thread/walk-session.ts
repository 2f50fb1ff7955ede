import type { WalkResults, WalkTask } from './walk-messages.ts'
import type { Walkers, WalkListener } from './walkers.ts'

/** Folders handed to a walker at once: enough to outweigh a message, few enough to share the work and to stop soon. */
const MAX_TASKS_PER_BATCH = 64
/** Batches a walker may hold: the second keeps it busy while the first is being recorded. */
const BATCHES_PER_WALKER = 2

/** Beyond this many waiting folders the newest go first, so that the queue stops growing: some 20 MB. */
const MAX_WAITING_IN_ORDER = 100_000

/**
 * The walk of one scan. Tasks go out in the order of their folders' rows, so that rows are added at the end of each
 * index, as walkers have room; answers come back through `next`. Nothing new is handed out while answers wait, so a slow
 * writer slows the walk and memory stays bounded.
 */
export class WalkSession<T> implements AsyncDisposable {
  readonly #walkers: Walkers
  readonly #taskOf: (folder: T) => WalkTask
  /** Batches each walker holds. */
  readonly #load: number[]
  #queue: T[] = []
  /** The start of the queue: earlier elements have been sent. */
  #head = 0
  readonly #answers: WalkResults[] = []
  #failure: Error | null = null
  #wake: (() => void) | null = null

  /** `start` creates the walkers, which end with the session. `taskOf` describes a folder to a walker. */
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

  /** Adds a folder; `next` sends it out. */
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
