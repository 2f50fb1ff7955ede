import type { ReadDatabase, SQLOutputValue } from '../../db/sqlite.ts'
import { withRows } from '../../db/typed-rows.ts'
import type { SidecarKind } from '../../domain/index.ts'
import { fileTypeNumbers, fileTypeByNumber, sidecarKindNumbers } from '../../domain/stored-lists.ts'
import { bytesToName, joinName, nameBytes, type RawName } from '../../util/file-name.ts'
import type { KnownFile, ReadTarget, ReferencePlace, ReferencePlan, WantedReference } from './messages.ts'
import { extensionOfName, type Half, pairLivePhotos, stemOf, type Taken } from './pair-live-photos.ts'
import { type Described, pairXmp, type XmpFile } from './pair-xmp.ts'

/** Limit on the steps of one plan; the next plan contains the rest. */
const MAX_STEPS = 20_000

const LIVE: SidecarKind = 'live-photo-video'
const XMP: SidecarKind = 'xmp'
const IMAGE = fileTypeNumbers.image
const VIDEO = fileTypeNumbers.video
const IDENTIFIED = 1

const photoExtensions = ['heic', 'heif', 'jpg', 'jpeg']
const videoExtensions = ['mov', 'mp4', 'm4v']

const FILE_COLUMNS = 'e.id, e.parent_id, e.name, e.content_id, e.size, e.mtime, e.type'
/** A condition: the content of the file is up to date. */
const IS_KNOWN = `e.kind = 0 and e.content_state = ${IDENTIFIED} and e.content_id is not null`

interface FileRow {
  readonly id: number
  readonly folderId: number
  readonly name: string
  readonly contentId: number
  readonly size: number
  readonly modifiedMs: number
  readonly type: number
}

interface Folder {
  readonly path: RawName
  /** Identifies the folder by its volume and path, so it stays the same when the index is rebuilt. */
  readonly key: string
  readonly place: ReferencePlace
}

/**
 * Compares the existing references with those that should exist according to the index and the files that were read.
 */
export function planReferences(
  db: ReadDatabase,
  places: readonly ReferencePlace[],
  skip: ReadonlySet<number>,
): ReferencePlan {
  return new Planning(db, places, skip).plan()
}

class Planning {
  readonly #db: ReadDatabase
  readonly #places: readonly ReferencePlace[]
  readonly #skip: ReadonlySet<number>
  readonly #folders = new Map<number, Folder | null>()
  readonly #read = new Map<number, ReadTarget>()

  constructor(db: ReadDatabase, places: readonly ReferencePlace[], skip: ReadonlySet<number>) {
    this.#db = db
    // The innermost location comes first, because its settings apply.
    this.#places = places.toSorted((a, b) => nameBytes(b.path).length - nameBytes(a.path).length)
    this.#skip = skip
  }

