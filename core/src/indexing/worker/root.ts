import type { DatabaseSync } from 'node:sqlite'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, nameBytes, type RawName } from '../../util/file-name.ts'
import { type EntryWriter, foundAt } from './entry-writer.ts'
import { addStats, birthtimeOf, emptyListing, statEntry } from './listing.ts'
import type { ScanHost } from './scan-request.ts'
import { inTransaction } from './write-window.ts'

/** The directory row of a location's root: the one it has as part of a location around it, or a new one on its own. */
export async function createRoot(
  db: DatabaseSync,
  writer: EntryWriter,
  { dir, volumeId, volumePath }: { dir: RawName; volumeId: number; volumePath: RawName },
  host: ScanHost,
): Promise<{ directoryId: number }> {
  const stats = statEntry(dir)
  if (!stats?.isDirectory()) throw new CoreError('NotFound', `${displayName(dir)} is not a folder`)
  const listing = emptyListing()
  addStats(listing, baseName(dir), stats, stats.dev)
  return inTransaction({ writer, host }, () => {
    const row = db
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(volumeId, nameBytes(volumePath))
    if (row) return { directoryId: Number(row['id']) }
    const found = foundAt(listing, 0)
    const known = host.ids.take({ device: stats.dev, inode: found.inode, birthtime: birthtimeOf(found) })
    const directoryId = writer.insert(null, found, known)
    writer.insertDirectory(directoryId, null, volumeId, volumePath)
    return { directoryId }
  })
}

/** The last part of a path; the whole of it for the root of the file system. */
function baseName(dir: RawName): RawName {
  const bytes = Buffer.from(nameBytes(dir))
  const name = bytes.subarray(bytes.lastIndexOf(0x2f) + 1)
  return name.length > 0 ? bytesToName(new Uint8Array(name)) : dir
}
