import type { DatabaseSync } from '../db/sqlite.ts'
import { databaseError } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'

/** Collects work to do once the transaction has committed, before its callers are answered. */
export type AfterCommit = (fn: () => void) => void

/** A slice of the main thread's time: a few milliseconds of small statements. */
const MAX_WORK_PER_COMMIT = 256

interface Entry {
  /** Does the work and returns how to answer its caller. */
  run(after: AfterCommit): () => void
  reject(err: unknown): void
}

/**
 * Runs small pieces of work in as few transactions as possible: all that is asked for in one turn of the event loop
 * commits together. Work is synchronous, sees the effect of the work before it, and may throw a `CoreError` as long as
 * it has changed nothing; that rejects it alone. When the database fails, the whole transaction is undone and
 * everything in it is rejected.
 */
export class GroupCommit {
  readonly #db: DatabaseSync
  readonly #file: string
  #waiting: Entry[] = []
  #scheduled = false
  #closed = false

  constructor(db: DatabaseSync, file: string) {
    this.#db = db
    this.#file = file
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0
  }

  /** Resolves with the result of `work` once it would survive the end of the process. */
  run<T>(work: (after: AfterCommit) => T): Promise<T> {
    if (this.#closed) return Promise.reject(new CoreError('Unavailable', 'the library is closed'))
    return new Promise((resolve, reject) => {
      const run = (after: AfterCommit) => {
        const result = work(after)
        return () => resolve(result)
      }
      this.#waiting.push({ run, reject })
      this.#schedule()
    })
  }

  /** Commits all waiting work, then refuses more. */
  close(): void {
    while (this.#waiting.length > 0) this.#flush()
    this.#closed = true
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#waiting.length > 0) this.#flush()
      if (this.#waiting.length > 0) this.#schedule()
    })
  }

  #flush(): void {
    const batch = this.#waiting.splice(0, MAX_WORK_PER_COMMIT)
    const afterwards: (() => void)[] = []
    const answers: (() => void)[] = []
    try {
      this.#db.exec('begin immediate')
      for (const entry of batch) answers.push(attempt(entry, (fn) => afterwards.push(fn)))
      this.#db.exec('commit')
    } catch (err) {
      this.#rollback()
      const error = databaseError(err, this.#file)
      for (const entry of batch) entry.reject(error)
      return
    }
    for (const fn of afterwards) fn()
    for (const answer of answers) answer()
  }

  #rollback(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('rollback')
    } catch {
      // SQLite has already rolled it back by itself.
    }
  }
}

function attempt(entry: Entry, after: AfterCommit): () => void {
  try {
    return entry.run(after)
  } catch (err) {
    if (!(err instanceof CoreError)) throw err
    return () => entry.reject(err)
  }
}
