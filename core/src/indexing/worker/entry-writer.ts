import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type RawName, displayName, extensionOf, nameBytes } from '../../util/file-name.ts'
import { type Inode, inodeKey } from '../../util/inode.ts'
import { sortKey } from '../../util/sort-key.ts'
import { UuidFactory } from '../../util/uuid.ts'
import { ALLOCATED, BIRTHTIME, CTIME, FIELDS, KIND, MODE, MTIME, MTIME_NS, NLINK, SIZE } from './listing.ts'

export const FILE = 0
export const DIRECTORY = 1

/** Values of `entries.content_state`. */
const PENDING = 0
const SKIPPED = 3

/** A type found in the content with this much confidence, in percent, is shown whatever the name says. */
export const SURE = 85

const UUIDS_PER_POOL = 1_024

/** The columns a comparison with the disk needs. */
export interface EntryRow {
  readonly id: number
  readonly parent_id: number | null
  readonly name: string | Uint8Array
  readonly kind: number
  readonly size: number
  readonly allocated: number
  readonly mtime: number
  readonly mtime_ns: number
  readonly ctime: number
  readonly inode: Inode
  readonly nlink: number
  readonly mode: number
  readonly birthtime: number | null
  readonly content_id: number | null
}

export const ROW_COLUMNS =
  'id, parent_id, name, kind, size, allocated, mtime, mtime_ns, ctime, birthtime, inode, nlink, mode, content_id'

/** One entry as the disk has it: entry `i` of a listing. */
export interface FoundEntry {
  readonly name: RawName
  /** `FIELDS` numbers from `at`, in `listing.ts`'s order. */
  readonly numbers: ArrayLike<number>
  readonly at: number
  readonly inode: number | Uint8Array
}

/** A row that is gone, and what file it was of. */
export interface RemovedRow extends Pick<EntryRow, 'id' | 'kind' | 'inode' | 'birthtime' | 'nlink'> {
  readonly uuid: Uint8Array
  readonly parentId: number | null
}

/** What a transaction touched, for search, events and caches: row ids, and the rows that are gone. */
export interface Touched {
  readonly added: number[]
  readonly modified: number[]
  readonly removed: RemovedRow[]
  /** A directory was moved or removed: paths kept elsewhere are stale. */
  directories: boolean
}

/**
 * Writes entries and keeps the sums of every folder above them exact. One per connection; every call lies between
 * `begin` and `commit`, which the caller surrounds with the write lease.
 */
export class EntryWriter {
  readonly db: DatabaseSync
  readonly #uuids: UuidFactory
  readonly #typeOf: (name: string) => number
  readonly #extensions = new Map<string, { id: number | null; type: number }>()
  readonly #parents = new Map<number, number | null>()
  readonly #deltas = new Map<number, number[]>()
  readonly #statements: Statements
  #nextId: number
  #uuidPool = new Uint8Array(UUIDS_PER_POOL * 16)
  #pooledUuids = 0
  #touched: Touched = nothingTouched()

  constructor(db: DatabaseSync, { typeOf, now }: { typeOf: (name: string) => number; now: () => number }) {
    this.db = db
    this.#typeOf = typeOf
    this.#uuids = new UuidFactory(now)
    this.#statements = prepareStatements(db)
    this.#nextId = 1 + Number(db.prepare('select coalesce(max(id), 0) as id from entries').get()!['id'])
  }

  /** The id the next new entry gets: everything added from now on has this one or a higher one. */
  get nextId(): number {
    return this.#nextId
  }

  begin(): void {
    this.#touched = nothingTouched()
    this.db.exec('begin immediate')
  }

  /** Writes the sums, commits, and says what was touched. */
  commit(): Touched {
    this.#flushDeltas()
    this.db.exec('commit')
    return this.#touched
  }

  rollback(): void {
    this.#deltas.clear()
    this.#parents.clear()
    this.#extensions.clear()
    if (this.db.isTransaction) this.db.exec('rollback')
  }

