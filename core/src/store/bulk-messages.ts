import type { DatabaseSync } from '../db/sqlite.ts'
import type { EntryChanges, RecordedChanges, TrackedTransactions } from './tracked-transaction.ts'

/**
 * A function that reads and writes a library's database in the bulk thread; its input and report can be posted. Each
 * feature declares its own works, in a module that only the thread loads.
 */
export type BulkWork<Input, Report> = (db: DatabaseSync, input: Input, host: BulkHost) => Promise<Report>

/**
 * What a bulk work may use while it runs. Several works may run at the same time in the thread, so rows may change at
 * each `await`.
 */
export interface BulkHost {
  /** Aborted when the caller stops waiting, and when the library closes. */
  readonly signal: AbortSignal
  readonly readOnly: boolean
  /** Values that the thread keeps between works, each under the name of the module that stores it. */
  readonly memory: Map<string, unknown>
  /**
   * For works that keep a transaction open across calls; `transaction` is simpler. The work must hold the lease during
   * that time.
   */
  readonly transactions: TrackedTransactions
  /**
   * Waits for the library's write lease. Use it for short transactions and release it in between, because no other
   * writer can write during that time.
   */
  lease(): Promise<Disposable>
  /** Runs some statements in one transaction under the lease, and publishes their changes. */
  transaction<T>(work: () => T, entries?: () => EntryChanges | null): Promise<T>
  /** Publishes the changes of a transaction. Must be called after the commit and before the lease is released. */
  publish(changes: RecordedChanges): void
  /** Sends the caller a message before the report. */
  note(note: unknown): void
  /** Asks the caller a question. Rejects with the caller's error. */
  ask(question: unknown): Promise<unknown>
}

/** The data that the thread is started with. */
export interface BulkWorkerData {
  /** The library's database file. */
  readonly file: string
  readonly readOnly: boolean
}

export interface BulkRequest {
  /** Address of the module that exports the function. */
  readonly module: string
  readonly name: string
  readonly input: unknown
}

/** The messages of the thread about a request. */
export type BulkNote =
  | { readonly kind: 'changes'; readonly changes: RecordedChanges }
  | { readonly kind: 'release'; readonly lease: number }
  | { readonly kind: 'note'; readonly note: unknown }

export type BulkQuestion =
  /** A request for the lease. It is answered with the number of the lease. */
  { readonly kind: 'lease' } | { readonly kind: 'ask'; readonly question: unknown }
