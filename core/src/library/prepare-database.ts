import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { kyselyOver, migrate, migrationState, openDatabase } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { pathError } from '../util/path-error.ts'
import { backUp } from './backup.ts'
import { migrations } from '../store/index.ts'
import { libraryFiles } from './manifest.ts'

/** Creates the database of a new library. */
export async function createDatabase(file: string): Promise<void> {
  const db = openDatabase(file)
  try {
    await migrate(kyselyOver<unknown>(db), migrations, file)
  } finally {
    db.close()
  }
}

export interface PrepareOptions {
  /** The library's folder. */
  readonly path: string
  readonly name: string
  readonly readOnly: boolean
  readonly now: () => number
  readonly log: Logger
}

/**
 * Checks that a library's database is complete, and migrates it to this version after a backup. Throws `Corrupt` for a
 * missing, empty or truncated database, and `VersionMismatch`.
 */
export async function prepareDatabase({ path, name, readOnly, now, log }: PrepareOptions): Promise<void> {
  const { backups, database } = libraryFiles(path)
  assertWhole(database)
  const db = openDatabase(database, { readOnly })
  try {
    const kysely = kyselyOver<unknown>(db)
    const { pending } = await migrationState(kysely, migrations)
    if (pending.length === Object.keys(migrations).length) throw new CoreError('Corrupt', `${database} is empty`)
    if (readOnly && pending.length > 0) {
      throw new CoreError(
        'VersionMismatch',
        `${path} was written by an older version; open it once with write permission to migrate it`,
      )
    }
    if (readOnly) return
    if (pending.length > 0) {
      const backup = await backUp({ database, dir: backups, now })
      log.info({ backup: backup.path, pending }, 'backed up before the database changes its form')
    }
    await migrate(kysely, migrations, `library ${name}`)
  } finally {
    db.close()
  }
}

/**
 * Fields of the database header from which the length of the file is computed; see
 * https://www.sqlite.org/fileformat2.html#the_database_header
 */
const MAGIC = 'SQLite format 3\0'
const PAGE_SIZE_AT = 16
const CHANGE_COUNTER_AT = 24
const PAGE_COUNT_AT = 28
const PAGE_COUNT_VALID_FOR_AT = 92
const HEADER_BYTES = 100
/** The value in the header for the largest page size: 65,536 does not fit in the field. */
const LARGEST_PAGE = 1

/**
 * Checks that a database file is complete. SQLite treats an empty file as a new database, and notices missing pages at
 * the end only when it reads them.
 */
function assertWhole(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) throw new CoreError('Corrupt', `${file} is missing`)
  if (size === 0) throw new CoreError('Corrupt', `${file} is empty`)
  // If there is a WAL, the missing pages may be in it.
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return
  const header = readHeader(file)
  // The file is not a database. SQLite reports that itself.
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return
  if (header.readUInt32BE(CHANGE_COUNTER_AT) !== header.readUInt32BE(PAGE_COUNT_VALID_FOR_AT)) return
  const pageSize = header.readUInt16BE(PAGE_SIZE_AT)
  const bytes = (pageSize === LARGEST_PAGE ? 65_536 : pageSize) * header.readUInt32BE(PAGE_COUNT_AT)
  if (size < bytes) {
    throw new CoreError('Corrupt', `${file} is damaged: ${bytes - size} of its ${bytes} bytes are missing at the end`)
  }
}

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  try {
    const fd = openSync(file, 'r')
    try {
      readSync(fd, header, 0, HEADER_BYTES, 0)
    } finally {
      closeSync(fd)
    }
  } catch (err) {
    throw pathError(err, file)
  }
  return header
}
