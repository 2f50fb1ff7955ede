import type { StatementSync } from 'node:sqlite'
import { type ContentId, type Entry, type EntryId, entryKinds, fileTypes, type LocationId } from '../domain/index.ts'
import type { LibraryStore } from '../library/store.ts'
import type { KnownLocation, LocationMap } from '../location/index.ts'
import { displayName, extensionOf, joinName, nameBytes, type RawName } from '../util/file-name.ts'
import { blobToUuid } from '../util/uuid.ts'

/** A row of `entries` with what only directories have. */
export interface FullRow {
  readonly id: number
  readonly uuid: Uint8Array
  readonly parent_id: number | null
  readonly name: RawName
  readonly kind: number
  readonly type: number
  readonly size: number
  readonly allocated: number
  readonly mtime: number
  readonly birthtime: number | null
  readonly content_id: number | null
  readonly content_uuid: Uint8Array | null
  readonly mime: string | null
  readonly child_count: number | null
  readonly file_count: number | null
  readonly total_size: number | null
}

export const FULL_COLUMNS = `e.id, e.uuid, e.parent_id, e.name, e.kind, e.type, e.size, e.allocated, e.mtime, e.birthtime,
  e.content_id, c.uuid as content_uuid, c.mime, d.child_count, d.file_count, d.total_size`
export const FULL_JOINS = `entries e left join directories d on d.id = e.id
  left join content_identities c on c.id = e.content_id`

export type PlacedEntry = Entry & { location: { id: LocationId; name: string } | null; online: boolean }

export interface EntryReaderDeps {
  readonly store: LibraryStore
  readonly locations: () => LocationMap
}

/** Turns rows into entries with their paths. */
export class EntryReader {
  readonly #deps: EntryReaderDeps
  readonly #entry: StatementSync
  readonly #folder: StatementSync

  constructor(deps: EntryReaderDeps) {
    this.#deps = deps
    const db = deps.store.connection
    this.#entry = db.prepare(`select ${FULL_COLUMNS} from ${FULL_JOINS} where e.id = ?`)
    this.#folder = db.prepare('select volume_id, path from directories where id = ?')
  }

  /** Entries by row id; rows that are gone are left out. */
  byIds(ids: readonly number[]): Map<number, PlacedEntry> {
    const folders = new Map<number, { location: KnownLocation; dir: RawName } | null>()
    const entries = new Map<number, PlacedEntry>()
    for (const id of ids) {
      const row = this.#entry.get(id) as unknown as FullRow | undefined
      if (!row) continue
      const entry = this.#place(row, folders)
      if (entry) entries.set(id, entry)
    }
    return entries
  }

  #place(row: FullRow, folders: Map<number, { location: KnownLocation; dir: RawName } | null>): PlacedEntry | null {
    if (row.parent_id === null) {
      const root = this.folder(row.id)
      return root && placed(row, root.dir, root.location)
    }
    let folder = folders.get(row.parent_id)
    if (folder === undefined) {
      folder = this.folder(row.parent_id)
      folders.set(row.parent_id, folder)
    }
    return folder && placed(row, joinName(folder.dir, row.name), folder.location)
  }

  /** The absolute path of a folder, and the location it lies in. */
  folder(directoryId: number): { location: KnownLocation; dir: RawName } | null {
    const row = this.#folder.get(directoryId)
    return row ? this.#deps.locations().absolute(Number(row['volume_id']), row['path'] as Uint8Array) : null
  }
}

function placed(row: FullRow, path: RawName, location: KnownLocation): PlacedEntry {
  return {
    ...rowToEntry(row, path),
    location: { id: location.id, name: location.name },
    online: location.state !== 'offline',
  }
}

export function rowToEntry(row: FullRow, path: RawName): Entry {
  const name = displayName(row.name)
  const kind = entryKinds[row.kind]!
  return {
    id: blobToUuid(row.uuid) as EntryId,
    ...shownPath(path),
    ...shownName(row.name),
    kind,
    type: fileTypes[row.type] ?? 'unknown',
    extension: kind === 'file' ? extensionOf(name) : '',
    mime: row.mime,
    size: row.size,
    allocated: row.allocated,
    modifiedAt: toTimestamp(row.mtime),
    createdAt: row.birthtime === null ? null : toTimestamp(row.birthtime),
    contentId: row.content_uuid ? (blobToUuid(row.content_uuid) as ContentId) : null,
    hidden: name.startsWith('.'),
    childCount: row.child_count,
    fileCount: row.file_count,
    totalSize: row.total_size,
  }
}

/** A path as people and programs get it: text, and the bytes where the text does not hold them. */
export function shownPath(path: RawName): { path: string; pathBase64?: string } {
  const shown = displayName(path)
  return typeof path === 'string' ? { path: shown } : { path: shown, pathBase64: toBase64(path) }
}

export function shownName(name: RawName): { name: string; nameBase64?: string } {
  const shown = displayName(name)
  return typeof name === 'string' ? { name: shown } : { name: shown, nameBase64: toBase64(name) }
}

function toBase64(bytes: RawName): string {
  return Buffer.from(nameBytes(bytes)).toString('base64')
}

/** ISO 8601; times that a date cannot hold show as the nearest it can. */
export function toTimestamp(ms: number): string {
  return new Date(Math.max(MIN_DATE_MS, Math.min(MAX_DATE_MS, ms))).toISOString()
}

/** The years 1 to 9999: others print with a sign, which ISO 8601 readers refuse. */
const MIN_DATE_MS = -62_135_596_800_000
const MAX_DATE_MS = 253_402_300_799_999
