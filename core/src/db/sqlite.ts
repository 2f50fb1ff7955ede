import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { constants, DatabaseSync, type StatementSync } from 'node:sqlite'

// All other folders take SQLite's types and functions from here.
export { backup } from 'node:sqlite'
export type { DatabaseSync, Session, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'

/** A statement that only reads. */
export type ReadStatement = Omit<StatementSync, 'run'>

/** A connection for reading. The type offers no way to write; a connection that is open for writing also fits it. */
export interface ReadDatabase {
  prepare(sql: string): ReadStatement
}

export interface OpenDatabaseOptions {
  /** Opens an existing file; nothing can be changed through this connection. */
  readonly readOnly?: boolean
  /** Size of the page cache, in KiB. */
  readonly cacheKiB?: number
}

/** Long enough for another connection's transaction. Writers hold the lease, so only foreign programs cause a wait. */
const BUSY_TIMEOUT_MS = 5_000

/** Twice SQLite's default, so that there are half as many pages to manage; applies only to new files. */
const PAGE_BYTES = 8_192

/**
 * Opens a SQLite file with the settings that all our connections use (settings are per connection): WAL, `synchronous =
 * normal`, foreign keys enforced, a busy timeout. `:memory:` creates a database that exists until it is closed.
 */
export function openDatabase(file: string, options: OpenDatabaseOptions = {}): DatabaseSync {
  if (!options.readOnly) return open(file, options)
  try {
    return open(file, options)
  } catch (err) {
    // On a read-only file system, SQLite cannot create the files that connections share. If no log exists, all data is
    // in the file itself, so it can be opened as immutable.
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

/** https://www.sqlite.org/rescode.html#cantopen */
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

/** SQLite tells at the compilation of a statement what it will write, also by triggers and foreign keys. */
const WRITES = new Set([constants.SQLITE_INSERT, constants.SQLITE_UPDATE, constants.SQLITE_DELETE])

/**
 * Calls `onWritten` when a statement that writes one of the tables is first prepared, before it can run. After that, a
 * `delete` without a condition removes the rows of these tables one by one, so that sessions see them. `exec` compiles
 * and runs at once, so it refuses to be the first to write one of the tables. Call this once per connection.
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
    // https://www.sqlite.org/c3ref/set_authorizer.html: a delete proceeds, without the shortcut of emptying the table.
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
