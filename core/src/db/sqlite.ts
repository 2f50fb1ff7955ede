import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

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
