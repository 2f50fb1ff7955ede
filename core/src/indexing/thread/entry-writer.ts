import assert from 'node:assert/strict'
import type { DatabaseSync } from '../../db/sqlite.ts'
import { type RawName, displayName, extensionOf, nameBytes } from '../../util/file-name.ts'
import { type Inode, inodeKey } from '../../util/inode.ts'
import { TrackedTransactions } from '../../store/tracked-transaction.ts'
import { sortKey } from '../../util/sort-key.ts'
import { UuidFactory } from '../../util/uuid.ts'
import { departedKey, SettledIds } from './departed.ts'
import { type FolderRow, PENDING, prepareStatements, SKIPPED, type Statements } from './entry-statements.ts'
import { FormerPlaces } from './former-places.ts'
import { type EntryRow, nothingTouched, type Touched } from './touched.ts'
import {
  ALLOCATED,
  CTIME,
  DIRECTORY,
  FIELDS,
  FILE,
  KIND,
  MODE,
  MTIME,
  MTIME_NS,
  NLINK,
  SIZE,
  birthtimeOf,
} from './listing.ts'

const UUIDS_PER_POOL = 1_024

/** One entry on the disk: entry `i` of a listing. */
export interface FoundEntry {
  readonly name: RawName
  /** The fields of the entry begin at index `at`, in the order that `listing.ts` defines. */
  readonly numbers: ArrayLike<number>
  readonly at: number
  readonly inode: number | Uint8Array
}

/** A running scan. It is told of every change that a pending listing may not show. */
export interface TreeObserver {
  /** The rows directly in a folder changed, or an event named the folder. */
  folderChanged(directoryId: number): void
  /** A transaction was rolled back: rows that were read during it may not exist. */
  rolledBack(): void
}

/**
 * Writes entries and keeps the sums of every folder above them exact. Only the single writer of a library's index
 * worker writes rows of its tree. Every call happens between `begin` and `commit`, and the caller holds the write lease
 * around both. Methods take row ids and read the rows themselves, so no caller writes stale data.
 */
export class EntryWriter {
  readonly db: DatabaseSync
  /** The `departedKey` of every row in `departed`. Most new files are not in this set, so they need no query. */
  readonly departed: Set<string>
  /** Ends the claims of departed files to their former ids. */
  readonly settled: SettledIds
  readonly #uuids: UuidFactory
  readonly #typeOf: (name: string) => number
  readonly #extensions = new Map<string, { id: number | null; type: number }>()
  readonly #parents = new Map<number, number | null>()
  readonly #deltas = new Map<number, number[]>()
  /** Folders whose sums are compared with their rows before the commit. */
  readonly #toCheck = new Set<number>()
  /** Folders whose rows have changed in this transaction: their fingerprints are no longer valid. */
  readonly #changed = new Set<number>()
  readonly #listed = new Map<number, { fingerprint: Uint8Array | null; at: number; error: string | null }>()
  readonly #aside = new Set<number>()
  readonly #formerPlaces = new FormerPlaces()
  readonly #observers = new Set<TreeObserver>()
  readonly #statements: Statements
  readonly #transactions: TrackedTransactions
  #structure = 0
  #reopened = 0
  #nextId: number
  /** Rows with this id or a higher one were added in this transaction. */
  #firstNew: number
  #uuidPool = new Uint8Array(UUIDS_PER_POOL * 16)
  #pooledUuids = 0
  #touched: Touched = nothingTouched()

  constructor(db: DatabaseSync, { typeOf, now }: { typeOf: (name: string) => number; now: () => number }) {
    this.db = db
    this.#typeOf = typeOf
    this.#transactions = new TrackedTransactions(db)
    this.#uuids = new UuidFactory(now)
    this.#statements = prepareStatements(db)
    const departed = db.prepare('select volume_id, inode from departed').all()
    this.settled = new SettledIds(db)
    this.departed = new Set(departed.map((row) => departedKey(Number(row['volume_id']), row['inode'] as Inode)))
    this.#nextId = Number(this.#statements.nextId.get()!['id'])
    this.#firstNew = this.#nextId
  }

  /** The row id for the next new entry. Entries added from now on have this id or a higher one. */
  get nextId(): number {
    return this.#nextId
  }

  /**
   * Grows whenever a folder is moved, removed or replaced: paths and inodes that were read before may be out of date.
   */
  get structure(): number {
    return this.#structure
  }

