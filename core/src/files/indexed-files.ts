import type { BigIntStats } from 'node:fs'
import { type RowStatement, withTuples } from '../db/typed-rows.ts'
import { hashToHex, WHOLE_FILE_BYTES } from '../content/index.ts'
import { type EntryId, entryKindByNumber } from '../domain/index.ts'
import type { LibraryStore } from '../store/index.ts'
import type { LocationMap } from '../location/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, joinName, type RawName } from '../util/file-name.ts'
import { splitNanoseconds } from '../util/file-time.ts'
import { type Inode, inodeKey, toInode } from '../util/inode.ts'
import { uuidToBlob } from '../util/uuid.ts'
import { offlineError } from './offline-error.ts'

/** An indexed file with the facts needed to open it. */
export interface IndexedFile {
  readonly path: RawName
  readonly content: IndexedContent | null
}

/** The index's data about a file's bytes, and about the file at that time. */
export interface IndexedContent {
  readonly mime: string | null
  /** BLAKE3 of all bytes, in hexadecimal; null if only samples were hashed. */
  readonly hash: string | null
  readonly of: FileMark
}

/** Stats that change with the bytes of a file. */
export interface FileMark {
  readonly size: number
  /** Milliseconds, rounded down, and the remaining nanoseconds. */
  readonly mtime: number
  readonly mtimeNs: number
  readonly ctime: number
  readonly inode: Inode
}

/** Whether a file is unchanged since it was indexed. */
export function isAsIndexed(stats: BigIntStats, { ctime, inode, mtime, mtimeNs, size }: FileMark): boolean {
  const [ms, ns] = splitNanoseconds(stats.mtimeNs)
  return (
    Number(stats.size) === size &&
    ms === mtime &&
    ns === mtimeNs &&
    splitNanoseconds(stats.ctimeNs)[0] === ctime &&
    inodeKey(toInode(stats.ino)) === inodeKey(inode)
  )
}

export interface IndexedFilesDeps {
  readonly store: LibraryStore
  readonly locations: () => LocationMap
  /** Another file with a content, by its row id, that can be read now. */
  readonly copyOf: (contentRowId: number) => string | null
}

/** Values of `entries.content_state` and `content_identities.hash_version`. */
const IDENTIFIED = 1
const HASHED_WHOLE = 2

type Row = readonly [
  parentId: number | null,
  volumeId: number,
  volume: string,
  folder: Uint8Array,
  name: RawName,
  kind: number,
  size: number,
  mtime: number,
  mtimeNs: number,
  ctime: number,
  inode: Inode,
  state: number,
  mime: string | null,
  hash: Uint8Array | null,
  hashVersion: number | null,
  contentRowId: number | null,
]

const COLUMNS = `select e.parent_id, f.volume_id, v.name, f.path, e.name, e.kind, e.size, e.mtime, e.mtime_ns, e.ctime, e.inode,
    e.content_state, c.mime, c.hash, c.hash_version, e.content_id
  from entries e join directories f on f.id = ifnull(e.parent_id, e.id) join volumes v on v.id = f.volume_id
  left join content_identities c on c.id = e.content_id`

/** Reads single indexed files quickly, because a page of pictures needs one for each. */
export class IndexedFiles {
  readonly #deps: IndexedFilesDeps
  readonly #byUuid: RowStatement<Row>
  readonly #byRow: RowStatement<Row>

  constructor(deps: IndexedFilesDeps) {
    this.#deps = deps
    this.#byUuid = withTuples<Row>(deps.store.connection.prepare(`${COLUMNS} where e.uuid = ?`))
    this.#byRow = withTuples<Row>(deps.store.connection.prepare(`${COLUMNS} where e.id = ?`))
  }

  /** Throws `NotFound`, `InvalidInput` for an entry that is not a file, and `Offline` with the name of the disk. */
  byId(id: EntryId): IndexedFile {
    const row = this.#byUuid.get(uuidToBlob(id))
    const file = row && this.#toFile(row)
    if (!file) throw new CoreError('NotFound', `there is no entry ${id}; it may have been removed since it was listed`)
    return file
  }

  /** Null if the row is gone; otherwise throws like `byId`. */
  byRowId(id: number): IndexedFile | null {
    const row = this.#byRow.get(id)
    return row ? this.#toFile(row) : null
  }

  #toFile(row: Row): IndexedFile | null {
    const [parentId, volumeId, volume, folder, name, kind, ...facts] = row
    const place = this.#deps.locations().absolute(volumeId, folder)
    if (!place) return null
    const path = parentId === null ? place.dir : joinName(place.dir, name)
    const contentRowId = row.at(-1) as number | null
    if (place.location.state === 'offline') {
      const copy = contentRowId === null ? null : this.#deps.copyOf(contentRowId)
      const { location } = place
      throw offlineError({
        path,
        location,
        volume,
        reason: location.error,
        copy,
        isIdentified: contentRowId !== null,
      })
    }
    if (entryKindByNumber[kind] !== 'file')
      throw new CoreError(
        'InvalidInput',
        `${displayName(path)} is a ${entryKindByNumber[kind]}: only files have bytes to send`,
      )
    const [size, mtime, mtimeNs, ctime, inode, state, mime, hash, hashVersion] = facts
    if (state !== IDENTIFIED) return { path, content: null }
    const isWhole = size <= WHOLE_FILE_BYTES || hashVersion === HASHED_WHOLE
    return {
      path,
      content: {
        mime,
        hash: hash && isWhole ? hashToHex(hash) : null,
        of: { size, mtime, mtimeNs, ctime, inode },
      },
    }
  }
}
