import type { DatabaseSync } from 'node:sqlite'
import { bytesToName } from '../../util/file-name.ts'
import { type EntryWriter, isBelow, pathAfter } from './entry-writer.ts'
import type { ScanHost } from './scan-request.ts'

/** Rows removed before the write lease is given up for others. */
const ROWS_PER_TRANSACTION = 8_192

interface Folder {
  readonly id: number
  readonly path: Uint8Array
}

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
  const nested = roots.filter(({ path }) => isBelow(path, from))
  const outermost = nested.filter(
    ({ path }) => !nested.some((outer) => outer.path.length < path.length && isBelow(path, outer.path)),
  )
  const rows = db
    .prepare('select id, path from directories where volume_id = ? and path >= ? and path < ? order by path desc')
    .all(volumeId, from, pathAfter(from))
    .map(toFolder)
    .filter(({ path }) => !outermost.some((other) => isBelow(path, other.path)))
  let removed = 0
  for (let at = 0; at < rows.length;) {
    host.signal.throwIfAborted()
    removed += await inTransaction(writer, host, () => {
      let done = 0
      if (at === 0) for (const other of outermost) writer.detach(other.id)
      for (; at < rows.length && done < ROWS_PER_TRANSACTION; at++) {
        done += writer.removeLeavesOf(rows[at]!.id) + 1
        writer.removeDirectory(rows[at]!.id)
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
  return inTransaction(writer, host, () => {
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

async function inTransaction<T>(writer: EntryWriter, host: ScanHost, work: () => T): Promise<T> {
  using _lease = await host.lease()
  writer.begin()
  try {
    const result = work()
    host.committed(writer.commit())
    return result
  } catch (err) {
    writer.rollback()
    throw err
  }
}

function toFolder(row: Record<string, unknown>): Folder {
  return { id: Number(row['id']), path: row['path'] as Uint8Array }
}

const SLASH = 0x2f