  /** Adds an entry to a folder; `uuid` where it already has one. Returns its id. */
  insert(parentId: number | null, found: FoundEntry, uuid?: Uint8Array): number {
    const { numbers: n, at } = found
    const id = this.#nextId++
    const kind = n[at + KIND]!
    const { extId, type } = this.#describe(found.name, kind)
    const birthtime = n[at + BIRTHTIME]!
    // Unlike `run`, `get` does not make an object of the number of rows and the id.
    this.#statements.insert.get(
      id,
      uuid ?? this.#newUuid(),
      parentId,
      found.name,
      sortKey(found.name, kind === DIRECTORY),
      kind,
      type,
      extId,
      n[at + SIZE]!,
      n[at + ALLOCATED]!,
      n[at + MTIME]!,
      n[at + MTIME_NS]!,
      n[at + CTIME]!,
      Number.isNaN(birthtime) ? null : birthtime,
      found.inode,
      n[at + NLINK]!,
      n[at + MODE]!,
      kind === FILE ? PENDING : SKIPPED,
    )
    this.#touched.added.push(id)
    if (parentId !== null) this.#count(parentId, kind, n[at + SIZE]!, 1)
    return id
  }

  /** Sixteen bytes of a larger array: one of its own for each row would cost a tenth of the row. */
  #newUuid(): Uint8Array {
    if (this.#pooledUuids === UUIDS_PER_POOL) {
      this.#uuidPool = new Uint8Array(UUIDS_PER_POOL * 16)
      this.#pooledUuids = 0
    }
    const at = this.#pooledUuids++ * 16
    this.#uuids.write(this.#uuidPool, at)
    return this.#uuidPool.subarray(at, at + 16)
  }

  /** Adds what only directories have. `path` is from the volume's root and ends in a slash, unless it is the root. */
  insertDirectory(id: number, parentId: number | null, volumeId: number, path: RawName): void {
    this.#statements.insertDirectory.run(id, volumeId, nameBytes(path))
    this.#parents.set(id, parentId)
  }

  /** Brings a row up to the disk's stats. Returns whether its content has to be looked at again. */
  update(row: EntryRow, found: FoundEntry): boolean {
    const { numbers: n, at } = found
    const kind = n[at + KIND]!
    const contentChanged = kind === FILE && isContentSuspect(row, found)
    const { extId, type } = this.#describe(found.name, kind)
    this.#statements.update.run(
      kind,
      n[at + SIZE]!,
      n[at + ALLOCATED]!,
      n[at + MTIME]!,
      n[at + MTIME_NS]!,
      n[at + CTIME]!,
      found.inode,
      n[at + NLINK]!,
      n[at + MODE]!,
      row.id,
    )
    if (row.kind !== kind) this.#statements.retype.run(type, extId, kind === FILE ? PENDING : SKIPPED, row.id)
    if (contentChanged) this.#suspect(row)
    if (row.parent_id !== null && (row.kind !== kind || row.size !== n[at + SIZE]!)) {
      this.#count(row.parent_id, row.kind, row.size, -1)
      this.#count(row.parent_id, kind, n[at + SIZE]!, 1)
    }
    this.#touched.modified.push(row.id)
    return contentChanged
  }

  /** Gives a row another name in its folder. A row that stands in the way must have been put aside first. */
  rename(row: EntryRow, found: FoundEntry): void {
    this.#place(row.id, row.parent_id, found)
  }

  /** Frees a row's place in its folder, and the paths of what is below it, until it is moved, renamed or removed. */
  putAside(row: Pick<EntryRow, 'id' | 'kind'>): void {
    const key = Buffer.alloc(9, 0xff)
    key.writeDoubleBE(row.id, 1)
    this.#statements.putAside.run(new Uint8Array(key), row.id)
    // No name holds a NUL, so nothing else is ever there.
    if (row.kind === DIRECTORY) this.#movePaths(row.id, Buffer.from(`\0${row.id}/`))
  }

  /** Moves a file or other leaf to another folder, under the name it has on the disk. */
  moveLeaf(row: EntryRow, parentId: number, found: FoundEntry): void {
    if (row.parent_id !== null) this.#count(row.parent_id, row.kind, row.size, -1)
    this.#place(row.id, parentId, found)
    this.#count(parentId, row.kind, row.size, 1)
    this.update({ ...row, parent_id: parentId }, found)
  }

  /** Moves a folder with all it holds: its own row, and the paths of the folders below it. */
  moveDirectory(row: EntryRow, to: { parentId: number | null; found: FoundEntry; newPath: RawName }): void {
    const sums = this.#sums(row.id)
    const whole = [sums[1]!, sums[2]! + 1, sums[3]!, sums[4]!, sums[5]!]
    if (row.parent_id !== null) this.#add(row.parent_id, [-1, ...whole.map((n) => -n)])
    this.#place(row.id, to.parentId, to.found)
    this.#parents.set(row.id, to.parentId)
    if (to.parentId !== null) this.#add(to.parentId, [1, ...whole])
    this.#movePaths(row.id, nameBytes(to.newPath))
    this.#touched.directories = true
    this.#touched.modified.push(row.id)
  }

  /** Hangs a folder that had no folder above it, a nested location's root, below another. */
  adopt(id: number, parentId: number): void {
    const sums = this.#sums(id)
    this.#statements.reparent.run(parentId, id)
    this.#parents.set(id, parentId)
    this.#add(parentId, [1, sums[1]!, sums[2]! + 1, sums[3]!, sums[4]!, sums[5]!])
  }

  /** Takes a folder, a nested location's root, out of the folder above it; it and what it holds stay. */
  detach(id: number): void {
    const parentId = this.#parentOf(id)
    if (parentId === null) return
    const sums = this.#sums(id)
    this.#add(parentId, [-1, -sums[1]!, -sums[2]! - 1, -sums[3]!, -sums[4]!, -sums[5]!])
    this.#statements.reparent.run(null, id)
    this.#parents.set(id, null)
  }

  /** Adds to the sums of a folder and of those above it, which were wrong by so much. */
  correct(directoryId: number, delta: readonly number[]): void {
    this.#add(directoryId, delta)
  }

  /** Removes a row that holds no others. */
  removeLeaf(row: Pick<EntryRow, 'id' | 'parent_id' | 'kind' | 'size'>): void {
    if (row.parent_id !== null) this.#count(row.parent_id, row.kind, row.size, -1)
    this.#deleteRow(row.id, row.parent_id)
  }

  /** Removes the leaves directly in a folder. Returns how many. */
  removeLeavesOf(directoryId: number): number {
    const rows = this.#statements.leaves.all(directoryId) as unknown as Pick<EntryRow, 'id' | 'kind' | 'size'>[]
    for (const row of rows) this.removeLeaf({ ...row, parent_id: directoryId })
    return rows.length
  }

  /** Removes a folder's own row; nothing may be left in it. */
  removeDirectory(id: number): void {
    const parentId = this.#parentOf(id)
    const own = this.#deltas.get(id)
    if (parentId !== null) {
      if (own) this.#add(parentId, [0, ...own.slice(1)])
      this.#add(parentId, [-1, 0, -1, 0, 0, 0])
    }
    this.#deltas.delete(id)
    this.#statements.deleteDirectory.run(id)
    this.#deleteRow(id, parentId)
    this.#parents.delete(id)
    this.#touched.directories = true
  }

  /** Records that a folder has been read; null where its rows are only partly up to date. */
  scanned(id: number, fingerprint: Uint8Array | null, at: number, error: string | null): void {
    this.#statements.scanned.run(fingerprint, at, error, id)
  }

  rowsOf(directoryId: number): EntryRow[] {
    return this.#statements.rows.all(directoryId) as unknown as EntryRow[]
  }

  rowByName(directoryId: number, name: RawName): EntryRow | undefined {
    for (const isDirectory of [false, true]) {
      const row = this.#statements.rowByKey.get(directoryId, sortKey(name, isDirectory))
      if (row) return row as unknown as EntryRow
    }
    return undefined
  }

  row(id: number): EntryRow | undefined {
    return this.#statements.row.get(id) as unknown as EntryRow | undefined
  }

  #movePaths(directoryId: number, newPath: Uint8Array): void {
    const { volume_id: volumeId, path } = this.#statements.directory.get(directoryId)!
    const from = path as Uint8Array
    this.#statements.movePaths.run(newPath, from.length + 1, volumeId!, from, pathAfter(from))
  }

  #place(id: number, parentId: number | null, found: FoundEntry): void {
    const kind = found.numbers[found.at + KIND]!
    const { extId, type } = this.#describe(found.name, kind)
    this.#statements.place.run(parentId, found.name, sortKey(found.name, kind === DIRECTORY), extId, type, extId, id)
  }

  #describe(name: RawName, kind: number): { extId: number | null; type: number } {
    if (kind !== FILE || typeof name !== 'string')
      return { extId: null, type: kind === FILE ? this.#typeOf(displayName(name)) : 0 }
    const extension = extensionOf(name)
    if (extension === '') return { extId: null, type: this.#typeOf(name) }
    let known = this.#extensions.get(extension)
    if (!known) {
      this.#statements.insertExtension.run(extension)
      const id = Number(this.#statements.extension.get(extension)!['id'])
      known = { id, type: this.#typeOf(name) }
      if (this.#extensions.size >= MAX_CACHED_EXTENSIONS) this.#extensions.clear()
      this.#extensions.set(extension, known)
    }
    return { extId: known.id, type: known.type }
  }

  /** The content that was known is kept aside: the file is compared with it when it is identified again. */
  #suspect(row: EntryRow): void {
    if (row.content_id !== null) this.#statements.keepStale.run(row.id, row.content_id)
    this.#statements.suspect.run(row.id)
  }

  #deleteRow(id: number, parentId: number | null): void {
    this.#statements.deleteStale.run(id)
    this.#statements.deleteConflict.run(id)
    const row = this.#statements.delete.get(id)
    if (row) this.#touched.removed.push({ ...(row as unknown as Omit<RemovedRow, 'parentId'>), parentId })
  }

  /** `sign` more entries of a kind directly in a folder. */
  #count(directoryId: number, kind: number, size: number, sign: 1 | -1): void {
    const sum = this.#deltaOf(directoryId)
    sum[0]! += sign
    sum[kind + 1]! += sign
    if (kind === FILE) sum[5]! += sign * size
  }

  #deltaOf(directoryId: number): number[] {
    let sum = this.#deltas.get(directoryId)
    if (!sum) this.#deltas.set(directoryId, (sum = [0, 0, 0, 0, 0, 0]))
    return sum
  }

  /** `[children, files, directories, symlinks, others, bytes]` for one folder; those above it get all but the first. */
  #add(directoryId: number, delta: readonly number[]): void {
    const sum = this.#deltaOf(directoryId)
    for (let i = 0; i < delta.length; i++) sum[i]! += delta[i]!
  }

  #flushDeltas(): void {
    if (this.#deltas.size === 0) return
    const totals = new Map<number, number[]>()
    for (const [id, delta] of this.#deltas) {
      addTo(totals, id, delta, 0)
      for (let above = this.#parentOf(id); above !== null; above = this.#parentOf(above)) addTo(totals, above, delta, 1)
    }
    for (const [id, total] of totals) {
      if (total.some((n) => n !== 0)) this.#statements.addSums.run(...(total as [number]), id)
    }
    this.#deltas.clear()
  }

  #sums(directoryId: number): number[] {
    this.#flushDeltas()
    const row = this.#statements.sums.get(directoryId)!
    return [
      row['child_count'],
      row['file_count'],
      row['dir_count'],
      row['symlink_count'],
      row['other_count'],
      row['total_size'],
    ].map(Number)
  }

  #parentOf(id: number): number | null {
    let parent = this.#parents.get(id)
    if (parent === undefined) {
      const row = this.#statements.parent.get(id)
      parent = row?.['parent_id'] == null ? null : Number(row['parent_id'])
      if (this.#parents.size >= MAX_CACHED_PARENTS) this.#parents.clear()
      this.#parents.set(id, parent)
    }
    return parent
  }
}

