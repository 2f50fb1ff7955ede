import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'

export interface OpenDatabaseOptions {
  /** Opens an existing file that nobody may change through this connection. */
  readonly readOnly?: boolean
  /** Memory for pages, in KiB. */
  readonly cacheKiB?: number
}

/** Long enough for another connection's transaction; writers hold the lease, so this is met only beside foreign programs. */
const BUSY_TIMEOUT_MS = 5_000

/** Half as many pages to keep track of as with SQLite's default; only a new file takes it. */
const PAGE_BYTES = 8_192

/**
 * Opens a SQLite file with the settings every connection of ours has (they are per connection):
 * WAL, `synchronous = normal`, foreign keys enforced, a busy timeout. `:memory:` gives a database that lives until it is closed.
 */
export function openDatabase(file: string, options: OpenDatabaseOptions = {}): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: options.readOnly ?? false, timeout: BUSY_TIMEOUT_MS })
  try {
    if (!options.readOnly)
      db.exec(`pragma page_size = ${PAGE_BYTES}; pragma journal_mode = wal; pragma synchronous = normal`)
    db.exec(`pragma foreign_keys = on; pragma cache_size = -${options.cacheKiB ?? 8_192}`)
  } catch (err) {
    db.close()
    throw err
  }
  return db
}

/** A Kysely over a connection that stays the caller's to close. */
export function kyselyOver<Schema>(db: DatabaseSync): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: asKyselyDatabase(db) }) })
}

function asKyselyDatabase(db: DatabaseSync): SqliteDatabase {
  return {
    close: () => {},
    prepare(sql) {
      const statement = db.prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...(values as SQLInputValue[])),
        run: (values) => statement.run(...(values as SQLInputValue[])),
        iterate: (values) => statement.iterate(...(values as SQLInputValue[])) as IterableIterator<unknown>,
      }
    },
  }
}
