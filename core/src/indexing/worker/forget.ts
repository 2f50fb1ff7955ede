import type { DatabaseSync } from 'node:sqlite'
import type { EntryWriter } from './entry-writer.ts'
import { isBelow, pathAfter } from './entry-writer.ts'
import type { ScanHost } from './scan-request.ts'

/** Rows removed before the write lease is given up for others. */
const ROWS_PER_TRANSACTION = 8_192

/**
 * Removes the rows of a folder and all below it, the deepest first; roots of locations below it stay, with all that
 * they hold. `keepRoot`: the folder belongs to a location around it, whose next scan decides what stays.
 */
export async function forget(
  db: DatabaseSync,
  writer: EntryWriter,
  { directoryId, keepRoot }: { directoryId: number; keepRoot: boolean },
  host: ScanHost,
): Promise<{ removed: number }> {
  if (keepRoot) return { removed: 0 }
  const root = db.prepare('select volume_id, path from directories where id = ?').get(directoryId)
  if (!root) return { removed: 0 }
  const from = root['path'] as Uint8Array
  const volumeId = Number(root['volume_id'])
  const nested = db
    .prepare(
      `select d.id, d.path from locations l join directories d on d.id = l.directory_id
       where d.volume_id = ? and d.path >= ? and d.path < ? and d.id <> ?`,
    )
    .all(volumeId, from, pathAfter(from), directoryId)
    .map((row) => ({ id: Number(row['id']), path: Buffer.from(row['path'] as Uint8Array) }))
  const others = nested.filter(
    ({ path }) => !nested.some((outer) => outer.path.length < path.length && isBelow(path, outer.path)),
  )
  const below = db.prepare(
    'select id, path from directories where volume_id = ? and path >= ? and path < ? order by path desc',
  )
  const rows = below
    .all(volumeId, from, pathAfter(from))
    .map((row) => ({ id: Number(row['id']), path: Buffer.from(row['path'] as Uint8Array) }))
    .filter(({ path }) => !others.some((other) => isBelow(path, other.path)))
  let removed = 0
  let at = 0
  while (at < rows.length) {
    host.signal.throwIfAborted()
    using _lease = await host.lease()
    writer.begin()
    try {
      if (at === 0) for (const other of others) writer.detach(other.id)
      for (let inTransaction = 0; at < rows.length && inTransaction < ROWS_PER_TRANSACTION; at++) {
        const leaves = writer.removeLeavesOf(rows[at]!.id)
        writer.removeDirectory(rows[at]!.id)
        removed += leaves + 1
        inTransaction += leaves + 1
      }
      host.committed(writer.commit())
    } catch (err) {
      writer.rollback()
      throw err
    }
  }
  return { removed }
}