  plan(): ReferencePlan {
    const live = this.#livePhotos()
    const xmp = this.#xmpFiles()
    const read = [...this.#read.values()].slice(0, MAX_STEPS)
    if (read.length > 0) return { read, hash: [], put: [], remove: [] }
    return this.#difference([...live, ...xmp])
  }

  #livePhotos(): Wish[] {
    const videos = this.#rows(
      `select ${FILE_COLUMNS} from entries e join extensions x on x.id = e.ext_id
       where e.type = ${VIDEO} and ${IS_KNOWN} and x.ext in (${quoted(videoExtensions)})`,
    )
    if (videos.length === 0) return []
    const owned = this.#ownedBy(LIVE)
    const isFree = ({ contentId }: FileRow) => !owned.has(contentId)
    const films = videos.flatMap((row) => this.#half(row) ?? [])
    const stems = new Set(films.map(({ folderId, name }) => `${folderId}\0${stemOf(name)}`))
    const namesakes = [...new Set(films.map(({ folderId }) => folderId))]
      .flatMap((folderId) => this.#rows(PHOTOS_IN_FOLDER, folderId))
      .filter(isFree)
      .filter(({ folderId, name }) => {
        return stems.has(`${folderId}\0${stemOf(name)}`) || stems.has(`${folderId}\0${name.toLowerCase()}`)
      })
    const photos = namesakes.flatMap((row) => this.#half(row) ?? [])
    if (this.#read.size > 0) return []
    const near = pairLivePhotos(photos, films)
    const settled = new Set(near.flatMap(({ by, video }) => (by === 'identifier' ? [video.contentId] : [])))
    const open = films.filter(({ contentId, taken }) => taken.identifier !== null && !settled.has(contentId))
    if (open.length > 0) {
      // A photo that was renamed or moved can only be found by its identifier, so every photo must be read once.
      this.#readUnread()
      if (this.#read.size > 0) return []
    }
    const identifiers = new Set(films.flatMap(({ taken }) => taken.identifier ?? []))
    const known = new Set(photos.map(({ entryId }) => entryId))
    const far = [...identifiers]
      .flatMap((identifier) => this.#rows(PHOTOS_BY_IDENTIFIER, identifier))
      .filter((row) => isFree(row) && !known.has(row.id))
      .flatMap((row) => this.#half(row) ?? [])
    const rows = new Map(videos.map((row) => [row.id, row]))
    return pairLivePhotos([...photos, ...far], films).map(({ by, photo, video }) => ({
      contentId: photo.contentId,
      kind: LIVE,
      variant: 'default',
      format: extensionOfName(video.name),
      file: rows.get(video.entryId)!,
      by: by === 'identifier' ? 'content identifier' : 'name and time',
    }))
  }

  #xmpFiles(): Wish[] {
    const rows = this.#rows(`select ${FILE_COLUMNS} from entries e where ${IS_XMP} and ${IS_KNOWN}`)
    const xmps = rows.flatMap((row): XmpFile[] => {
      const folder = this.#folder(row.folderId)
      if (!folder) return []
      const known = this.#db.prepare('select facts, error from xmp_documents where content_id = ?').get(row.contentId)
      if (!known) this.#want(row, 'xmp')
      if (!known || known['error'] !== null) return []
      const { forExtension = null } = JSON.parse(String(known['facts'])) as { forExtension?: string }
      return [{ ...half(row, folder), forExtension }]
    })
    if (this.#read.size > 0 || xmps.length === 0) return []
    const files = [...new Set(xmps.map(({ folderId }) => folderId))]
      .flatMap((folderId) => this.#rows(FILES_IN_FOLDER, folderId))
      .filter(({ name }) => extensionOfName(name) !== 'xmp')
      .map((row): Described => ({ ...row, entryId: row.id, type: fileTypeByNumber[row.type]! }))
    const byId = new Map(rows.map((row) => [row.id, row]))
    return pairXmp(xmps, files, (contentId) => this.#variantOf(contentId)).map(({ file, variant, xmp }) => ({
      contentId: file.contentId,
      kind: XMP,
      variant,
      format: 'xmp',
      file: byId.get(xmp.entryId)!,
      by: 'file name',
    }))
  }

  /** The steps that turn the existing references into the wanted ones. */
  #difference(wishes: readonly Wish[]): ReferencePlan {
    const found = new Map<string, Existing>()
    const owned = new Set<string>()
    for (const existing of withRows<Existing>(this.#db.prepare(COMPANIONS)).iterate()) {
      if (existing.source !== null && existing.engine !== null) found.set(keyOf(existing), existing)
      else owned.add(keyOf(existing))
    }
    const put: WantedReference[] = []
    const hash: KnownFile[] = []
    for (const wish of wishes) {
      const named = owned.has(wishKey(wish)) ? { ...wish, variant: this.#variantOf(wish.file.contentId) } : wish
      if (owned.has(wishKey(named))) continue
      const existing = found.get(wishKey(named))
      found.delete(wishKey(named))
      const folder = this.#folder(wish.file.folderId)!
      if (!existing && !folder.place.kinds.includes(wish.kind)) continue
      const checksum = this.#wholeHash(wish.file.contentId)
      if (!checksum) {
        if (folder.place.online && !this.#skip.has(wish.file.contentId)) hash.push(knownFile(wish.file, folder))
        continue
      }
      if (existing?.source === wish.file.id && Buffer.from(existing.checksum ?? []).equals(checksum)) continue
      const { contentId, kind, variant, format, by } = named
      put.push({ contentId, kind, variant, format, entryId: wish.file.id, size: wish.file.size, checksum, by })
    }
    return {
      read: [],
      hash: hash.slice(0, MAX_STEPS),
      put: put.slice(0, MAX_STEPS),
      remove: [...found.values()].map(({ id }) => id).slice(0, MAX_STEPS),
    }
  }

  #half(row: FileRow): Half | null {
    const folder = this.#folder(row.folderId)
    if (!folder) return null
    const known = this.#db.prepare(CAPTURE).get(row.contentId)
    if (!known) this.#want(row, 'capture')
    if (!known || known['error'] !== null) return null
    return { ...half(row, folder), taken: takenOf(known) }
  }

  /** Adds a file to those to read, if it is readable now. */
  #want(row: FileRow, what: ReadTarget['what']): void {
    const folder = this.#folder(row.folderId)
    if (!folder?.place.online || this.#skip.has(row.contentId) || this.#read.has(row.contentId)) return
    this.#read.set(row.contentId, { ...knownFile(row, folder), what })
  }

  #readUnread(): void {
    for (const row of this.#db.prepare(UNREAD_PHOTOS).iterate()) {
      const photo = fileRow(row)
      if (photo) this.#want(photo, 'capture')
      if (this.#read.size >= MAX_STEPS) return
    }
  }

  #ownedBy(kind: SidecarKind): Set<number> {
    const rows = this.#db.prepare(`${OWNED} and kind = ?`).all(sidecarKindNumbers[kind])
    return new Set(rows.map((row) => Number(row['content_id'])))
  }

  #variantOf(contentId: number): string {
    const row = this.#db.prepare('select lower(hex(uuid)) as id from content_identities where id = ?').get(contentId)
    return String(row?.['id']).slice(0, 8)
  }

  #wholeHash(contentId: number): Uint8Array | null {
    const row = this.#db.prepare('select full_hash from content_identities where id = ?').get(contentId)
    return (row?.['full_hash'] as Uint8Array | null | undefined) ?? null
  }

  #rows(sql: string, ...params: (string | number)[]): FileRow[] {
    return this.#db
      .prepare(sql)
      .all(...params)
      .flatMap((row) => fileRow(row) ?? [])
  }

  #folder(id: number): Folder | null {
    let folder = this.#folders.get(id)
    if (folder === undefined) {
      const row = this.#db.prepare('select volume_id, path from directories where id = ?').get(id)
      folder = row ? this.#placed(Number(row['volume_id']), row['path'] as Uint8Array) : null
      this.#folders.set(id, folder)
    }
    return folder
  }

  #placed(volumeId: number, path: Uint8Array): Folder | null {
    const bytes = Buffer.from(path)
    for (const place of this.#places) {
      const root = nameBytes(place.volumePath)
      if (place.volumeId !== volumeId || !bytes.subarray(0, root.length).equals(root)) continue
      const below = bytes.subarray(root.length)
      const absolute = below.length === 0 ? place.path : joinName(place.path, bytesToName(below.subarray(0, -1)))
      return { path: absolute, key: `${volumeId}/${bytes.toString('latin1')}`, place }
    }
    return null
  }
}

