import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { DatabaseSync } from 'node:sqlite'

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
  if (!options.readOnly) return open(file, options)
  try {
    return open(file, options)
  } catch (err) {
    // Where nothing can be written SQLite cannot even share the file with others. If all of it is in its place, and not
    // partly in the log beside it, nobody needs to.
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