/** Extensions are few; a tree of made-up ones must not grow the cache without end. */
const MAX_CACHED_EXTENSIONS = 10_000
/** A folder a number: 16 MB at the most. */
const MAX_CACHED_PARENTS = 200_000

/** Whether a file may hold something else than when it was identified. */
function isContentSuspect(row: EntryRow, found: FoundEntry): boolean {
  const { numbers: n, at } = found
  if (row.kind !== FILE) return true
  return (
    row.size !== n[at + SIZE]! ||
    row.mtime !== n[at + MTIME]! ||
    row.mtime_ns !== n[at + MTIME_NS]! ||
    row.ctime !== n[at + CTIME]! ||
    inodeKey(row.inode) !== inodeKey(found.inode)
  )
}

/** Whether a directory's path is another's, or lies below it. */
export function isBelow(path: Uint8Array, folder: Uint8Array): boolean {
  return Buffer.from(path).subarray(0, folder.length).equals(folder)
}

/** The first path that sorts after everything below the directory `path`. */
export function pathAfter(path: Uint8Array): Uint8Array {
  if (path.length === 0) return new Uint8Array([0xff])
  const after = Uint8Array.from(path)
  // It ends in a slash, and '0' is the byte after it.
  after[after.length - 1] = 0x30
  return after
}

