import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { constants, DatabaseSync, type StatementSync } from 'node:sqlite'

// All other folders import SQLite's types and functions from here.
export { backup } from 'node:sqlite'
export type { DatabaseSync, Session, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'

/** A statement that only reads. */
export type ReadStatement = Omit<StatementSync, 'run'>

/** A connection for reading. Its type has no method to write. A connection for writing can be used as one too. */
export interface ReadDatabase {
  prepare(sql: string): ReadStatement
}

export interface OpenDatabaseOptions {
  /** Whether the connection can only read. The file must then exist. */
  readonly readOnly?: boolean
  /** Size of the page cache, in KiB. */
  readonly cacheKiB?: number
}

/**
 * Time limit on waiting for another connection's transaction. Our writers hold the lease, so only other programs cause
 * such a wait.
 */
const BUSY_TIMEOUT_MS = 5_000

/** Twice SQLite's default, so that there are half as many pages to manage. It applies only to new files. */
const PAGE_BYTES = 8_192

/**
 * Opens a SQLite file with the settings that all our connections need, because settings are stored per connection:
 * WAL, `synchronous = normal`, foreign keys enforced, a busy timeout. `:memory:` creates a database that exists until
 * it is closed.
 */
export function openDatabase(file: string, options: OpenDatabaseOptions = {}): DatabaseSync {
  if (!options.readOnly) return open(file, options)
  try {
    return open(file, options)
  } catch (err) {
    // On a read-only file system, SQLite cannot create the files that connections share. If there is no WAL, all data
    // is in the file itself, so it can be opened as immutable.
    if (!isUnopenable(err) || hasLog(file)) throw err
    return open(new URL(`${pathToFileURL(file).href}?immutable=1`), options)
  }
}

function open(file: string | URL, { readOnly = false, cacheKiB = 8_192 }: OpenDatabaseOptions): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS })
  try {
    if (!readOnly) db.exec(`pragma page_size = ${PAGE_BYTES}; pragma journal_mode = wal; pragma synchronous = normal`)
    db.exec(`pragma foreign_keys = on; pragma cache_size = -${cacheKiB}`)
  } catch (err) {
    db.close()
    throw err
  }
  return db
}

function isUnopenable(err: unknown): boolean {
  return err instanceof Error && 'errcode' in err && (Number(err.errcode) & 0xff) === SQLITE_CANTOPEN
}

function hasLog(file: string): boolean {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
  return log !== undefined && log.size > 0
}

/** The result code if a file cannot be opened: https://www.sqlite.org/rescode.html#cantopen */
const SQLITE_CANTOPEN = 14

/** Runs queries that all see the same commit. */
export function readSnapshot<T>(db: ReadDatabase, read: () => T): T {
  db.prepare('begin').all()
  try {
    return read()
  } finally {
    db.prepare('rollback').all()
  }
}

/**
 * The actions that change rows. When a statement is compiled, SQLite reports every action that it may perform,
 * including those of triggers and foreign keys.
 */
const WRITES = new Set([constants.SQLITE_INSERT, constants.SQLITE_UPDATE, constants.SQLITE_DELETE])

/**
 * Calls `onWritten` when a statement that writes one of the tables is first prepared, before it can run. From then on,
 * a `delete` without a condition removes the rows of these tables one by one, so that sessions record them. `exec`
 * compiles and runs in one step, so it fails if it is the first to write one of the tables. Call this once per
 * connection.
 */
export function watchWrites(db: DatabaseSync, tables: ReadonlySet<string>, onWritten: (table: string) => void): void {
  const prepare = db.prepare.bind(db)
  const exec = db.exec.bind(db)
  const known = new Set<string>()
  let found: string[] = []
  let refused: string | null = null
  let runsAtOnce = false
  db.setAuthorizer((action, table) => {
    if (!WRITES.has(action) || table === null || !tables.has(table)) return constants.SQLITE_OK
    if (runsAtOnce && !known.has(table)) {
      refused = table
      return constants.SQLITE_DENY
    }
    if (!known.has(table)) found.push(table)
    // Returning `SQLITE_IGNORE` for a delete does not prevent it, but makes it delete rows one by one:
    // https://www.sqlite.org/c3ref/set_authorizer.html
    return action === constants.SQLITE_DELETE ? constants.SQLITE_IGNORE : constants.SQLITE_OK
  })
  db.prepare = (sql, options) => {
    found = []
    const statement = prepare(sql, options)
    for (const table of new Set(found)) {
      known.add(table)
      onWritten(table)
    }
    return statement
  }
  db.exec = (sql) => {
    runsAtOnce = true
    try {
      exec(sql)
    } catch (err) {
      if (refused === null) throw err
      throw new Error(`write the table ${refused} by a prepared statement, so that its changes are recorded`, {
        cause: err,
      })
    } finally {
      runsAtOnce = false
      refused = null
    }
  }
}
