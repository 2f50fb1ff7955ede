import {
  type ContentId,
  type Entry,
  type EntryId,
  entryKindByNumber,
  entryKindNumbers,
  fileTypeByNumber,
  type LocationId,
} from '../domain/index.ts'
import type { ReadStatement } from '../db/sqlite.ts'
import { type RowStatement, withTuples } from '../db/typed-rows.ts'
import type { LibraryStore } from '../store/index.ts'
import type { KnownLocation, LocationMap } from '../location/index.ts'
import { displayName, extensionOf, joinName, nameBytes, type RawName } from '../util/file-name.ts'
import { hexToUuid } from '../util/uuid.ts'
import { toTimestamp } from './timestamp.ts'

/** One entry, as `ENTRY_COLUMNS` reads it. An array costs half as much as an object to read and to access. */
export type EntryRow = readonly [
  uuidHex: string,
  name: RawName,
  kind: number,
  type: number,
  size: number,
  allocated: number,
  mtime: number,
  birthtime: number | null,
  contentUuidHex: string | null,
  mime: string | null,
  childCount: number | null,
  fileCount: number | null,
  totalSize: number | null,
]

/** Index of the name in `EntryRow`. */
export const NAME = 1

export const ENTRY_COLUMNS = `lower(hex(e.uuid)), e.name, e.kind, e.type, e.size, e.allocated, e.mtime, e.birthtime,
  iif(c.id is null, null, lower(hex(c.uuid))), c.mime, d.child_count, d.file_count, d.total_size`
/** `entries e` with its content. The `directories` table is searched only for rows of directories. */
export const ENTRY_JOINS = `entries e
  left join directories d on d.id = case e.kind when ${entryKindNumbers.directory} then e.id end
  left join content_identities c on c.id = e.content_id`

export type PlacedEntry = Entry & { location: { id: LocationId; name: string } | null; online: boolean }

export interface EntryReaderDeps {
  readonly store: LibraryStore
  readonly locations: () => LocationMap
}

/** A row with its id, and the place of the entry's folder; an entry without a folder counts as its own. */
type PlacedRow = readonly [id: number, parentId: number | null, volumeId: number, folder: Uint8Array, ...EntryRow]

interface Folder {
  readonly location: KnownLocation
  readonly dir: RawName
}

/** Turns rows into entries with their paths. */
export class EntryReader {
  readonly #deps: EntryReaderDeps
  readonly #entries: RowStatement<PlacedRow>
  readonly #folder: ReadStatement

  constructor(deps: EntryReaderDeps) {
    this.#deps = deps
    const db = deps.store.connection
    // One statement reads all rows: SQLite locks the database and checks for changes once per statement, not once per
    // row.
    this.#entries = withTuples<PlacedRow>(
      db.prepare(`select e.id, e.parent_id, f.volume_id, f.path, ${ENTRY_COLUMNS}
      from json_each(?) as wanted cross join ${ENTRY_JOINS} join directories f on f.id = ifnull(e.parent_id, e.id)
      where e.id = wanted.value`),
    )
    this.#folder = db.prepare('select volume_id, path from directories where id = ?')
  }

  /** Entries by row id; rows that are gone are omitted. */
  byIds(ids: readonly number[]): Map<number, PlacedEntry> {
    const folders = new Map<number, Folder | null>()
    const entries = new Map<number, PlacedEntry>()
    for (const placed of this.#entries.all(JSON.stringify(ids))) {
      const [id, parentId, volumeId, path, ...row] = placed
      const folderId = parentId ?? id
      let folder = folders.get(folderId)
      if (folder === undefined) {
        folder = this.#deps.locations().absolute(volumeId, path)
        folders.set(folderId, folder)
      }
      if (!folder) continue
      const entry = rowToEntry(row, parentId === null ? folder.dir : joinName(folder.dir, row[NAME]))
      const { id: locationId, name, state } = folder.location
      entries.set(id, { ...entry, location: { id: locationId, name }, online: state !== 'offline' })
    }
    return entries
  }

  /** The absolute path of a folder, and its location. */
  folder(directoryId: number): Folder | null {
    const row = this.#folder.get(directoryId)
    return row ? this.#deps.locations().absolute(Number(row['volume_id']), row['path'] as Uint8Array) : null
  }
}

export function rowToEntry(row: EntryRow, path: RawName): Entry {
  const [
    uuidHex,
    rawName,
    kindIndex,
    type,
    size,
    allocated,
    mtime,
    birthtime,
    contentUuidHex,
    mime,
    childCount,
    fileCount,
    totalSize,
  ] = row
  const name = displayName(rawName)
  const kind = entryKindByNumber[kindIndex]!
  // One object literal is fastest, and a listing makes thousands. The two rare fields after it hold the raw bytes of a
  // name or path that is not valid text.
  const entry: Entry = {
    id: hexToUuid(uuidHex) as EntryId,
    path: displayName(path),
    name,
    kind,
    type: fileTypeByNumber[type] ?? 'unknown',
    extension: kind === 'file' ? extensionOf(name) : '',
    mime,
    size,
    allocated,
    modifiedAt: toTimestamp(mtime),
    createdAt: birthtime === null ? null : toTimestamp(birthtime),
    contentId: contentUuidHex === null ? null : (hexToUuid(contentUuidHex) as ContentId),
    hidden: name.startsWith('.'),
    childCount,
    fileCount,
    totalSize,
  }
  if (typeof path !== 'string') entry.pathBase64 = toBase64(path)
  if (typeof rawName !== 'string') entry.nameBase64 = toBase64(rawName)
  return entry
}

function toBase64(bytes: RawName): string {
  return Buffer.from(nameBytes(bytes)).toString('base64')
}
