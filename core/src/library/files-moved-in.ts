import type { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../db/index.ts'
import { companionKinds, sidecarKinds, sidecarStates } from '../domain/index.ts'

/** Files that lie in the library and nowhere else: the videos of Live Photos, XMP files. */
export interface FilesMovedIn {
  readonly files: number
  readonly bytes: number
}

const kinds = companionKinds.map((kind) => sidecarKinds.indexOf(kind)).join(', ')
const MOVED_IN = `select count(*) as files, ifnull(sum(size), 0) as bytes from sidecars
  where kind in (${kinds}) and source_entry_id is null and state = ${sidecarStates.indexOf('ready')}`

/** What somebody has moved into a library: it goes where the library goes. */
export function filesMovedIn(db: DatabaseSync): FilesMovedIn {
  const row = db.prepare(MOVED_IN).get()!
  return { files: Number(row['files']), bytes: Number(row['bytes']) }
}

/** The same of a library that is not open; null where its database cannot be read now. */
export function filesMovedInOf(database: string): FilesMovedIn | null {
  try {
    const db = openDatabase(database, { readOnly: true })
    try {
      return filesMovedIn(db)
    } finally {
      db.close()
    }
  } catch {
    // It is gone, damaged, or older than sidecars: nobody can say.
    return null
  }
}
