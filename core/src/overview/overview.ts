import type { FolderSize } from '../domain/folder-size.ts'
import type { MediaItem, MediaTimeline, MediaType } from '../domain/media.ts'
import type { LibraryStatistics } from '../domain/statistics.ts'
import type { Entry } from '../domain/index.ts'
import type { EntryReader, IndexedFolder } from '../entries/index.ts'
import { KeptReadings, type LibraryStore, type Reading } from '../store/index.ts'
import type { LocationMap } from '../location/index.ts'
import { baseOf, bytesToName, displayName, nameBytes, parsePath, type RawName } from '../util/file-name.ts'
import { parseTimeExpression } from '../util/time-expression.ts'
import { blobToUuid } from '../util/uuid.ts'
import type { LibraryVolumes } from '../volume/index.ts'
import { type Amount, countLibrary, type LibraryCounts } from './count-library.ts'
import { type ClockRange, clockRange, clockText } from '../util/local-clock.ts'
import { measureFolder } from './measure-folder.ts'
import { countFacets, type MediaFacets } from './count-facets.ts'
import { type MediaOrder, orderMedia, type OrderMediaInput, type PlaceBox, type VolumeFolder } from './order-media.ts'

export interface OverviewDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  readonly locations: () => LocationMap
  readonly volumes: LibraryVolumes
  /** The folder at a path. Throws `NotFound`, and `Unavailable` if it is not indexed. */
  readonly folder: (path: string) => Promise<IndexedFolder>
  readonly addThumbs: (entries: readonly Entry[]) => void
  /** Calls a function in a thread. */
  readonly read: <I, O>(url: URL, reading: Reading<I, O>, input: I) => Promise<O>
  readonly now: () => number
}

export interface MediaInput {
  readonly path?: string | undefined
  readonly types: readonly MediaType[]
  readonly camera?: string | undefined
  readonly within?: PlaceBox | undefined
  /** A time, as `parseTimeExpression` reads it. */
  readonly taken?: string | undefined
  readonly photosOnly?: boolean | undefined
}

/** Maximum number of extensions, and of folders, that are listed by name. */
const MAX_EXTENSIONS = 30
const MAX_FOLDERS = 30

const MINUTE_MS = 60_000

/** A library as a whole: media by date, the largest files and folders, and statistics. */
export class Overview {
  readonly #deps: OverviewDeps
  readonly #kept: KeptReadings

