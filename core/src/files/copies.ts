import type { SQLInputValue } from '../db/sqlite.ts'
import { ContentId, type Entry, type FileType, fileTypeNumbers } from '../domain/index.ts'
import { WHOLE_FILE_BYTES } from '../content/index.ts'
import { KeptReadings, type LibraryStore, type Reading } from '../store/index.ts'
import type { EntryReader, IndexedFolder, PlacedEntry } from '../entries/index.ts'
import { CoreError } from '../util/errors.ts'
import { parsePath, type RawName } from '../util/file-name.ts'
import { blobToUuid, uuidToBlob } from '../util/uuid.ts'
import type { VolumeManager } from '../volume/index.ts'
import { compareDuplicates, COPIES, MAX_COPIES_SHOWN } from './duplicates.ts'
import { rankCopies, type RankCopiesInput } from './rank-copies.ts'
import { rankUnique } from './rank-unique.ts'

export interface CopiesDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  readonly volumes: VolumeManager
  /** The folder at a path. Throws `NotFound`, and `Unavailable` if it is not indexed. */
  readonly folder: (path: string) => Promise<IndexedFolder>
  readonly addThumbs: (entries: readonly Entry[]) => void
  /** Calls a function in a thread. */
  readonly read: <I, O>(url: URL, reading: Reading<I, O>, input: I) => Promise<O>
  readonly now: () => number
}

export interface CopiesInput {
  readonly types: readonly FileType[]
  readonly below: readonly string[]
  readonly cursor?: string | undefined
  readonly thumbs: boolean
  readonly limit: number
}

export type CopyFile = PlacedEntry & { volume: string | null }

/** Files of a group that are listed; the inspector shows more. */
const MAX_FILES_OF_GROUP = 20

/** Finds files with the same content, and contents that exist once. */
export class Copies {
  readonly #deps: CopiesDeps
  readonly #kept: KeptReadings

