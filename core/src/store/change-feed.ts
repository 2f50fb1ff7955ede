import type { ReadDatabase } from '../db/sqlite.ts'
import { errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { type ChangeKind, type ChangedRow, changesetTable, type ColumnValue, readChangeset } from './read-changeset.ts'
import { type TrackedTable, trackedTables } from './tracked-tables.ts'
import type { EntryChanges, RecordedChanges } from './tracked-transaction.ts'

/** One changed row. */
export interface RowChange {
  readonly table: TrackedTable | 'entries'
  readonly kind: ChangeKind
  /** The row's key in this library's database. */
  readonly id: number
  /** The uuid by which other devices know the row, or the content or entry it describes; null if it has none. */
  readonly uuid: Uint8Array | null
  /** The whole row if it was deleted; the former values of the changed columns if it was changed. */
  readonly before: Readonly<Record<string, ColumnValue>> | null
  /** The whole row if it was created; the new values of the changed columns if it was changed. */
  readonly after: Readonly<Record<string, ColumnValue>> | null
}

const NO_ENTRIES: EntryChanges = {
  created: new Float64Array(),
  changed: new Float64Array(),
  identified: new Float64Array(),
  deleted: new Float64Array(),
  moved: [],
  foldersMoved: false,
}

interface Published extends RecordedChanges {
  readonly fromThread: boolean
}

/** The changes of one committed transaction. */
export class ChangeSet {
  /** Its number in the order of commits, counted from 1 since the library was opened. */
  readonly seq: number
  readonly entries: EntryChanges
  /** Whether the bulk thread made the changes. Otherwise the main thread made them, and already knows them. */
  readonly fromThread: boolean
  readonly #changesets: ReadonlyMap<string, Uint8Array>
  readonly #db: ReadDatabase

  constructor(seq: number, { changesets, entries, fromThread }: Published, db: ReadDatabase) {
    this.seq = seq
    this.fromThread = fromThread
    this.entries = entries ?? NO_ENTRIES
    this.#changesets = new Map(changesets.map((bytes) => [changesetTable(bytes), bytes]))
    this.#db = db
  }

  /** Whether entries were created, changed or deleted. Identification alone does not count. */
  get touchesEntries(): boolean {
    const { changed, created, deleted, foldersMoved } = this.entries
    return created.length + changed.length + deleted.length > 0 || foldersMoved
  }

  /** Whether a row of one of these tables was created, changed or deleted. */
  touches(...tables: readonly TrackedTable[]): boolean {
    return tables.some((table) => this.#changesets.has(table))
  }

  /**
   * The changed rows of a table; of `entries`, only the deleted ones. They are decoded on each call, and uuids are read
   * from the database, so ask for a table only if you need it, and only while the listener runs.
   */
  rows(table: TrackedTable | 'entries'): RowChange[] {
    const bytes = this.#changesets.get(table)
    if (!bytes) return []
    const columns = columnsOf(this.#db, table)
    const rows: RowChange[] = []
    for (const row of readChangeset(bytes)) {
      if (table !== 'entries') rows.push(this.#toChange(table, row, columns))
      else if (row.kind === 'deleted') rows.push(this.#deletedEntry(row, columns))
    }
    return rows
  }

  #toChange(table: TrackedTable, row: ChangedRow, columns: readonly string[]): RowChange {
    const before = named(row.before, columns)
    const after = named(row.after, columns)
    const { key } = trackedTables[table]
    const id = Number((before ?? after)![key])
    return { table, kind: row.kind, id, uuid: this.#uuidOf(table, id, before, after), before, after }
  }

  #deletedEntry({ before }: ChangedRow, columns: readonly string[]): RowChange {
    const row = named(before, columns)!
    return {
      table: 'entries',
      kind: 'deleted',
      id: Number(row['id']),
      uuid: row['uuid'] as Uint8Array,
      before: row,
      after: null,
    }
  }

  #uuidOf(table: TrackedTable, id: number, before: RowChange['before'], after: RowChange['after']): Uint8Array | null {
    const own = after?.['uuid'] ?? before?.['uuid']
    if (own instanceof Uint8Array) return own
    const query = trackedTables[table].uuid
    const found = query === null ? undefined : this.#db.prepare(query).get(id)?.['uuid']
    if (found instanceof Uint8Array) return found
    return this.#uuidOfDeleted(table, (before ?? after)!)
  }

  /**
   * The uuid for a row that describes a content or an entry which was deleted in the same change set. The uuid can no
   * longer be queried, but is recorded with the deleted row.
   */
  #uuidOfDeleted(table: TrackedTable, row: Readonly<Record<string, ColumnValue>>): Uint8Array | null {
    const column = 'content_id' in row ? 'content_id' : 'entry_id' in row ? 'entry_id' : null
    if (column === null) return null
    const above = column === 'content_id' ? 'content_identities' : 'entries'
    if (above === table) return null
    return this.rows(above).find(({ id, kind }) => kind === 'deleted' && id === row[column])?.uuid ?? null
  }
}

type Listener = (changes: ChangeSet) => void

/** Tells listeners about every committed write of a library, from any thread, in commit order. */
export class ChangeFeed {
  readonly #db: ReadDatabase
  readonly #log: Logger
  readonly #listeners = new Set<Listener>()
  #seq = 0

  constructor({ db, log }: { db: ReadDatabase; log: Logger }) {
    this.#db = db
    this.#log = log
  }

  /**
   * Calls `listener` on the main thread after each commit, before the next writer begins. So a listener should only
   * note the change, and do its work later. If a listener throws, the error is logged, and the others are still
   * called.
   */
  subscribe(listener: Listener): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  publish(recorded: Published): void {
    if (recorded.changesets.length === 0 && recorded.entries === null) return
    const changes = new ChangeSet(++this.#seq, recorded, this.#db)
    for (const listener of this.#listeners) {
      try {
        listener(changes)
      } catch (err) {
        this.#log.error({ err: errorMessage(err), seq: changes.seq }, 'a listener of the change feed failed')
      }
    }
  }
}

function columnsOf(db: ReadDatabase, table: string): string[] {
  return db
    .prepare('select name from pragma_table_info(?) order by cid')
    .all(table)
    .map((row) => String(row['name']))
}

function named(
  values: readonly (ColumnValue | undefined)[] | null,
  columns: readonly string[],
): Record<string, ColumnValue> | null {
  if (values === null) return null
  const row: Record<string, ColumnValue> = {}
  for (const [i, value] of values.entries()) if (value !== undefined) row[columns[i]!] = value
  return row
}
