import { type DatabaseSync, type Session, watchWrites } from '../db/sqlite.ts'
import { type TrackedTable, trackedTableNames } from './tracked-tables.ts'

/** The entries that a transaction touched, by row id. */
export interface EntryChanges {
  readonly created: Float64Array
  /** Their facts changed: name, place, size, times, type. */
  readonly changed: Float64Array
  /** Files whose content became known, was found again, or could not be read. */
  readonly identified: Float64Array
  /** Their rows are in the recording. */
  readonly deleted: Float64Array
  /**
   * Entries that were renamed or moved, each with its former path from the volume's root. Entries below a folder that
   * moved are not among them. The list is incomplete after more than 200 moves.
   */
  readonly moved: readonly { readonly id: number; readonly from: Uint8Array }[]
  /** Whether a folder was moved or removed: paths that were read before may be out of date. */
  readonly foldersMoved: boolean
}

/** The changes of one committed transaction, as a thread posts them. */
export interface RecordedChanges {
  /** SQLite's changesets, one for each table with changes: https://www.sqlite.org/session/c_changeset.html */
  readonly changesets: readonly Uint8Array[]
  /** Null if the transaction touched no entries. */
  readonly entries: EntryChanges | null
}

/**
 * Records what the transactions of one writing connection change. SQLite itself records it (its session extension), so no
 * statement can be forgotten, and neither can a trigger or a foreign key. A table is recorded once a statement that
 * writes it has been prepared: a session makes every insert slower, also into other tables, and a first index writes
 * only entries.
 */
export class ChangeRecorder implements Disposable {
  readonly #db: DatabaseSync
  /** The tracked tables that statements of this connection write. */
  readonly #written = new Set<TrackedTable>()
  /** Null outside of transactions. */
  #sessions: Session[] | null = null
  #recordsEntries = false

  private constructor(db: DatabaseSync) {
    this.#db = db
    watchWrites(db, new Set<string>(trackedTableNames), (table) => {
      this.#written.add(table as TrackedTable)
      this.#sessions?.push(db.createSession({ table }))
    })
  }

  /** The recorder of a connection; there is one for each. */
  static of(db: DatabaseSync): ChangeRecorder {
    const recorder = recorders.get(db) ?? new ChangeRecorder(db)
    recorders.set(db, recorder)
    return recorder
  }

  /** Records from here on. Anything recorded before is dropped. */
  start(): void {
    this[Symbol.dispose]()
    this.#sessions = Array.from(this.#written, (table) => this.#db.createSession({ table }))
  }

  /**
   * Records the rows of entries from here on. Call it before the first entry is deleted. It is not on from the start,
   * because it makes each row of a first index a third more expensive.
   */
  recordEntries(): void {
    if (this.#recordsEntries || !this.#sessions) return
    this.#recordsEntries = true
    this.#sessions.push(this.#db.createSession({ table: 'entries' }))
  }

  /** The changes so far. Call it at the end of the transaction, before the commit. */
  take(): readonly Uint8Array[] {
    return (this.#sessions ?? []).map((session) => session.changeset()).filter(({ length }) => length > 0)
  }

  /** Ends the recording. */
  [Symbol.dispose](): void {
    for (const session of this.#sessions ?? []) session.close()
    this.#sessions = null
    this.#recordsEntries = false
  }
}

const recorders = new WeakMap<DatabaseSync, ChangeRecorder>()

/** Transactions of one writing connection; each is recorded. */
export class TrackedTransactions {
  readonly recorder: ChangeRecorder
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.recorder = ChangeRecorder.of(db)
  }

  begin(): void {
    this.#db.exec('begin immediate')
    this.recorder.start()
  }

  /** Commits, and returns what was recorded. Throws like SQLite; the caller then rolls back. */
  commit(): readonly Uint8Array[] {
    const changesets = this.recorder.take()
    this.#db.exec('commit')
    this.recorder[Symbol.dispose]()
    return changesets
  }

  /** Rolls back everything since `begin`. SQLite may have done it already, for example on a full disk. */
  rollback(): void {
    this.recorder[Symbol.dispose]()
    if (this.#db.isTransaction) this.#db.exec('rollback')
  }

  /** Runs some statements in one transaction; returns their result and what they changed. */
  run<T>(work: () => T): { readonly result: T; readonly changesets: readonly Uint8Array[] } {
    this.begin()
    try {
      const result = work()
      return { result, changesets: this.commit() }
    } catch (err) {
      this.rollback()
      throw err
    }
  }
}
