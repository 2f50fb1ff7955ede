import type { DatabaseSync } from '../../db/sqlite.ts'
import type { RuleSettings } from '../../domain/rules.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, nameBytes, type RawName } from '../../util/file-name.ts'
import { type EntryWriter, foundAt } from './entry-writer.ts'
import { birthtimeOf } from './listing.ts'
import { beginAt } from './look-folder.ts'
import { PatientDisk } from './patient-disk.ts'
import type { RootRequest, ScanHost } from './scan-request.ts'
import { inTransaction } from './write-window.ts'

const NO_RULES: RuleSettings = { names: [], globs: [] }

/**
 * Returns the directory row of a location's root. If a location around it already has a row for the folder, that row
 * is used; otherwise a new one without a parent is inserted.
 */
export async function createRoot(
  db: DatabaseSync,
  writer: EntryWriter,
  { dir, volumeId, volumePath, patience }: RootRequest,
  host: ScanHost,
): Promise<{ directoryId: number }> {
  await using disk = patience && new PatientDisk({ dir, patience })
  const asked = { root: displayName(dir), rules: NO_RULES, dir }
  const beginning = disk ? await disk.ask('begin', asked, host.signal) : beginAt(asked)
  if (!beginning?.isDirectory) throw new CoreError('NotFound', `${displayName(dir)} is not a folder`)
  const { device, own } = beginning
  return inTransaction({ writer, host }, () => {
    const row = db
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(volumeId, nameBytes(volumePath))
    if (row) return { directoryId: Number(row['id']) }
    const found = { ...foundAt(own, 0), name: baseName(dir) }
    const known = host.ids.take({ device, inode: found.inode, birthtime: birthtimeOf(found) })
    const isFree = known && db.prepare('select 1 from entries where uuid = ?').get(known) === undefined
    return { directoryId: writer.insertRoot(found, { volumeId, path: volumePath }, isFree ? known : undefined) }
  })
}

/** The last part of a path; for the root of the file system, the whole path. */
function baseName(dir: RawName): RawName {
  const bytes = Buffer.from(nameBytes(dir))
  const name = bytes.subarray(bytes.lastIndexOf(0x2f) + 1)
  return name.length > 0 ? bytesToName(new Uint8Array(name)) : dir
}
