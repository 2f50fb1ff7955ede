import type { DatabaseSync } from '../../db/sqlite.ts'
import { bytesToName } from '../../util/file-name.ts'
import { type EntryWriter, isBelow } from './entry-writer.ts'
import type { ScanHost } from './scan-request.ts'
import { inTransaction } from './write-window.ts'

/** Rows removed in one transaction; after it, other writers can have the write lease. */
const ROWS_PER_TRANSACTION = 8_192

/**
 * Removes the rows of a folder that is no longer a location and everything below it, deepest first. The roots of
 * locations below it stay, with everything they contain. If the folder is inside another location, all its rows stay,
 * and that location's next scan decides. May be interrupted at any time and called again.
 */
export async function forget(
  db: DatabaseSync,
  writer: EntryWriter,
  { directoryId }: { directoryId: number },
  host: ScanHost,
): Promise<{ removed: number }> {
  if (await isLeftToLocation(directoryId, { db, writer, host })) return { removed: 0 }
  let removed = 0
  for (;;) {
    host.signal.throwIfAborted()
    const some = await inTransaction({ writer, host }, () => forgetSome(directoryId, { db, writer }))
    removed += some
    if (some < ROWS_PER_TRANSACTION) return { removed }
  }
}

/** Removes about `ROWS_PER_TRANSACTION` rows, based on the current rows. Returns fewer only when all rows are gone. */
function forgetSome(topId: number, { db, writer }: { db: DatabaseSync; writer: EntryWriter }): number {
  if (!writer.row(topId)) return 0
  const isRoot = db.prepare('select 1 from locations where directory_id = ?')
  let removed = 0
  // Go down to a folder without subfolders, remove it, and continue with its parent.
  const path = [topId]
  while (path.length > 0 && removed < ROWS_PER_TRANSACTION) {
    const id = path.at(-1)!
    const next = writer.firstFolderIn(id)
    if (next === null) {
      removed += writer.removeLeavesOf(id) + 1
      writer.removeDirectory(id)
      path.pop()
    } else if (isRoot.get(next) === undefined) path.push(next)
    else writer.detach(next)
  }
  return path.length > 0 ? Math.max(removed, ROWS_PER_TRANSACTION) : removed
}

/**
 * If the folder is inside another location, leaves its rows to that location and attaches them to their parent.
 * Returns false if no such location has rows.
 */
async function isLeftToLocation(
  id: number,
  { db, writer, host }: { db: DatabaseSync; writer: EntryWriter; host: ScanHost },
): Promise<boolean> {
  return inTransaction({ writer, host }, () => {
    const folder = writer.folder(id)
    if (!folder) return true
    const roots = db
      .prepare('select d.path from locations l join directories d on d.id = l.directory_id where d.volume_id = ?')
      .all(folder.volume_id)
    if (!roots.some((root) => isBelow(folder.path, root['path'] as Uint8Array))) return false
    if (folder.parent_id !== null) return true
    const own = folder.path.subarray(0, -1)
    const cut = own.lastIndexOf(SLASH) + 1
    const above = db
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(folder.volume_id, own.slice(0, cut))
    const parentId = above && Number(above['id'])
    if (parentId === undefined || writer.rowsByName(parentId, bytesToName(own.slice(cut))).length > 0) return false
    writer.adopt(id, parentId)
    return true
  })
}

const SLASH = 0x2f
