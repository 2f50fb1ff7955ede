import { lstat, realpath } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { ReadStatement } from '../db/sqlite.ts'
import { type RowStatement, withTuples } from '../db/typed-rows.ts'
import { ContentId, type Device, type Entry, type EntryId, type Sidecar, type Thumb } from '../domain/index.ts'
import { Duplicates, type DuplicateTotals } from './duplicates.ts'
import { marksOf, marksOfAll } from './companions.ts'
import { conflictOf, hashesOf, metadataOf } from './content-facts.ts'
import type { Indexing } from '../indexing/index.ts'
import type { LibraryStore } from '../store/index.ts'
import { checkRoot, type KnownLocation, type LocationMap, type Place } from '../location/index.ts'
import {
  ENTRY_COLUMNS,
  ENTRY_JOINS,
  NAME,
  rowToEntry,
  type EntryReader,
  type EntryRow,
  type FolderOrder,
  type IndexedFolder,
} from '../entries/index.ts'
import { CoreError, systemCode } from '../util/errors.ts'
import {
  baseOf,
  bytesToName,
  displayName,
  fsPath,
  joinName,
  nameBytes,
  parentOf,
  parsePath,
  type RawName,
} from '../util/file-name.ts'
import { hasDesktop, openWithSystem } from '../util/system-opener.ts'
import type { Logger } from '../util/logger.ts'
import { isPartialId } from '../util/partial-id.ts'
import { unreachableError } from '../util/path-error.ts'
import { blobToUuid } from '../util/uuid.ts'
import { sortKey } from '../util/sort-key.ts'
import type { VolumeManager } from '../volume/index.ts'
import { type IndexedFile, IndexedFiles } from './indexed-files.ts'
import { historyOf } from './history.ts'
import { FolderOrders, type FolderOrdersDeps, SMALL_FOLDER } from './folder-orders.ts'
import { DiskListings } from './disk-listings.ts'
import { offlineError } from './offline-error.ts'
import { namesBeginning } from './names-beginning.ts'
import { firstFrom } from './seek.ts'
import type { ListInput, SeekInput } from '../sources/index.ts'

export interface FilesDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  readonly locations: () => LocationMap
  readonly indexing: Indexing
  readonly volumes: VolumeManager
  readonly device: Device
  readonly sidecarsOf: (contentId: ContentId) => Promise<Sidecar[]>
  readonly thumbsOf: (contentIds: readonly ContentId[]) => ReadonlyMap<ContentId, Thumb>
  readonly read: FolderOrdersDeps['read']
  readonly log: Logger
}

const SLASH = 0x2f
const UUID_DIGITS = 32

/** Maximum number of entries that a search of an unindexed folder examines. */
const MAX_SEARCHED_UNINDEXED = 100_000

/** A searched folder that is not a location: an indexed one, or the entries that the disk has below it. */
export type SearchedFolder = { readonly directoryId: number } | { readonly entries: readonly Entry[] }

/** Files and folders for the user: one view over the index and the disk. */
export class Files {
  readonly #deps: FilesDeps
  readonly #directory: ReadStatement
  readonly #indexedFiles: IndexedFiles
  readonly #duplicates: Duplicates
  readonly #firstRows: RowStatement<EntryRow>
  readonly #rowsById: RowStatement<EntryRow>
  readonly #orders: FolderOrders
  readonly #disk: DiskListings