/** A reference that should exist. */
interface Wish {
  readonly contentId: number
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
  readonly file: FileRow
  readonly by: string
}

interface Existing {
  readonly id: number
  readonly content: number
  readonly kind: number
  readonly variant: string
  readonly format: string
  readonly source: number | null
  readonly checksum: Uint8Array | null
  readonly engine: string | null
}

const PHOTOS = `entries e join extensions x on x.id = e.ext_id and x.ext in (${quoted(photoExtensions)})`
const PHOTOS_IN_FOLDER = `select ${FILE_COLUMNS} from ${PHOTOS} where e.parent_id = ? and e.type = ${IMAGE} and ${IS_KNOWN}`
const FILES_IN_FOLDER = `select ${FILE_COLUMNS} from entries e where e.parent_id = ? and ${IS_KNOWN}`
const PHOTOS_BY_IDENTIFIER = `select ${FILE_COLUMNS} from captures k cross join ${PHOTOS}
  where k.identifier = ? and k.error is null and e.content_id = k.content_id and e.type = ${IMAGE} and ${IS_KNOWN}`
const UNREAD_PHOTOS = `select ${FILE_COLUMNS} from content_identities c cross join ${PHOTOS}
  where c.type = ${IMAGE} and not exists (select 1 from captures k where k.content_id = c.id)
    and e.content_id = c.id and ${IS_KNOWN}`
const CAPTURE = 'select identifier, at_ms, clock_ms, duration_ms, error from captures where content_id = ?'
/** The same condition as in the definition of the index `entries_xmp`. */
const IS_XMP = `e.name glob '*.[xX][mM][pP]'`
const kinds = [LIVE, XMP].map((kind) => sidecarKindNumbers[kind]).join(', ')
const COMPANIONS = `select id, content_id as content, kind, variant, format, source_entry_id as source, checksum, engine
  from sidecars where kind in (${kinds})`
const OWNED = `select content_id from sidecars where kind in (${kinds}) and (source_entry_id is null or engine is null)`

/** Whether there is anything to plan: one lookup in each of three small indexes. */
export const HAS_COMPANIONS = `select exists (select 1 from entries e where e.type = ${VIDEO})
  or exists (select 1 from entries e where ${IS_XMP})
  or exists (select 1 from sidecars where kind in (${kinds})) as found`

/** Null if the name is not valid text: the file then has no namesakes. */
function fileRow(row: Record<string, SQLOutputValue>): FileRow | null {
  const name = row['name']
  if (typeof name !== 'string') return null
  return {
    id: Number(row['id']),
    folderId: Number(row['parent_id']),
    name,
    contentId: Number(row['content_id']),
    size: Number(row['size']),
    modifiedMs: Number(row['mtime']),
    type: Number(row['type']),
  }
}

function half({ id, contentId, folderId, name, modifiedMs }: FileRow, { key }: Folder) {
  return { entryId: id, contentId, folderId, folder: key, name, modifiedMs }
}

function knownFile({ contentId, modifiedMs, name, size }: FileRow, { path }: Folder): KnownFile {
  return { contentId, path: joinName(path, name), size, modifiedMs }
}

function takenOf(row: Record<string, SQLOutputValue>): Taken {
  const number = (value: SQLOutputValue | undefined) => (typeof value === 'number' ? value : null)
  return {
    identifier: row['identifier'] as string | null,
    atMs: number(row['at_ms']),
    clockMs: number(row['clock_ms']),
    durationMs: number(row['duration_ms']),
  }
}

function wishKey({ contentId, format, kind, variant }: Wish): string {
  return `${contentId} ${sidecarKindNumbers[kind]} ${variant}.${format}`
}

function keyOf({ content, format, kind, variant }: Existing): string {
  return `${content} ${kind} ${variant}.${format}`
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