  constructor(deps: CopiesDeps) {
    this.#deps = deps
    this.#kept = new KeptReadings({
      connection: deps.store.connection,
      feed: deps.store.changes,
      isStale: ({ entries, touchesEntries }) => touchesEntries || entries.identified.length > 0,
      now: deps.now,
    })
  }

  /** Contents with several files, those with the largest wasted space first; see the operation. */
  async list(input: CopiesInput) {
    const after = readCursor(input.cursor)
    const ranked = await this.#grouped(input, rankCopies, new URL('rank-copies.ts', import.meta.url))
    const begin = placeAfter(ranked.ids, ranked.waste, after)
    const end = Math.min(begin + input.limit, ranked.ids.length)
    const page = [...ranked.ids.subarray(begin, end)]
    const contents = new Map(
      this.#deps.store.connection
        .prepare('select id, uuid, size from content_identities where id in (select value from json_each(?))')
        .all(JSON.stringify(page))
        .map((row) => [Number(row['id']), row]),
    )
    const groups = page.flatMap((id, i) => {
      const row = contents.get(id)
      // The row was removed just now.
      if (!row) return []
      const size = Number(row['size'])
      const reclaimableBytes = ranked.waste[begin + i]!
      return {
        contentId: ContentId.parse(blobToUuid(row['uuid'] as Uint8Array)),
        size,
        copies: reclaimableBytes / size + 1,
        reclaimableBytes,
        verified: size <= WHOLE_FILE_BYTES ? ('full' as const) : ('sampled' as const),
        files: this.#copies(id, MAX_FILES_OF_GROUP).map((entry) => this.#placed(entry)),
      }
    })
    if (input.thumbs) this.#deps.addThumbs(groups.flatMap(({ files }) => files))
    return {
      groups,
      totalGroups: ranked.ids.length,
      extraFiles: ranked.extraFiles,
      reclaimableBytes: ranked.reclaimableBytes,
      cursor: end < ranked.ids.length ? `${ranked.waste[end - 1]}.${ranked.ids[end - 1]}` : null,
    }
  }

  /** Files whose content exists once, largest first; see the operation. */
  async unique(input: CopiesInput) {
    const after = readCursor(input.cursor)
    const { entries, ids, sizes, totalBytes } = await this.#grouped(
      input,
      rankUnique,
      new URL('rank-unique.ts', import.meta.url),
    )
    const begin = placeAfter(ids, sizes, after)
    const end = Math.min(begin + input.limit, ids.length)
    const page = [...entries.subarray(begin, end)]
    const found = this.#deps.reader.byIds(page)
    const items = page.flatMap((id) => found.get(id) ?? []).map((entry) => this.#placed(entry))
    if (input.thumbs) this.#deps.addThumbs(items)
    return {
      items,
      total: ids.length,
      totalBytes,
      cursor: end < ids.length ? `${sizes[end - 1]}.${ids[end - 1]}` : null,
    }
  }

  /** Ranks once for all pages, until entries change. */
  async #grouped<T>(input: CopiesInput, rank: Reading<RankCopiesInput, T>, url: URL): Promise<T> {
    const { params, sql: filter } = await this.#filter(input)
    const key = JSON.stringify([
      rank.name,
      filter,
      params.map((param) => (param instanceof Uint8Array ? Buffer.from(param).toString('hex') : param)),
    ])
    return this.#kept.get(key, () => this.#deps.read(url, rank, { filter, params }))
  }

  /** Reads all copies of a content; see the operation. Throws `NotFound` if none is left. */
  async compare(contentId: ContentId, signal: AbortSignal) {
    const { store } = this.#deps
    const row = store.connection
      .prepare('select id, size from content_identities where uuid = ?')
      .get(uuidToBlob(contentId))
    const contentRowId = Number(row?.['id'])
    const files = row
      ? this.#copies(contentRowId, MAX_COPIES_SHOWN).map((entry) => ({
          path: parsePath(entry.pathBase64 ? `base64:${entry.pathBase64}` : entry.path),
          online: entry.online,
        }))
      : []
    if (files.length === 0) throw new CoreError('NotFound', `no file has the content ${contentId} any more`)
    const group = { contentRowId, contentId, size: Number(row!['size']), copies: files.length, files }
    const totals = { groups: 1, files: files.length - 1, bytes: group.size * (files.length - 1) }
    const { groups, notes } = await compareDuplicates([group], { totals, store, signal })
    return {
      groups: groups.map((each) => ({ files: each.files.map(({ path }) => ({ path })) })),
      notes,
      same: groups.length === 1 && groups[0]!.files.length === files.length,
    }
  }

  /** Files with a content, one for each copy, by path; only those that can be read now. */
  filesOf(contentId: ContentId): { readonly path: RawName; readonly size: number }[] {
    return this.placesOf(contentId).filter(({ online }) => online)
  }

  /** Files with a content, by path, including those on offline volumes. */
  placesOf(contentId: ContentId): { readonly path: RawName; readonly size: number; readonly online: boolean }[] {
    const row = this.#deps.store.connection
      .prepare('select id, size from content_identities where uuid = ?')
      .get(uuidToBlob(contentId))
    if (!row) return []
    return this.#copies(Number(row['id']), MAX_COPIES_SHOWN).map(({ online, path, pathBase64 }) => ({
      path: parsePath(pathBase64 ? `base64:${pathBase64}` : path),
      size: Number(row['size']),
      online,
    }))
  }

  /** One entry of each copy of a content, by path. */
  #copies(contentRowId: number, limit: number): PlacedEntry[] {
    const { reader, store } = this.#deps
    const ids = store.connection.prepare(COPIES).all(contentRowId, limit)
    const entries = [...reader.byIds(ids.map(({ id }) => Number(id))).values()]
    return entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  #placed(entry: PlacedEntry): CopyFile {
    return { ...entry, volume: this.#deps.volumes.volumeForPath(entry.path)?.volume.name ?? null }
  }

  /** The part of a statement that filters the contents `c`. */
  async #filter({ below, types }: CopiesInput): Promise<{ sql: string; params: SQLInputValue[] }> {
    const folders = await Promise.all(below.map((path) => this.#deps.folder(path)))
    const isBelow = folders.map(() => '(d.volume_id = ? and substr(d.path, 1, length(?)) = ?)').join(' or ')
    const parts = [
      ...(types.length > 0 ? [`and c.type in (${types.map((type) => fileTypeNumbers[type]).join(', ')})`] : []),
      ...(folders.length > 0
        ? [
            `and c.id in (select e.content_id from directories d join entries e on e.parent_id = d.id
              where e.content_id is not null and (${isBelow}))`,
          ]
        : []),
    ]
    return {
      sql: parts.join(' '),
      params: folders.flatMap(({ volumeId, volumePath }) => [volumeId, volumePath, volumePath]),
    }
  }
}

/** The first index after a cursor, by binary search: largest first, then by row. */
function placeAfter(ids: Float64Array, bytes: Float64Array, after: { key: number; id: number }): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const isBehind = bytes[middle]! < after.key || (bytes[middle] === after.key && ids[middle]! > after.id)
    if (isBehind) high = middle
    else low = middle + 1
  }
  return low
}

/** The start of a page: the number of bytes of the previous item, and its row id, which orders items of equal size. */
function readCursor(cursor: string | undefined): { key: number; id: number } {
  if (cursor === undefined) return { key: Number.MAX_SAFE_INTEGER, id: 0 }
  const [key, id] = cursor.split('.').map(Number)
  if (!Number.isSafeInteger(key) || !Number.isSafeInteger(id))
    throw new CoreError('InvalidInput', 'the cursor is invalid; use the cursor of the previous page, or omit it')
  return { key: key!, id: id! }
}
