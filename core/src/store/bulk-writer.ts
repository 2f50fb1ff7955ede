import type { SQLInputValue, SQLOutputValue } from '../db/sqlite.ts'
import { CoreError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { ThreadPool } from '../workers/thread-pool.ts'
import type { RunOptions } from '../workers/worker-client.ts'
import type { BulkNote, BulkQuestion, BulkRequest, BulkWork, BulkWorkerData } from './bulk-messages.ts'
import type * as works from './bulk-works.ts'
import type { RecordedChanges } from './tracked-transaction.ts'

/** If the thread has had no work for this long, it ends, and its memory is freed. */
const IDLE_MS = 60_000
/** How long closing waits for work that was told to stop. Jobs have already been waited for before. */
const CLOSE_MS = 5_000

const OWN_WORKS = new URL('./bulk-works.ts', import.meta.url)

export interface BulkWriterDeps {
  /** The library's database file. */
  readonly file: string
  readonly readOnly: boolean
  readonly log: Logger
  /** Waits for the library's write lease. */
  readonly lease: () => Promise<Disposable>
  /** Called after each commit of the thread, before the lease is released. */
  readonly onChanges: (changes: RecordedChanges) => void
}

export interface BulkOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with each message that the work sends before its report. */
  readonly onNote?: ((note: unknown) => void) | undefined
  /** Answers the work's questions. */
  readonly onQuestion?: ((question: unknown) => Promise<unknown>) | undefined
}

/**
 * The bulk thread of a library, which all features share. It starts on use and ends after a minute without work.
 * Several works may run at the same time; each transaction holds the library's write lease.
 */
export class BulkWriter implements AsyncDisposable {
  readonly #deps: BulkWriterDeps
  readonly #pool: ThreadPool<BulkRequest, unknown>

  constructor(deps: BulkWriterDeps) {
    this.#deps = deps
    this.#pool = new ThreadPool({
      entry: new URL('./bulk-worker.ts', import.meta.url),
      name: 'bulk',
      data: { file: deps.file, readOnly: deps.readOnly } satisfies BulkWorkerData,
      threads: 1,
      perThread: Number.POSITIVE_INFINITY,
      sideBySide: true,
      idleMs: IDLE_MS,
      closeMs: CLOSE_MS,
      closedMessage: 'the library is closed',
      onStuck: () => deps.log.warn({}, 'a file system does not answer: the thread that waits for it is left behind'),
    })
  }

  /** Whether a work is running. A new one may then wait for seconds. */
  get isBusy(): boolean {
    return this.#pool.isBusy
  }

  /**
   * Calls a function in the thread. The module at `url` must export it under `name`; pass its type as `Work`. After an
   * abort, the promise settles only when the work has stopped. Throws the work's error, `Cancelled`, or `Internal` if
   * the thread died.
   */
  async run<Work extends BulkWork<never, unknown>>(
    { name, url }: { readonly url: URL; readonly name: string },
    input: Parameters<Work>[1],
    options: BulkOptions = {},
  ): Promise<Awaited<ReturnType<Work>>> {
    using leases = new Leases(this.#deps.lease)
    try {
      const request = { module: url.href, name, input }
      return (await this.#pool.run(request, this.#runOptions(options, leases))) as Awaited<ReturnType<Work>>
    } catch (err) {
      if (err instanceof CoreError && err.code === 'Internal')
        this.#deps.log.error({ err: err.message, work: name, cause: err.cause }, 'work in the bulk thread failed')
      throw err
    }
  }

  /** Runs a query that would block the main thread for too long. */
  select(sql: string, ...params: SQLInputValue[]): Promise<Record<string, SQLOutputValue>[]> {
    return this.run<typeof works.select>({ url: OWN_WORKS, name: 'select' }, { sql, params })
  }

  /** Runs a statement that changes more rows than the main thread has time for. Returns the number of changed rows. */
  change(sql: string, ...params: SQLInputValue[]): Promise<number> {
    return this.run<typeof works.change>({ url: OWN_WORKS, name: 'change' }, { sql, params })
  }

  /** Writes the WAL back to the database file. */
  async checkpoint(signal: AbortSignal): Promise<void> {
    await this.run<typeof works.checkpoint>({ url: OWN_WORKS, name: 'checkpoint' }, null, { signal })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]()
  }

  #runOptions({ onNote, onQuestion, signal }: BulkOptions, leases: Leases): RunOptions {
    return {
      signal,
      onNote: (note) => {
        const about = note as BulkNote
        if (about.kind === 'changes') return this.#deps.onChanges(about.changes)
        if (about.kind === 'note') return onNote?.(about.note)
        leases.release(about.lease)
      },
      onQuestion: async (question) => {
        const about = question as BulkQuestion
        return about.kind === 'ask' ? onQuestion?.(about.question) : leases.acquire()
      },
    }
  }
}

/** The leases that one work holds. They are released when the work ends, even if the thread dies. */
class Leases implements Disposable {
  readonly #lease: () => Promise<Disposable>
  readonly #held = new Map<number, Disposable>()
  #lastId = 0
  #ended = false

  constructor(lease: () => Promise<Disposable>) {
    this.#lease = lease
  }

  async acquire(): Promise<number> {
    const lease = await this.#lease()
    if (this.#ended) {
      lease[Symbol.dispose]()
      throw new CoreError('Cancelled', 'the work has ended')
    }
    this.#held.set(++this.#lastId, lease)
    return this.#lastId
  }

  release(id: number): void {
    this.#held.get(id)?.[Symbol.dispose]()
    this.#held.delete(id)
  }

  [Symbol.dispose](): void {
    this.#ended = true
    for (const lease of this.#held.values()) lease[Symbol.dispose]()
    this.#held.clear()
  }
}
