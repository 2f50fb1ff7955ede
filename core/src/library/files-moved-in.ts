import type { ReadDatabase } from '../db/sqlite.ts'
import { openDatabase } from '../db/index.ts'
import { companionKinds, sidecarKindNumbers, sidecarStateNumbers } from '../domain/index.ts'

/** The number and size of files that exist only in the library: videos of Live Photos, and XMP files. */
export interface FilesMovedIn {
  readonly files: number
  readonly bytes: number
}

const kinds = companionKinds.map((kind) => sidecarKindNumbers[kind]).join(', ')
const MOVED_IN = `select count(*) as files, ifnull(sum(size), 0) as bytes from sidecars
  where kind in (${kinds}) and source_entry_id is null and state = ${sidecarStateNumbers.ready}`

/**
 * Counts the user's files that were moved into a library. If the library is moved or goes to the trash, they do too.
 */
export function filesMovedIn(db: ReadDatabase): FilesMovedIn {
  const row = db.prepare(MOVED_IN).get()!
  return { files: Number(row['files']), bytes: Number(row['bytes']) }
}

/** The same for a library that is not open; null if its database cannot be read now. */
export function filesMovedInOf(database: string): FilesMovedIn | null {
  try {
    const db = openDatabase(database, { readOnly: true })
    try {
      return filesMovedIn(db)
    } finally {
      db.close()
    }
  } catch {
    // The database is missing, damaged, or from a version without sidecars.
    return null
  }
}