function addTo(totals: Map<number, number[]>, id: number, delta: readonly number[], from: number): void {
  let total = totals.get(id)
  if (!total) {
    total = [0, 0, 0, 0, 0, 0]
    totals.set(id, total)
  }
  for (let i = from; i < delta.length; i++) total[i]! += delta[i]!
}

function nothingTouched(): Touched {
  return { added: [], modified: [], removed: [], directories: false }
}

type Statements = Record<keyof typeof SQL, StatementSync>

const SQL = {
  insert: `insert into entries(id, uuid, parent_id, name, sort_key, kind, type, ext_id, size, allocated, mtime, mtime_ns,
             ctime, birthtime, inode, nlink, mode, content_state) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  insertDirectory: 'insert into directories(id, volume_id, path) values(?, ?, ?)',
  update: `update entries set kind = ?, size = ?, allocated = ?, mtime = ?, mtime_ns = ?, ctime = ?, inode = ?, nlink = ?,
             mode = ? where id = ?`,
  retype: 'update entries set type = ?, ext_id = ?, content_state = ? where id = ?',
  // A type that was seen in the content stays; under another extension it may contradict the name, or no longer do so.
  place: `update entries set parent_id = ?, name = ?, sort_key = ?, ext_id = ?,
            type = coalesce((select c.type from content_identities c where c.id = entries.content_id and c.confidence >= ${SURE}), ?),
            content_state = case when kind = ${FILE} and ext_id is not ? then ${PENDING} else content_state end
          where id = ?`,
  putAside: 'update entries set sort_key = ? where id = ?',
  reparent: 'update entries set parent_id = ? where id = ?',
  movePaths: `update directories set path = cast(? || substr(path, ?) as blob)
              where volume_id = ? and path >= ? and path < ?`,
  suspect: 'update entries set content_id = null, content_state = 0 where id = ?',
  keepStale: 'insert into stale_contents(entry_id, content_id) values(?, ?) on conflict do nothing',
  deleteStale: 'delete from stale_contents where entry_id = ?',
  deleteConflict: 'delete from content_conflicts where entry_id = ?',
  delete: 'delete from entries where id = ? returning id, uuid, kind, inode, birthtime, nlink',
  deleteDirectory: 'delete from directories where id = ?',
  directory: 'select volume_id, path from directories where id = ?',
  leaves: 'select id, kind, size from entries where parent_id = ? and kind <> 1',
  rows: `select ${ROW_COLUMNS} from entries where parent_id = ?`,
  rowByKey: `select ${ROW_COLUMNS} from entries where parent_id = ? and sort_key = ?`,
  row: `select ${ROW_COLUMNS} from entries where id = ?`,
  parent: 'select parent_id from entries where id = ?',
  scanned: 'update directories set fingerprint = ?, scanned_at = ?, error = ? where id = ?',
  addSums: `update directories set child_count = child_count + ?, file_count = file_count + ?, dir_count = dir_count + ?,
              symlink_count = symlink_count + ?, other_count = other_count + ?, total_size = total_size + ? where id = ?`,
  sums: `select child_count, file_count, dir_count, symlink_count, other_count, total_size from directories where id = ?`,
  insertExtension: 'insert into extensions(ext) values(?) on conflict do nothing',
  extension: 'select id from extensions where ext = ?',
} as const

function prepareStatements(db: DatabaseSync): Statements {
  return Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)])) as Statements
}

/** One entry of a listing, ready to be written. */
export function foundAt(
  listing: { names: readonly RawName[]; numbers: ArrayLike<number>; bigInodes: ReadonlyMap<number, Uint8Array> },
  i: number,
): FoundEntry {
  const at = i * FIELDS
  return {
    name: listing.names[i]!,
    numbers: listing.numbers,
    at,
    inode: listing.bigInodes.get(i) ?? listing.numbers[at + 7]!,
  }
}
