import type { DatabaseSync } from 'node:sqlite'
import { bytesToName } from '../../util/file-name.ts'
import { type EntryWriter, isBelow } from './entry-writer.ts'
import type { ScanHost } from './scan-request.ts'
import { type Folder, readSubtree, toFolder } from './subtree.ts'
import { inTransaction } from './write-window.ts'

/** Rows removed before the write lease is given up for others. */
const ROWS_PER_TRANSACTION = 8_192

/**
 * Removes the rows of a folder that is no location any more, and all below it, the deepest first; roots of locations
 * below it stay, with all that they hold. Where the folder lies in another location all of it stays: that location's
 * next scan decides. May be interrupted at any time, and called again.
 */
export async function forget(
  db: DatabaseSync,
  writer: EntryWriter,
  { directoryId }: { directoryId: number },
  host: ScanHost,
): Promise<{ removed: number }> {
  const root = db.prepare('select volume_id, path from directories where id = ?').get(directoryId)
  if (!root) return { removed: 0 }
  const { id, path: from } = { id: directoryId, path: root['path'] as Uint8Array }
  const volumeId = Number(root['volume_id'])
  const roots = db
    .prepare('select d.id, d.path from locations l join directories d on d.id = l.directory_id where d.volume_id = ?')
    .all(volumeId)
    .map(toFolder)
  const isInside = roots.some(({ path }) => isBelow(from, path))
  if (isInside && (await leaveToLocation({ id, path: from }, volumeId, { db, writer, host }))) return { removed: 0 }
  const rootIds = new Set(roots.map((folder) => folder.id))
  const { going, staying } = readSubtree(db, { volumeId, path: from }, (folderId) => rootIds.has(folderId))
  let removed = 0
  for (let at = 0; at < going.length;) {
    host.signal.throwIfAborted()
    removed += await inTransaction({ writer, host }, () => {
      let done = 0
      if (at === 0) for (const other of staying) writer.detach(other.id)
      for (; at < going.length && done < ROWS_PER_TRANSACTION; at++) {
        done += writer.removeLeavesOf(going[at]!.id) + 1
        writer.removeDirectory(going[at]!.id)
      }
      return done
    })
  }
  return { removed }
}

/** Hangs the folder below the one it lies in. False where that has no row yet, or another entry of its name. */
async function leaveToLocation(
  { id, path }: Folder,
  volumeId: number,
  { db, writer, host }: { db: DatabaseSync; writer: EntryWriter; host: ScanHost },
): Promise<boolean> {
  return inTransaction({ writer, host }, () => {
    if (writer.row(id)?.parent_id !== null) return true
    const own = path.subarray(0, -1)
    const cut = own.lastIndexOf(SLASH) + 1
    const above = db
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(volumeId, own.slice(0, cut))
    const parentId = above && Number(above['id'])
    if (parentId === undefined || writer.rowByName(parentId, bytesToName(own.slice(cut)))) return false
    writer.adopt(id, parentId)
    return true
  })
}

const SLASH = 0x2f