  /** Grows whenever the permissions of a folder change: files below it that could not be read may be readable now. */
  get reopened(): number {
    return this.#reopened
  }

  /** Reports changes to `observer` until the result is disposed. */
  observe(observer: TreeObserver): Disposable {
    this.#observers.add(observer)
    return { [Symbol.dispose]: () => void this.#observers.delete(observer) }
  }

  /** Notes that the disk reported a change in a folder: a pending listing may be older than the change. */
  noteEvent(directoryId: number): void {
    for (const observer of this.#observers) observer.folderChanged(directoryId)
  }

  begin(): void {
    this.#touched = nothingTouched()
    this.#formerPlaces.clear()
    this.#firstNew = this.#nextId
    this.#transactions.begin()
  }

  /** Writes the sums, then the fingerprints of the listed folders, and commits. Returns the touched rows. */
  commit(): Touched {
    assert(this.#aside.size === 0, 'a row was put aside and not placed again')
    if (this.#toCheck.size > 0) this.#flushDeltas()
    this.#checkSums()
    for (const id of this.#changed) this.#statements.unvouch.run(id)
    const sums = this.#takeSums()
    for (const [id, { fingerprint, at, error }] of this.#listed) {
      const sum = sums.get(id)
      // Rows that changed after the folder was recorded no longer match the listing.
      if (this.#changed.has(id)) this.#statements.scanned.run(null, at, error, id)
      else if (sum) this.#statements.recorded.run(...(sum as [number]), fingerprint, at, error, id)
      else this.#statements.scanned.run(fingerprint, at, error, id)
      if (!this.#changed.has(id)) sums.delete(id)
    }
    this.#addSums(sums)
    this.#changed.clear()
    this.#listed.clear()
    this.#touched.moved = this.#formerPlaces.take((id) => this.#placeOf(id))
    this.#touched.changesets = this.#transactions.commit()
    return this.#touched
  }

  rollback(): void {
    for (const state of [this.#deltas, this.#parents, this.#extensions, this.#toCheck, this.#changed, this.#listed])
      state.clear()
    this.#aside.clear()
    this.#structure++
    for (const observer of this.#observers) observer.rolledBack()
    this.#transactions.rollback()
  }

  /**
   * Adds an entry to a folder, under the folder's path. Pass `uuid` if the file already has one. Returns the row id.
   */
  insert(parentId: number, found: FoundEntry, uuid?: Uint8Array): number {
    const id = this.#insertEntry(parentId, found, uuid)
    this.#insertDirectories(parentId, [found], [id])
    this.#noteChange(parentId)
    return id
  }

  /** Adds all entries of a folder that has no rows yet. Returns the ids in the order of `found`. */
  insertAll(
    parentId: number,
    found: readonly FoundEntry[],
    uuidOf: (found: FoundEntry) => Uint8Array | undefined,
  ): number[] {
    const ids = found.map((entry) => this.#insertEntry(parentId, entry, uuidOf(entry)))
    this.#insertDirectories(parentId, found, ids)
    if (found.length > 0) this.#noteChange(parentId, { isFilled: true })
    return ids
  }

  /**
   * Adds a folder without a parent. `path` starts at the volume's root and ends in a slash; it is empty for that root.
   */
  insertRoot(found: FoundEntry, { volumeId, path }: { volumeId: number; path: RawName }, uuid?: Uint8Array): number {
    const id = this.#insertEntry(null, found, uuid)
    this.#statements.insertDirectory.run(id, volumeId, nameBytes(path))
    this.#parents.set(id, null)
    this.#structure++
    return id
  }

  /** Updates a row to the stats on the disk. Returns whether the content must be identified again. */
  update(id: number, found: FoundEntry): boolean {
    const row = this.row(id)
    if (!row) return false
    const { numbers: n, at } = found
    const kind = n[at + KIND]!
    const contentChanged = kind === FILE && isContentSuspect(row, found)
    const birthtime = birthtimeOf(found)
    this.#statements.update.run(
      kind,
      n[at + SIZE]!,
      n[at + ALLOCATED]!,
      n[at + MTIME]!,
      n[at + MTIME_NS]!,
      n[at + CTIME]!,
      birthtime,
      found.inode,
      n[at + NLINK]!,
      n[at + MODE]!,
      id,
    )
    if (row.kind !== kind) {
      const { extId, type } = this.#describe(found.name, kind)
      this.#statements.retype.run(type, extId, kind === FILE ? PENDING : SKIPPED, id)
      if (row.kind === FILE) this.#dropContent(id)
    }
    if (contentChanged) this.#suspect(row)
    if (kind === DIRECTORY && (inodeKey(row.inode) !== inodeKey(found.inode) || row.birthtime !== birthtime))
      this.#structure++
    // A folder that was unreadable before may be readable now, and so may its files.
    if (kind === DIRECTORY && row.mode !== n[at + MODE]!) {
      this.#reopened++
      this.#retryBelow(id)
    }
    if (row.parent_id !== null) {
      if (row.kind !== kind || row.size !== n[at + SIZE]!) {
        this.#count(row.parent_id, row.kind, row.size, -1)
        this.#count(row.parent_id, kind, n[at + SIZE]!, 1)
      }
      this.#noteChange(row.parent_id)
    }
    this.#touched.modified.push(id)
    return contentChanged
  }

  /**
   * Frees a row's name in its folder and the paths below it. `place` or a removal must follow in the same transaction.
   */
  putAside(id: number): void {
    const row = this.#require(id)
    if (id < this.#firstNew) this.#noteFormerPlace(row)
    const key = Buffer.alloc(9, 0xff)
    key.writeDoubleBE(id, 1)
    this.#statements.putAside.run(new Uint8Array(key), id)
    this.#aside.add(id)
    // This temporary path is always free, because no name contains a NUL.
    if (row.kind === DIRECTORY) this.#movePaths(id, Buffer.from(`\0${id}/`))
  }

  /**
   * Moves a row, with everything below it, into a folder, and gives it the name and stats found on the disk. A row that
   * had this place must have been put aside or removed before. A folder must not be moved below itself: see `isWithin`.
   */
  place(id: number, parentId: number, found: FoundEntry): void {
    const row = this.#require(id)
    if (id < this.#firstNew) this.#noteFormerPlace(row)
    this.#aside.delete(id)
    if (row.kind === DIRECTORY) this.#placeDirectory(row, parentId, found)
    else {
      if (row.parent_id !== null) this.#count(row.parent_id, row.kind, row.size, -1)
      this.#placeRow(id, parentId, found)
      this.#count(parentId, row.kind, row.size, 1)
    }
    if (row.parent_id !== null) this.#noteChange(row.parent_id)
    this.#noteChange(parentId)
    // The folder above the old place may have been the reason that files could not be read.
    if (row.kind === DIRECTORY) this.#retryBelow(id)
    this.update(id, found)
  }

  /** Whether folder `id` is the folder `above` or lies below it. */
  isWithin(id: number, above: number): boolean {
    let at: number | null = id
    for (let depth = 0; at !== null; depth++, at = this.#parentOf(at)) {
      if (at === above) return true
      assertDepth(depth, id)
    }
    return false
  }

  /** Attaches a folder without a parent, which is the root of a nested location, to a parent folder. */
  adopt(id: number, parentId: number): void {
    assert(!this.isWithin(parentId, id), `folder ${id} would lie below itself`)
    const sums = this.#sums(id)
    this.#statements.reparent.run(parentId, id)
    this.#parents.set(id, parentId)
    this.#add(parentId, [1, sums[1]!, sums[2]! + 1, sums[3]!, sums[4]!, sums[5]!])
    this.#structure++
    this.#noteChange(parentId)
  }

  /** Detaches a nested location's root from its parent folder. The root and everything below it stay. */
  detach(id: number): void {
    const parentId = this.#require(id).parent_id
    if (parentId === null) return
    const sums = this.#sums(id)
    this.#add(parentId, [-1, -sums[1]!, -sums[2]! - 1, -sums[3]!, -sums[4]!, -sums[5]!])
    this.#statements.reparent.run(null, id)
    this.#parents.set(id, null)
    this.#structure++
    this.#noteChange(parentId)
  }

  /** Removes the row of an entry that is not a folder. */
  removeLeaf(id: number): void {
    const row = this.#require(id)
    this.#aside.delete(id)
    if (row.parent_id !== null) {
      this.#count(row.parent_id, row.kind, row.size, -1)
      this.#noteChange(row.parent_id)
    }
    this.#deleteRow(row)
  }

  /** Removes the leaves directly in a folder. Returns how many. */
  removeLeavesOf(directoryId: number): number {
    const rows = this.#statements.leaves.all(directoryId)
    for (const row of rows) {
      this.#count(directoryId, row.kind, row.size, -1)
      this.#deleteRow(row)
    }
    if (rows.length > 0) this.#noteChange(directoryId)
    return rows.length
  }

  /** Removes the row of an empty folder. */
  removeDirectory(id: number): void {
    const row = this.#require(id)
    this.#aside.delete(id)
    const left = this.#sums(id)
    assert(left.every((n) => n === 0) || this.#statements.child.get(id) === undefined, `folder ${id} is not empty`)
    if (row.parent_id !== null) {
      // The folders above drop the sums this folder stored, even if they were wrong; otherwise the error would stay
      // there.
      this.#add(row.parent_id, [-1, -left[1]!, -left[2]! - 1, -left[3]!, -left[4]!, -left[5]!])
      this.#noteChange(row.parent_id)
    }
    this.#deltas.delete(id)
    this.#toCheck.delete(id)
    this.#changed.delete(id)
    this.#listed.delete(id)
    this.#statements.deleteDirectory.run(id)
    this.#deleteRow(row)
    this.#parents.delete(id)
    this.#structure++
    this.#touched.directories = true
  }

  /** Gives a row a new id, because the file that was known by the old id is somewhere else. */
  identifyAnew(id: number): void {
    this.identifyAs(id, this.#newUuid())
  }

  /** The id by which other programs and devices know an entry. */
  uuidOf(id: number): Uint8Array {
    return this.#statements.uuid.get(id)!['uuid'] as Uint8Array
  }

  /** The ids and kinds of all entries directly in a folder. */
  childrenOf(directoryId: number): { id: number; kind: number }[] {
    return this.#statements.children.all(directoryId)
  }

  /** Adds a correction to the sums of a folder and of all folders above it. */
  correct(directoryId: number, delta: readonly number[]): void {
    this.#add(directoryId, delta)
  }

  /** The first subfolder of a folder, or null. Folders sort first in a listing. */
  firstFolderIn(directoryId: number): number | null {
    const row = this.#statements.first.get(directoryId)
    return row?.['kind'] === DIRECTORY ? Number(row['id']) : null
  }

  /**
   * Removes a row that breaks the rules of the tree, together with its folder row. The caller repairs the sums
   * afterwards.
   */
  drop(id: number): void {
    this.#statements.deleteDirectory.run(id)
    const parentId = this.row(id)?.parent_id ?? null
    this.#deleteRow({ id, parent_id: parentId })
    this.#parents.delete(id)
    this.#touched.directories = true
  }

  /** Drops all cached rows, because other code has written rows with its own statements. */
  forgetRows(): void {
    this.#parents.clear()
    this.#structure++
    for (const observer of this.#observers) observer.rolledBack()
  }

  /** Writes corrected sums, so that they can be compared again before the commit. */
  flushSums(): void {
    this.#flushDeltas()
  }

  /** Gives a row the id of a removed row, because both stand for the same file. */
  identifyAs(id: number, uuid: Uint8Array): void {
    // The row that had this id until now was removed last, if it was removed in this transaction.
    const removed = this.#touched.removed.at(-1)
    if (removed && Buffer.from(removed.uuid).equals(uuid))
      this.#noteFormerPlace({ ...removed, id, parent_id: removed.parentId })
    this.#statements.setUuid.run(uuid, id)
    this.#touched.modified.push(id)
  }

  /**
   * Records that a folder has been read. `fingerprint` is null if its rows are only partly up to date. The commit
   * writes this last, and drops the fingerprint if rows of the folder change before then.
   */
  scanned(id: number, fingerprint: Uint8Array | null, at: number, error: string | null): void {
    this.#changed.delete(id)
    this.#listed.set(id, { fingerprint, at, error })
  }

  /** Clears a folder's fingerprint immediately, so the next scan that finds the folder reads it. */
  distrust(id: number): void {
    this.#listed.delete(id)
    this.#statements.unvouch.run(id)
  }

  rowsOf(directoryId: number): EntryRow[] {
    return this.#statements.rows.all(directoryId)
  }

  /**
   * The rows with a name in a folder. There may be two: one of a folder, and one of another entry that had the name.
   */
  rowsByName(directoryId: number, name: RawName): EntryRow[] {
    return [false, true]
      .map((isDirectory) => this.#statements.rowByKey.get(directoryId, sortKey(name, isDirectory)))
      .filter((row) => row !== undefined)
  }

  row(id: number): EntryRow | undefined {
    return this.#statements.row.get(id)
  }

  /** The place of a folder according to its row: its parent, its path in the volume, its inode and birth time. */
  folder(id: number): FolderRow | undefined {
    return this.#statements.folder.get(id)
  }

  #require(id: number): EntryRow {
    const row = this.row(id)
    assert(row !== undefined, `there is no entry ${id}`)
    return row
  }

  /**
   * Must be called if the rows of a folder change. The folder's fingerprint becomes invalid, and every scan that is
   * listing the folder lists it again.
   */
  #noteChange(directoryId: number, { isFilled = false } = {}): void {
    this.#changed.add(directoryId)
    // The sums of a folder that was just filled need no check.
    if (!isFilled) this.#toCheck.add(directoryId)
    for (const observer of this.#observers) observer.folderChanged(directoryId)
  }

  /** Adds the directory rows of new entries that are folders. Their paths start with the path of the parent. */
  #insertDirectories(parentId: number, found: readonly FoundEntry[], ids: readonly number[]): void {
    let above: ReturnType<Statements['directory']['get']>
    for (let i = 0; i < found.length; i++) {
      const { at, name, numbers } = found[i]!
      if (numbers[at + KIND] !== DIRECTORY) continue
      above ??= this.#statements.directory.get(parentId)!
      const path = Buffer.concat([above['path'] as Uint8Array, nameBytes(name), SLASH])
      this.#statements.insertDirectory.get(ids[i]!, above['volume_id']!, path)
      this.#parents.set(ids[i]!, parentId)
    }
  }

  #insertEntry(parentId: number | null, found: FoundEntry, uuid: Uint8Array | undefined): number {
    const { numbers: n, at } = found
    const id = this.#nextId++
    const kind = n[at + KIND]!
    const { extId, type } = this.#describe(found.name, kind)
    // Unlike `run`, `get` does not create a result object with the number of rows and the row id.
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
      birthtimeOf(found),
      found.inode,
      n[at + NLINK]!,
      n[at + MODE]!,
      kind === FILE ? PENDING : SKIPPED,
    )
    this.#touched.added.push(id)
    if (parentId !== null) this.#count(parentId, kind, n[at + SIZE]!, 1)
    return id
  }

  /** A 16-byte slice of a larger array. A separate array for each row would add 10% to the cost of a row. */
  #newUuid(): Uint8Array {
    if (this.#pooledUuids === UUIDS_PER_POOL) {
      this.#uuidPool = new Uint8Array(UUIDS_PER_POOL * 16)
      this.#pooledUuids = 0
    }
    const at = this.#pooledUuids++ * 16
    this.#uuids.write(this.#uuidPool, at)
    return this.#uuidPool.subarray(at, at + 16)
  }

  #placeDirectory(row: EntryRow, parentId: number, found: FoundEntry): void {
    assert(!this.isWithin(parentId, row.id), `folder ${row.id} would lie below itself`)
    const sums = this.#sums(row.id)
    const whole = [sums[1]!, sums[2]! + 1, sums[3]!, sums[4]!, sums[5]!]
    if (row.parent_id !== null) this.#add(row.parent_id, [-1, ...whole.map((n) => -n)])
    this.#placeRow(row.id, parentId, found)
    this.#parents.set(row.id, parentId)
    this.#add(parentId, [1, ...whole])
    const above = this.#statements.directory.get(parentId)!['path'] as Uint8Array
    this.#movePaths(row.id, Buffer.concat([above, nameBytes(found.name), SLASH]))
    this.#structure++
    this.#touched.directories = true
  }

  /** Makes the files below a folder that could not be read pending again. */
  #retryBelow(directoryId: number): void {
    const { volume_id: volumeId, path } = this.#statements.directory.get(directoryId)!
    const waiting = this.#statements.retryBelow.all(volumeId!, path!, pathAfter(path as Uint8Array))
    for (const row of waiting) this.#touched.modified.push(Number(row['id']))
  }

  #movePaths(directoryId: number, newPath: Uint8Array): void {
    const { volume_id: volumeId, path } = this.#statements.directory.get(directoryId)!
    const from = path as Uint8Array
    this.#statements.movePaths.run(newPath, from.length + 1, volumeId!, from, pathAfter(from))
    this.#formerPlaces.movePaths(from, newPath)
  }

  #noteFormerPlace({ id, name, parent_id: parentId }: Pick<EntryRow, 'id' | 'name' | 'parent_id'>): void {
    // The root of a location has no folder: only the location's path tells where it was.
    const folder = parentId === null ? undefined : this.#statements.directory.get(parentId)
    if (folder) this.#formerPlaces.note(id, { name, parentId }, folder['path'] as Uint8Array)
  }

  #placeOf(id: number): { parentId: number | null; name: RawName } | undefined {
    const row = this.row(id)
    return row && { parentId: row.parent_id, name: row.name }
  }

  #placeRow(id: number, parentId: number, found: FoundEntry): void {
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

  /**
   * Marks a file as pending and keeps its old content aside. After identification, the new content is compared with
   * it.
   */
  #suspect(row: EntryRow): void {
    if (row.content_id !== null) this.#statements.keepStale.run(row.id, row.content_id)
    this.#statements.suspect.run(row.id)
  }

  /** Removes the content of a row, because a symlink has taken the place of the file. */
  #dropContent(id: number): void {
    for (const drop of [this.#statements.noContent, this.#statements.noStale, this.#statements.noConflict]) drop.run(id)
  }

  /** Foreign keys delete the data that belongs to the row. */
  #deleteRow({ id, parent_id: parentId }: Pick<EntryRow, 'id' | 'parent_id'>): void {
    this.#transactions.recorder.recordEntries()
    const row = this.#statements.delete.get(id)
    if (!row) return
    this.#touched.removed.push({ ...row, parentId })
  }

  /** Counts an entry of a kind in its folder. `sign`: 1 if it was added, -1 if it was removed. */
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

  /**
   * Adds `[children, files, directories, symlinks, others, bytes]` to the sums of a folder. The folders above it get
   * all numbers but the first.
   */
  #add(directoryId: number, delta: readonly number[]): void {
    const sum = this.#deltaOf(directoryId)
    for (let i = 0; i < delta.length; i++) sum[i]! += delta[i]!
  }

  #flushDeltas(): void {
    this.#addSums(this.#takeSums())
  }

  #addSums(sums: ReadonlyMap<number, readonly number[]>): void {
    for (const [id, sum] of sums) {
      if (sum[0] !== 0) this.#statements.addSums.run(...(sum as [number]), id)
      else if (sum.some((n) => n !== 0)) this.#statements.addSumsBelow.run(...(sum.slice(1) as [number]), id)
    }
  }

  /** The amounts by which the sums of each folder grow. */
  #takeSums(): Map<number, number[]> {
    const totals = new Map<number, number[]>()
    for (const [id, delta] of this.#deltas) {
      addTo(totals, id, delta, 0)
      let depth = 0
      for (let above = this.#parentOf(id); above !== null; above = this.#parentOf(above)) {
        assertDepth(depth++, id)
        addTo(totals, above, delta, 1)
      }
    }
    this.#deltas.clear()
    return totals
  }

  /** Compares the sums of changed folders with their rows, and corrects wrong sums there and in the folders above. */
  #checkSums(): void {
    const folders = [...this.#toCheck]
    this.#toCheck.clear()
    for (const id of folders) {
      const said = this.#statements.sums.get(id)
      if (!said || Number(said['child_count']) > MAX_CHECKED_CHILDREN) continue
      const counted = sumsOf(this.#statements.count.get(id)!)
      const delta = sumsOf(said).map((n, i) => counted[i]! - n)
      if (delta.every((n) => n === 0)) continue
      this.#add(id, delta)
      this.#touched.corrected++
    }
    if (folders.length > 0) this.#flushDeltas()
  }

  #sums(directoryId: number): number[] {
    this.#flushDeltas()
    return sumsOf(this.#statements.sums.get(directoryId)!)
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

function sumsOf(row: Record<string, unknown>): number[] {
  return ['child_count', 'file_count', 'dir_count', 'symlink_count', 'other_count', 'total_size'].map((column) =>
    Number(row[column]),
  )
}

function assertDepth(depth: number, id: number): void {
  assert(depth < MAX_DEPTH, `folder ${id} lies below itself`)
}

const SLASH = Buffer.from('/')
/** No file system nests folders this deep: a longer chain of parents is a cycle. */
const MAX_DEPTH = 100_000
/** Adding up the rows of a larger folder would block other writers for too long; `library check` checks all folders. */
const MAX_CHECKED_CHILDREN = 4_096
/** There are few real extensions. If a tree has many made-up ones, this limits the cache. */
const MAX_CACHED_EXTENSIONS = 10_000
/** One number per folder: at most 16 MB. */
const MAX_CACHED_PARENTS = 200_000

/** Whether the bytes of a file may have changed since it was identified. */
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

/** Whether a directory's path equals another path or lies below it. */
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
