import type { Kysely, Transaction } from 'kysely'
import type { ReadonlyKysely } from 'kysely/readonly'
import { databaseError, kyselyOver, openDatabase } from '../db/index.ts'
import type { DatabaseSync, ReadDatabase } from '../db/sqlite.ts'
import type { EventData, EventType } from '../events/catalog.ts'
import { CoreError } from '../util/errors.ts'
import { Lease } from '../util/lease.ts'
import type { Logger } from '../util/logger.ts'
import { BulkWriter } from './bulk-writer.ts'
import { ChangeFeed } from './change-feed.ts'
import type { LibrarySchema } from './schema/index.ts'
import { ChangeRecorder } from './tracked-transaction.ts'

export interface LibraryStoreDeps {
  readonly file: string
  readonly readOnly: boolean
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
  readonly log: Logger
}

/** Allows only queries. For a query that writes, the compiler reports an error, and so does SQLite. */
export type Reader = ReadonlyKysely<LibrarySchema>

/** A write transaction. Its events are sent after the commit, and never if it rolls back. */
export interface WriteTransaction {
  readonly db: Transaction<LibrarySchema>
  emit<T extends EventType>(type: T, data: EventData<T>): void
}

/**
 * The library's database: one writer, many readers. Every writer, here or in the bulk thread, holds the write lease, so
 * no connection waits for SQLite's own lock. Reads use another connection and never wait for a write. Every commit
 * reaches the change feed before the next writer begins.
 */
export class LibraryStore implements AsyncDisposable {
  readonly file: string
  readonly readOnly: boolean
  /** Every committed write, in commit order. */
  readonly changes: ChangeFeed
  /** Runs work that the main thread has no time for. */
  readonly bulk: BulkWriter
  readonly #emit: LibraryStoreDeps['emit']
  readonly #reading: DatabaseSync
  readonly #reader: Reader
  readonly #writer: { readonly db: Kysely<LibrarySchema>; readonly recorder: ChangeRecorder } | null
  readonly #close: () => void
  readonly #lease = new Lease()
  #closed = false

  constructor({ emit, file, log, readOnly }: LibraryStoreDeps) {
    this.file = file
    this.readOnly = readOnly
    this.#emit = emit
    const writing = readOnly ? null : openDatabase(file)
    // The bulk thread runs the checkpoints, because they would block the main thread.
    writing?.exec('pragma wal_autocheckpoint = 0')
    this.#reading = openDatabase(file, { readOnly: true })
    // The same object under a type without methods that write. Kysely offers no conversion.
    this.#reader = kyselyOver(this.#reading) as unknown as Reader
    this.#writer = writing && { db: kyselyOver(writing), recorder: ChangeRecorder.of(writing) }
    this.#close = () => {
      this.#reading.close()
      writing?.close()
    }
    this.changes = new ChangeFeed({ db: this.#reading, log })
    this.bulk = new BulkWriter({
      file,
      readOnly,
      log,
      lease: () => this.lease(),
      onChanges: (changes) => this.changes.publish({ ...changes, fromThread: true }),
    })
  }

  /** Runs queries on the reading connection. They must be short, because they run on the main thread. */
  read<T>(fn: (db: Reader) => Promise<T>): Promise<T> {
    this.#assertOpen()
    return fn(this.#reader)
  }

  /** The reading connection itself, for statements that are prepared once and run often. */
  get connection(): ReadDatabase {
    this.#assertOpen()
    return this.#reading
  }

  /**
   * Runs `fn` in one transaction on the main connection. It must be short, because it runs on the main thread. Throws
   * `PermissionDenied` if the library is open read-only.
   */
  async write<T>(fn: (tx: WriteTransaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    using _lease = await this.lease(signal)
    const { db, recorder } = this.#writer!
    const raised: (() => void)[] = []
    using _recording = recorder
    recorder.start()
    const { changesets, result } = await db
      .transaction()
      .execute(async (tx) => {
        const value = await fn({ db: tx, emit: (type, data) => void raised.push(() => this.#emit(type, data)) })
        return { result: value, changesets: recorder.take() }
      })
      .catch((err: unknown) => {
        throw databaseError(err, this.file)
      })
    this.changes.publish({ changesets, entries: null, fromThread: false })
    for (const send of raised) send()
    return result
  }

  /** Waits for the write lease, for a writer with a separate connection. Release it between short transactions. */
  async lease(signal?: AbortSignal): Promise<Disposable> {
    this.#assertOpen()
    if (this.readOnly) throw new CoreError('PermissionDenied', `${this.file} is open read-only`)
    const lease = await this.#lease.acquire(signal)
    if (!this.#closed) return lease
    lease[Symbol.dispose]()
    throw closedError()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    await this.bulk[Symbol.asyncDispose]()
    using _lease = await this.#lease.acquire()
    this.#closed = true
    this.#close()
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError()
  }
}

function closedError(): CoreError {
  return new CoreError('Unavailable', 'the library is closed')
}