  constructor(deps: FilesDeps) {
    this.#deps = deps
    this.#indexedFiles = new IndexedFiles({ ...deps, copyOf: (content) => this.#onlineCopy(content) })
    this.#duplicates = new Duplicates(deps)
    this.#directory = deps.store.connection.prepare(
      'select id, child_count, scanned_at, error from directories where volume_id = ? and path = ?',
    )
    this.#firstRows = withTuples<EntryRow>(
      deps.store.connection.prepare(
        `select ${ENTRY_COLUMNS} from ${ENTRY_JOINS} where e.parent_id = ? order by e.sort_key limit ? offset ?`,
      ),
    )
    this.#rowsById = withTuples<EntryRow>(
      deps.store.connection.prepare(
        `select ${ENTRY_COLUMNS} from json_each(?) as wanted cross join ${ENTRY_JOINS} where e.id = wanted.value order by wanted.key`,
      ),
    )
    this.#disk = new DiskListings((...args) => deps.indexing.listFolder(...args))
    this.#orders = new FolderOrders({
      connection: deps.store.connection,
      changes: deps.store.changes,
      read: deps.read,
    })
  }

  /** Lists a folder; see the operation. */
  async list(input: ListInput, signal: AbortSignal) {
    const dir = await this.#resolve(input.path)
    const place = this.#deps.locations().locate(dir)
    const directory = place && this.#directoryAt(place)
    if (place && directory && !input.all && isScanned(directory)) {
      const items = await this.#children(directory, { dir, input, signal })
      const online = place.location.state !== 'offline'
      return { path: displayName(dir), source: 'index' as const, items, total: directory.childCount, online }
    }
    return this.#disk.list(dir, input, signal)
  }

  /** An indexed folder. Throws `NotFound`, and `Unavailable` if it is not indexed. */
  async folder(path: string): Promise<IndexedFolder> {
    const dir = await this.#resolve(path)
    const place = this.#deps.locations().locate(dir)
    const directory = place && this.#directoryAt(place)
    if (!place || !directory)
      throw new CoreError('Unavailable', `${path} is not indexed; add it with \`spacedrive location add <folder>\``)
    const { volumeId } = place.location
    return { directoryId: directory.id, dir, volumeId, volumePath: folderPath(place) }
  }

  /** Finds a row of a listing; see the operation. */
  async seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    const dir = await this.#resolve(input.path)
    const place = this.#deps.locations().locate(dir)
    const directory = place && this.#directoryAt(place)
    if (!directory || input.all || !isScanned(directory)) return this.#disk.seek(dir, input, signal)
    const wanted = await this.#sought(directory, input, signal)
    const ids = await this.#orders.of(directory.id, orderOf(input), signal)
    return { offset: firstFrom(input.from, ids, (id) => wanted.has(id)) }
  }

  /** Row ids of the entries that a seek looks for. */
  async #sought(
    { childCount, id: directoryId }: KnownDirectory,
    input: SeekInput,
    signal: AbortSignal,
  ): Promise<ReadonlySet<number>> {
    const { connection } = this.#deps.store
    if (input.entryPath !== undefined) {
      const name = baseOf(parsePath(input.entryPath))
      const byKey = connection.prepare('select id from entries where parent_id = ? and sort_key = ?')
      const keys = [true, false].map((isDirectory) => sortKey(name, isDirectory))
      return new Set(keys.flatMap((key) => byKey.all(directoryId, key).map(({ id }) => Number(id))))
    }
    const begin = { directoryId, prefix: input.prefix ?? '' }
    if (childCount <= SMALL_FOLDER) return new Set(namesBeginning(connection, begin))
    const url = new URL('names-beginning.ts', import.meta.url)
    return new Set(await this.#deps.read(url, namesBeginning, begin, signal))
  }

  /** Everything known about one path; see the operation. */
  async info(path: string, signal: AbortSignal) {
    const { connection } = this.#deps.store
    const target = await this.#resolve(path)
    const place = this.#deps.locations().locate(target)
    const rowId = place && this.#rowId(place)
    const indexed = rowId === null ? null : this.#indexed(rowId, target)
    const contentId = indexed?.contentId ?? null
    const entry = indexed?.entry ?? (await this.#fromDisk(target, signal))
    const explanation = place && !indexed ? await this.#deps.indexing.explain(path) : null
    const content = contentId === null ? null : hashesOf(connection, contentId)
    const thumb = entry.contentId && this.#deps.thumbsOf([entry.contentId]).get(entry.contentId)
    return {
      ...entry,
      ...(rowId !== null && marksOf(connection, rowId)),
      ...(thumb && { thumb }),
      contentHash: content?.shortHash ?? null,
      integrityHash: content?.fullHash ?? null,
      copies: contentId === null ? [] : this.#copies(contentId),
      sidecars: entry.contentId === null ? [] : await this.#deps.sidecarsOf(entry.contentId),
      metadata: contentId === null ? null : metadataOf(connection, contentId, indexed?.folderId ?? null),
      rules: explanation?.rule ? [explanation.rule] : [],
      looksLike: rowId === null ? null : conflictOf(connection, rowId),
      history: rowId === null ? [] : historyOf(connection, rowId, contentId),
      online: place ? place.location.state !== 'offline' : true,
    }
  }

  /** A file by the id of its entry; see `IndexedFiles.byId`. */
  fileById(id: EntryId): IndexedFile {
    return this.#indexedFiles.byId(id)
  }

  /** The path of a file by the id of its entry; throws like `fileById`. */
  pathById(id: EntryId): Pick<Entry, 'path' | 'pathBase64'> {
    const { path } = this.fileById(id)
    return typeof path === 'string'
      ? { path }
      : { path: displayName(path), pathBase64: Buffer.from(path).toString('base64') }
  }

  /** A file by its path, which contains no symlinks; null if it is not indexed. Throws `Offline` and `InvalidInput`. */
  fileAt(path: RawName): IndexedFile | null {
    const place = this.#deps.locations().locate(path)
    const rowId = place && this.#rowId(place)
    return rowId === null ? null : this.#indexedFiles.byRowId(rowId)
  }

  /**
   * The error for a path whose file cannot be found because its location is offline: the reason, and where another copy
   * is. Null if the location is there, or if there is none.
   */
  async whyAway(path: RawName, signal?: AbortSignal): Promise<CoreError | null> {
    const place = this.#deps.locations().locate(path)
    if (!place) return null
    const { store, volumes } = this.#deps
    const { location } = place
    // The disk may have been unplugged a moment ago.
    const root = location.state === 'offline' ? null : await checkRoot(location, { store, volumes, signal })
    if (root !== null && root.state !== 'offline') return null
    const row = store.connection.prepare('select name from volumes where id = ?').get(location.volumeId)
    const rowId = this.#rowId(place)
    const content =
      rowId === null ? null : store.connection.prepare('select content_id from entries where id = ?').get(rowId)
    const contentId = (content?.['content_id'] ?? null) as number | null
    return offlineError({
      path,
      location,
      volume: String(row?.['name'] ?? location.name),
      reason: root?.reason ?? location.error,
      copy: contentId === null ? null : this.#onlineCopy(contentId),
      isIdentified: contentId !== null,
    })
  }

  /** The content whose id begins with some hex digits. Throws `NotFound`, and `Conflict` if there are several. */
  async #contentWithId(beginning: string): Promise<ContentId> {
    const digits = beginning.replaceAll('-', '')
    const [least, most] = ['0', 'f'].map((digit) => Buffer.from(digits.padEnd(UUID_DIGITS, digit), 'hex'))
    const rows = this.#deps.store.connection
      .prepare('select uuid from content_identities where uuid between ? and ? limit 2')
      .all(least!, most!)
    if (rows.length === 0)
      throw new CoreError('NotFound', `there is no content with an id that begins with ${beginning}`)
    if (rows.length > 1)
      throw new CoreError('Conflict', `several contents have an id that begins with ${beginning}; type more of it`)
    return ContentId.parse(blobToUuid(rows[0]!['uuid'] as Uint8Array))
  }

  /** The content of an indexed file, given by its path, or by the beginning of the content's id. Throws `NotFound`, and `Unavailable` if it is not identified yet. */
  async contentOf(path: string, signal: AbortSignal): Promise<ContentId> {
    if (isPartialId(path)) return this.#contentWithId(path)
    const { contentId } = await this.info(path, signal)
    if (contentId) return contentId
    throw new CoreError(
      'Unavailable',
      `${path} is not hashed yet; index its location with --mode content, and wait for its jobs`,
    )
  }

  /** Groups files by content; see the operation. */
  duplicates(input: { verify: boolean; limit: number }, signal: AbortSignal) {
    return this.#duplicates.list(input, signal)
  }

  /** See `Duplicates.totals`. */
  duplicateTotals(): Promise<DuplicateTotals> {
    return this.#duplicates.totals()
  }

  /** See `Duplicates.inLocation`. */
  duplicatesIn(location: KnownLocation) {
    return this.#duplicates.inLocation(location)
  }

  /**
   * The folder that limits a search: its row if it is indexed, otherwise its current entries. Null if there is no such
   * folder.
   */
  async searched(path: RawName, signal: AbortSignal | undefined): Promise<SearchedFolder | null> {
    if (!isAbsolute(displayName(path))) return null
    const dir = await this.#resolve(displayName(path)).catch(() => null)
    if (dir === null) return null
    const place = this.#deps.locations().locate(dir)
    const directory = place && this.#directoryAt(place)
    if (directory) return { directoryId: directory.id }
    const options = { recursive: true, content: false, hidden: false, limit: MAX_SEARCHED_UNINDEXED }
    const { items } = await this.#deps.indexing.look(dir, options, signal ?? new AbortController().signal)
    return { entries: items }
  }

  /** Opens a file with the system's application for it. */
  async open(path: string): Promise<{ path: string; program: string }> {
    const target = await this.#resolve(path)
    await lstat(fsPath(target)).catch(async (err: unknown) => {
      throw (await this.whyAway(target)) ?? unreachableError(err, displayName(target))
    })
    if (typeof target !== 'string') {
      throw new CoreError(
        'Unsupported',
        `the name of ${displayName(target)} is not valid UTF-8, so no other program can open it; rename it first`,
      )
    }
    if (!hasDesktop(process.env)) {
      throw new CoreError(
        'Unavailable',
        `${target} cannot be opened: the daemon was started without a desktop, over SSH or without a screen. Run \`spacedrive restart\` in a terminal of the desktop`,
      )
    }
    return { path: target, program: await openWithSystem(target) }
  }

  async #children(
    directory: KnownDirectory,
    { dir, input, signal }: { dir: RawName; input: ListInput; signal: AbortSignal },
  ): Promise<Entry[]> {
    const rows = await this.#childRows(directory, input, signal)
    const entries = rows.map((row) => rowToEntry(row, joinName(dir, row[NAME])))
    // Marks only these entries: reading those of a whole large folder for each window would be too slow.
    const marks = marksOfAll(
      this.#deps.store.connection,
      entries.map(({ id }) => id!),
    )
    if (marks.size > 0) for (const entry of entries) Object.assign(entry, marks.get(entry.id!))
    if (input.thumbs) this.addThumbs(entries)
    return entries
  }

  async #childRows(
    { id }: KnownDirectory,
    { limit, offset, ...order }: ListInput,
    signal: AbortSignal,
  ): Promise<EntryRow[]> {
    const isStored = order.sort === 'name' && order.foldersFirst && !order.reverse
    // SQLite would step through all rows before a later offset.
    if (isStored && offset + limit <= SMALL_FOLDER) return this.#firstRows.all(id, limit, offset)
    const ids = await this.#orders.of(id, orderOf(order), signal)
    const wanted = JSON.stringify([...ids.subarray(offset, offset + limit)])
    return this.#rowsById.all(wanted)
  }

  /** Adds thumbnails to entries. */
  addThumbs(entries: readonly Entry[]): void {
    const thumbs = this.#deps.thumbsOf([...new Set(entries.flatMap(({ contentId }) => contentId ?? []))])
    for (const entry of entries) {
      const thumb = entry.contentId && thumbs.get(entry.contentId)
      if (thumb) entry.thumb = thumb
    }
  }

  #directoryAt(place: Place): KnownDirectory | null {
    const row = this.#directory.get(place.location.volumeId, folderPath(place))
    if (!row) return null
    const { child_count: childCount, error, id, scanned_at: scannedAt } = row
    return { id: Number(id), childCount: Number(childCount), wasScanned: scannedAt !== null, failed: error !== null }
  }

  /** The row of the entry at a place. */
  #rowId(place: Place): number | null {
    const directory = this.#directoryAt(place)
    if (directory) return directory.id
    const path = Buffer.from(nameBytes(place.volumePath))
    const slash = path.lastIndexOf(SLASH)
    const parent = this.#directory.get(place.location.volumeId, new Uint8Array(path.subarray(0, slash + 1)))
    if (!parent) return null
    const name = bytesToName(new Uint8Array(path.subarray(slash + 1)))
    const row = this.#deps.store.connection
      .prepare('select id from entries where parent_id = ? and name = ?')
      .get(Number(parent['id']), name)
    return row ? Number(row['id']) : null
  }

  #indexed(rowId: number, path: RawName): IndexedEntry | null {
    const statement = withTuples<readonly [contentId: number | null, folderId: number | null, ...EntryRow]>(
      this.#deps.store.connection.prepare(
        `select e.content_id, e.parent_id, ${ENTRY_COLUMNS} from ${ENTRY_JOINS} where e.id = ?`,
      ),
    )
    const found = statement.get(rowId)
    if (!found) return null
    const [contentId, folderId, ...row] = found
    return { entry: rowToEntry(row, path), contentId, folderId }
  }

  async #fromDisk(path: RawName, signal: AbortSignal): Promise<Entry> {
    // Reads only this entry, because its folder may be large.
    const options = { recursive: false, content: false, limit: 1, names: [baseOf(path)] }
    const { items } = await this.#deps.indexing.look(parentOf(path), options, signal)
    const [entry] = items
    if (!entry) throw new CoreError('NotFound', `${displayName(path)} does not exist`)
    return { ...entry, id: null }
  }

  #copies(contentId: number) {
    const ids = this.#deps.store.connection
      .prepare('select id from entries where content_id = ? limit 1000')
      .all(contentId)
    const entries = this.#deps.reader.byIds(ids.map((row) => Number(row['id'])))
    const sorted = [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
    return sorted.map((entry) => ({
      path: entry.path,
      device: this.#deps.device.name,
      volume: this.#deps.volumes.volumeForPath(entry.path)?.volume.name ?? null,
      online: entry.online,
    }))
  }

  #onlineCopy(contentId: number): string | null {
    return this.#copies(contentId).find(({ online }) => online)?.path ?? null
  }

  /** The path with the symlinks above it resolved; unchanged if its volume is unplugged and the index has the entry. */
  async #resolve(path: string): Promise<RawName> {
    const given = parsePath(path)
    const trimmed = typeof given === 'string' && given.length > 1 ? given.replace(/\/+$/, '') || '/' : given
    const place = this.#deps.locations().locate(trimmed)
    // The index names folders without links. Asking the disk would take longer than everything else, and the disk may
    // be away.
    if (place && this.#directoryAt(place)) return trimmed
    try {
      const stats = await lstat(fsPath(trimmed))
      if (!stats.isSymbolicLink()) return bytesToName(new Uint8Array(await realpath(fsPath(trimmed), 'buffer')))
      const parent = bytesToName(new Uint8Array(await realpath(fsPath(parentOf(trimmed)), 'buffer')))
      return joinName(parent, baseOf(trimmed))
    } catch (err) {
      if (place && this.#rowId(place) !== null) return trimmed
      if (systemCode(err) === 'ENAMETOOLONG') return trimmed
      throw (place && (await this.whyAway(trimmed))) ?? unreachableError(err, path)
    }
  }
}

interface IndexedEntry {
  readonly entry: Entry
  readonly contentId: number | null
  /** Row of the entry's folder. */
  readonly folderId: number | null
}

/** An indexed folder. */
interface KnownDirectory {
  readonly id: number
  readonly childCount: number
  readonly wasScanned: boolean
  /** The last attempt to read the folder failed. */
  readonly failed: boolean
}

/** Whether the index can list a folder: it was read, or its earlier entries are recorded. */
function isScanned({ childCount, failed, wasScanned }: KnownDirectory): boolean {
  return wasScanned && (!failed || childCount > 0)
}

/** The path of a folder in the form of the `directories` table. */
function folderPath({ volumePath }: Place): Uint8Array {
  const path = Buffer.from(nameBytes(volumePath))
  return new Uint8Array(path.length === 0 || path.at(-1) === SLASH ? path : Buffer.concat([path, Buffer.from('/')]))
}

function orderOf({ foldersFirst, reverse, sort }: FolderOrder): FolderOrder {
  return { foldersFirst, reverse, sort }
}
