import type { DatabaseSync } from '../db/sqlite.ts'
import { databaseError } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'

/** Collects functions to call after the transaction is committed, before the callers get their results. */
export type AfterCommit = (fn: () => void) => void

/**
 * Limit on the pieces of work in one transaction. They are small statements, so they take the main thread a few
 * milliseconds.
 */
const MAX_WORK_PER_COMMIT = 256

interface Entry {
  /** Does the work. Returns a function that gives the caller its result. */
  run(after: AfterCommit): () => void
  reject(err: unknown): void
}

/**
 * Runs small pieces of work in as few transactions as possible: everything that is requested in one turn of the event
 * loop is committed together. Work is synchronous, and sees the effects of earlier work. As long as it has changed
 * nothing, it may throw a `CoreError`, which rejects only this work. If the database fails, the whole transaction is
 * rolled back, and all work in it is rejected.
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

  /** Resolves with the result of `work` when it is committed, so that it survives the end of the process. */
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

  /** Commits all waiting work, and refuses any further work. */
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
      // SQLite has already rolled the transaction back.
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
