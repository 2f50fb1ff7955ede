import { type DatabaseSync, type Session, watchWrites } from '../db/sqlite.ts'
import { type TrackedTable, trackedTableNames } from './tracked-tables.ts'

/** The entries that a transaction touched, by row id. */
export interface EntryChanges {
  readonly created: Float64Array
  /** Entries whose facts changed: name, place, size, times or type. */
  readonly changed: Float64Array
  /** Files that were identified for the first time, identified again, or could not be read. */
  readonly identified: Float64Array
  /** Deleted entries. Their rows are in the recorded changes. */
  readonly deleted: Float64Array
  /**
   * Entries that were renamed or moved, each with its former path from the volume's root. Entries below a moved folder
   * are not listed. After more than 200 moves, the list is incomplete.
   */
  readonly moved: readonly { readonly id: number; readonly from: Uint8Array }[]
  /** Whether a folder was moved or removed: paths that were read before may be out of date. */
  readonly foldersMoved: boolean
}

/** The changes of one committed transaction, in the form that a thread sends. */
export interface RecordedChanges {
  /** SQLite's changesets, one for each table with changes: https://www.sqlite.org/session/c_changeset.html */
  readonly changesets: readonly Uint8Array[]
  /** The touched entries; null if there are none. */
  readonly entries: EntryChanges | null
}

/**
 * Records what the transactions of one writing connection change. SQLite's session extension does the recording, so
 * changes by triggers and foreign keys are included too. A table is recorded only after a statement that writes it was
 * prepared: a session makes every insert slower, even into other tables, and a first index writes only entries.
 */
export class ChangeRecorder implements Disposable {
  readonly #db: DatabaseSync
  /** The tracked tables that prepared statements of this connection write. */
  readonly #written = new Set<TrackedTable>()
  /** The sessions of the current transaction; null outside of transactions. */
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

  /** Starts recording. Changes that were recorded before are dropped. */
  start(): void {
    this[Symbol.dispose]()
    this.#sessions = Array.from(this.#written, (table) => this.#db.createSession({ table }))
  }

  /**
   * Also records the rows of entries from now on. Must be called before the first entry is deleted. It is not on by
   * default, because it makes each row of a first index a third slower.
   */
  recordEntries(): void {
    if (this.#recordsEntries || !this.#sessions) return
    this.#recordsEntries = true
    this.#sessions.push(this.#db.createSession({ table: 'entries' }))
  }

  /** Returns the changes so far. Must be called at the end of the transaction, before the commit. */
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

/** Runs the transactions of one writing connection, and records each of them. */
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

  /** Commits, and returns the recorded changes. Throws SQLite's errors; the caller must then roll back. */
  commit(): readonly Uint8Array[] {
    const changesets = this.recorder.take()
    this.#db.exec('commit')
    this.recorder[Symbol.dispose]()
    return changesets
  }

  /** Rolls back everything since `begin`. SQLite may already have done so, for example if the disk is full. */
  rollback(): void {
    this.recorder[Symbol.dispose]()
    if (this.#db.isTransaction) this.#db.exec('rollback')
  }

  /** Runs some statements in one transaction. Returns their result and the changes. */
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