  constructor(deps: OverviewDeps) {
    this.#deps = deps
    this.#kept = new KeptReadings({
      connection: deps.store.connection,
      feed: deps.store.changes,
      isStale: (changes) => changes.touchesEntries || changes.touches('image_media', 'video_media', 'audio_media'),
      now: deps.now,
    })
  }

  /** Number of photos and videos by month; see the operation. */
  async timeline(input: MediaInput): Promise<MediaTimeline> {
    const { days, ids, months, suggestions } = await this.#media(input)
    const file = months.reduce((sum, { fromFile }) => sum + fromFile, 0)
    return { total: ids.length, months, days, basis: { metadata: ids.length - file, file }, ...similar(suggestions) }
  }

  /** Photos and videos, newest first; see the operation. */
  async media({
    limit,
    offset,
    thumbs,
    ...of
  }: MediaInput & { limit: number; offset: number; thumbs: boolean }): Promise<{
    items: MediaItem[]
    total: number
    suggestions?: string[]
  }> {
    const { clocks, fromMetadata, ids, suggestions } = await this.#media(of)
    const page = [...ids.subarray(offset, offset + limit)]
    const entries = this.#deps.reader.byIds(page)
    const items = page.flatMap((id, i): MediaItem[] => {
      const entry = entries.get(id)
      if (!entry) return []
      const at = offset + i
      return [{ ...entry, takenAt: clockText(clocks[at]!), takenFrom: fromMetadata[at] ? 'metadata' : 'file' }]
    })
    if (thumbs) this.#deps.addThumbs(items)
    return { items, total: ids.length, ...similar(suggestions) }
  }

  /** The index of a photo or video in the result of `media`; see the operation. */
  async seek({ entryPath, ...of }: MediaInput & { entryPath: string }): Promise<{ offset: number | null }> {
    const path = parsePath(entryPath)
    const { directoryId } = await this.#deps.folder(folderOf(path))
    const row = this.#deps.store.connection
      .prepare('select id from entries where parent_id = ? and name = ?')
      .get(directoryId, baseOf(path))
    const { ids } = await this.#media(of)
    const offset = row ? ids.indexOf(Number(row['id'])) : -1
    return { offset: offset === -1 ? null : offset }
  }

  /** The largest entries in a folder; see the operation. */
  async sizes({ path, ...bounds }: { path: string; depth: number; limit: number }): Promise<FolderSize> {
    const { dir, directoryId } = await this.#deps.folder(path)
    return this.#deps.read(new URL('measure-folder.ts', import.meta.url), measureFolder, {
      directoryId,
      dir,
      ...bounds,
    })
  }

  /** Statistics of the library; see the operation. */
  async statistics(): Promise<LibraryStatistics> {
    const { at, counts } = await this.#kept.get('statistics', async () => {
      const url = new URL('count-library.ts', import.meta.url)
      return { counts: await this.#deps.read(url, countLibrary, null), at: new Date(this.#deps.now()).toISOString() }
    })
    const { byExtension, byMonth, byVolume, sidecars, ...rest } = counts
    const others = byExtension.slice(MAX_EXTENSIONS)
    return {
      at,
      ...rest,
      byType: [...rest.byType],
      byExtension: byExtension.slice(0, MAX_EXTENSIONS),
      otherExtensions: { extensions: others.length, ...sumOf(others) },
      byYear: yearsOf(byMonth),
      byLocation: this.#locations(),
      topFolders: this.#topFolders(),
      byVolume: await this.#volumes(byVolume),
      growth: growthOf(byMonth),
      sidecars: [...sidecars],
    }
  }

  /** Number of photos and videos by camera and place; see the operation. */
  async facets({ cell, ...of }: MediaInput & { cell: number }): Promise<MediaFacets> {
    const { input, key } = await this.#mediaInput(of)
    const url = new URL('count-facets.ts', import.meta.url)
    return this.#kept.get(`facets ${cell} ${key}`, () => this.#deps.read(url, countFacets, { ...input, cell }))
  }

  async #media(of: MediaInput): Promise<MediaOrder> {
    const { input, key } = await this.#mediaInput(of)
    return this.#kept.get(key, () => this.#deps.read(new URL('order-media.ts', import.meta.url), orderMedia, input))
  }

  async #mediaInput({
    camera,
    path,
    photosOnly = false,
    taken,
    types,
    within,
  }: MediaInput): Promise<{ input: OrderMediaInput; key: string }> {
    const folder = path === undefined ? null : await this.#deps.folder(path)
    const inside = folder && { volumeId: folder.volumeId, path: folder.volumePath }
    const roots = this.#deps.locations().all().map(toVolumeFolder)
    const wanted = [...new Set(types)].toSorted()
    const filters = {
      camera: camera ?? null,
      within: within ?? null,
      taken: taken === undefined ? null : this.#takenIn(taken),
      photosOnly,
    }
    // JSON writes an open end as null, as if there were no range.
    const { from, to } = filters.taken ?? {}
    const key = JSON.stringify(['media', folder?.directoryId, wanted, filters, `${from}..${to}`])
    return { input: { inside, roots, types: wanted, ...filters }, key }
  }

  /** Ages such as `7d` count from the current minute, so that the pages of a list are cached. */
  #takenIn(text: string): ClockRange {
    return clockRange(parseTimeExpression(text, Math.floor(this.#deps.now() / MINUTE_MS) * MINUTE_MS))
  }

  #locations(): LibraryStatistics['byLocation'] {
    const directory = this.#deps.store.connection.prepare(
      'select file_count as files, total_size as bytes, dir_count as folders from directories where id = ?',
    )
    const all = this.#deps.locations().all()
    const counted = all.map(({ directoryId, id, name, path, state }) => {
      const row = directory.get(directoryId)
      const [files, bytes, folders] = [row?.['files'], row?.['bytes'], row?.['folders']].map((n) => Number(n ?? 0))
      const online = state !== 'offline'
      return { id, name, path: displayName(path), online, files: files!, bytes: bytes!, folders: folders! }
    })
    return counted.toSorted((a, b) => b.bytes - a.bytes)
  }

  #topFolders(): LibraryStatistics['topFolders'] {
    const { connection } = this.#deps.store
    const largest = connection.prepare(
      `select d.id from locations l join entries e on e.parent_id = l.directory_id join directories d on d.id = e.id
       where d.total_size > 0 order by d.total_size desc limit ${MAX_FOLDERS}`,
    )
    const ids = largest.all().map(({ id }) => Number(id))
    const entries = this.#deps.reader.byIds(ids)
    return ids.flatMap((id) => {
      const entry = entries.get(id)
      if (!entry?.location) return []
      const { fileCount, location, name, path, totalSize } = entry
      return [{ path, name, locationId: location.id, files: fileCount ?? 0, bytes: totalSize ?? 0 }]
    })
  }

  async #volumes(counted: LibraryCounts['byVolume']): Promise<LibraryStatistics['byVolume']> {
    const uuids = this.#deps.store.connection.prepare('select uuid, name from volumes where id = ?')
    const known = await this.#deps.volumes.list({ all: true })
    return counted.flatMap(({ volumeRowId, ...amount }) => {
      const row = uuids.get(volumeRowId)
      const volume = row && known.find(({ id }) => id === blobToUuid(row['uuid'] as Uint8Array))
      return volume?.id ? [{ id: volume.id, name: volume.name, online: volume.online, ...amount }] : []
    })
  }
}

function similar(suggestions: readonly string[]): { suggestions?: string[] } {
  return suggestions.length > 0 ? { suggestions: [...suggestions] } : {}
}

const SLASH = 0x2f

/** The folder of a path, in the form in which operations accept it. */
function folderOf(path: RawName): string {
  const bytes = nameBytes(path)
  const folder = bytesToName(bytes.slice(0, Math.max(1, bytes.lastIndexOf(SLASH))))
  return typeof folder === 'string' ? folder : `base64:${Buffer.from(folder).toString('base64')}`
}

function toVolumeFolder({ volumeId, volumePath }: { volumeId: number; volumePath: RawName }): VolumeFolder {
  return { volumeId, path: nameBytes(volumePath) }
}

function sumOf(amounts: readonly Amount[]): Amount {
  return amounts.reduce((sum, { bytes, files }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), {
    files: 0,
    bytes: 0,
  })
}

function yearsOf(months: LibraryCounts['byMonth']): LibraryStatistics['byYear'] {
  const byYear = Map.groupBy(months, ({ month }) => month.slice(0, 4))
  return [...byYear].map(([modified, some]) => ({ modified, ...sumOf(some) })).toReversed()
}

function growthOf(months: LibraryCounts['byMonth']): LibraryStatistics['growth'] {
  const total = { totalFiles: 0, totalBytes: 0 }
  return months.map(({ bytes, files, month }) => {
    total.totalFiles += files
    total.totalBytes += bytes
    return { modified: month, files, bytes, ...total }
  })
}
