import type { DatabaseSync } from '../db/sqlite.ts'
import { type Kysely, type Transaction } from 'kysely'
import { databaseError, kyselyOver, openDatabase } from '../db/index.ts'
import type { EventData, EventType } from '../events/catalog.ts'
import { CoreError } from '../util/errors.ts'
import { Lease } from '../util/lease.ts'
import type { LibrarySchema } from './schema/index.ts'

export interface LibraryStoreDeps {
  readonly file: string
  readonly readOnly: boolean
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
}

export type Reader = Kysely<LibrarySchema>

/** A write transaction. Its events are sent after the commit, and never if it rolls back. */
export interface Writer {
  readonly db: Transaction<LibrarySchema>
  emit<T extends EventType>(type: T, data: EventData<T>): void
}

/**
 * The library's database: one writer, many readers. Every writer, here or in a worker, holds the write lease, so no
 * connection waits for SQLite's own lock. Reads use another connection and never wait for a write.
 */
export class LibraryStore implements AsyncDisposable {
  readonly file: string
  readonly readOnly: boolean
  readonly #emit: LibraryStoreDeps['emit']
  readonly #reading: DatabaseSync
  readonly #writing: DatabaseSync | null
  readonly #reader: Reader
  readonly #writer: Kysely<LibrarySchema> | null
  readonly #lease = new Lease()
  #closed = false

  constructor(deps: LibraryStoreDeps) {
    this.file = deps.file
    this.readOnly = deps.readOnly
    this.#emit = deps.emit
    this.#writing = deps.readOnly ? null : openDatabase(deps.file)
    // The index worker runs the checkpoints, because they would block the main thread.
    this.#writing?.exec('pragma wal_autocheckpoint = 0')
    this.#reading = openDatabase(deps.file, { readOnly: true })
    this.#reader = kyselyOver(this.#reading)
    this.#writer = this.#writing && kyselyOver(this.#writing)
  }

  /** Runs queries on the reading connection. Keep them small: this is the main thread. */
  read<T>(fn: (db: Reader) => Promise<T>): Promise<T> {
    this.#assertOpen()
    return fn(this.#reader)
  }

  /** The reading connection itself, for statements that are prepared once and run often. */
  get connection(): DatabaseSync {
    this.#assertOpen()
    return this.#reading
  }

  /** Runs `fn` in one transaction on the main connection. Keep it short: this is the main thread. */
  async write<T>(fn: (tx: Writer) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#assertOpen()
    const writer = this.#writer
    if (!writer) throw new CoreError('PermissionDenied', `${this.file} is open read-only`)
    const raised: (() => void)[] = []
    using _lease = await this.#lease.acquire(signal)
    this.#assertOpen()
    const result = await writer
      .transaction()
      .execute((db) => fn({ db, emit: (type, data) => void raised.push(() => this.#emit(type, data)) }))
      .catch((err: unknown) => {
        throw databaseError(err, this.file)
      })
    for (const send of raised) send()
    return result
  }

  /** Waits for the write lease, for a worker with a separate connection. Release it between short transactions. */
  async lease(signal?: AbortSignal): Promise<Disposable> {
    this.#assertOpen()
    if (this.readOnly) throw new CoreError('PermissionDenied', `${this.file} is open read-only`)
    return this.#lease.acquire(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    using _lease = await this.#lease.acquire()
    this.#closed = true
    this.#reading.close()
    this.#writing?.close()
  }

  #assertOpen(): void {
    if (this.#closed) throw new CoreError('Unavailable', 'the library is closed')
  }
}
