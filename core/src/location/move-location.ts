import type { DatabaseSync } from '../db/sqlite.ts'
import { nameBytes, type RawName } from '../util/file-name.ts'

/** Records the new path of a location whose root has moved. If another location has this path, nothing changes. */
export function moveLocation(db: DatabaseSync, rowId: number, path: RawName): void {
  db.prepare('update or ignore locations set path = ? where id = ?').run(nameBytes(path), rowId)
}
