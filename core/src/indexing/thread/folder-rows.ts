import type { DatabaseSync } from '../../db/sqlite.ts'
import { moveLocation } from '../../location/move-location.ts'
import { bytesToName, nameBytes, nameKey, type RawName } from '../../util/file-name.ts'
import { partition } from '../../util/partition.ts'
import { differs, foundKnown, type FoundKnown, rowAsFound, rowKnown, type RowKnown } from './compare.ts'
import type { EntryRow } from './touched.ts'
import { type EntryWriter, type FoundEntry, isBelow, pathAfter } from './entry-writer.ts'
import type { EphemeralIds, FileObject } from './ephemeral-ids.ts'
import type { KnownObjects, SameObject } from './known-objects.ts'
import { isOtherFileSystem, KIND, MODE, DIRECTORY } from './listing.ts'
import { reconcile } from './reconcile.ts'
import { type MissingNames, removeRow } from './removals.ts'
import type { ScanReport } from './scan-request.ts'

/** A folder whose rows are brought up to date. */
export interface ListedFolder {
  readonly id: number
  /** Starts at the volume's root and ends in a slash; empty for that root. */
  readonly path: RawName
}

/**
 * How a folder got into its parent. `arrived`: it comes from outside this scan's location, or it may have been
 * unreadable before, because it is another folder now or has other permissions.
 */
export type Arrival = 'kept' | 'added' | 'moved' | 'arrived'

export interface FolderRowsDeps {
  readonly db: DatabaseSync
  readonly writer: EntryWriter
  readonly volumeId: number
  /** Path of the location that contains the folders, from the volume's root. */
  readonly volumePath: RawName
  readonly objects: KnownObjects
  /** Whether a folder of this volume keeps its inode as long as it exists. */
  readonly hasStableInodes: boolean
  readonly missing: MissingNames
  readonly changes: ScanReport['changes']
  readonly ids: Pick<EphemeralIds, 'isEmpty' | 'take'>
  /**
   * Whether the file of a row still exists at the row's path. If so, the file was not moved: `found` is the same file,
   * seen through a second mount.
   */
  isStillThere(row: SameObject, found: FoundEntry): boolean
  objectOf(found: FoundEntry): FileObject
  /** The absolute path of a path in the volume, through this location's mount. */
  absolute(path: RawName): RawName
}

export interface ListedRows {
  readonly rows: readonly EntryRow[]
  readonly found: readonly FoundEntry[]
  /** Names that could not be read: their rows stay. */
  readonly unreadable: readonly { readonly name: RawName }[]
  /**
   * Whether the folder was listed in this very transaction. If so, rows that were not found are removed immediately.
   */
  readonly isProof: boolean
  /** Called for each subfolder. */
  entered(id: number, found: FoundEntry, arrival: Arrival): void
}

/** No row has this id. */
const NO_FOLDER = 0

/** Updates the rows of one folder to match a listing, within the caller's transaction. */
export class FolderRows {
  readonly #deps: FolderRowsDeps
  /** Location roots below this location that have no parent row, by path. Valid for one state of the writer. */
  #detached: { readonly structure: number; readonly byPath: ReadonlyMap<string, number> } | null = null

  /** The folder that is being recorded. */
  #folderId = NO_FOLDER

  constructor(deps: FolderRowsDeps) {
    this.#deps = deps
  }

  /** Returns whether the rows now match the listing exactly. */
  record(folder: ListedFolder, listed: ListedRows): boolean {
    this.#folderId = folder.id
    if (listed.rows.length > 0) return this.#update(folder, listed)
    this.#fill(folder, listed)
    return true
  }

  /** The location roots below this location that have no parent row, with another row of the same folder. */
  rootsWithTwin(): { root: EntryRow; twin: SameObject }[] {
    // Without a birth time, or with inodes that change, another folder may have the inode now.
    if (!this.#deps.hasStableInodes) return []
    const rows = [...this.#detachedRoots().values()].map((id) => this.#deps.writer.row(id)!)
    return rows.flatMap((root) => {
      const twin = root.birthtime === null ? undefined : this.#twinOf(root)
      return twin ? [{ root, twin }] : []
    })
  }

  /**
   * Moves a root from `rootsWithTwin` to the place of its twin, and removes the twin. The next scan reads the folder.
   */
  rejoin(root: EntryRow, twin: SameObject): void {
    const { changes, writer } = this.#deps
    const there = rowAsFound(writer.row(twin.id)!)
    this.#folderId = NO_FOLDER
    this.#remove(twin.id)
    this.#place(root.id, twin.parentId!, there)
    changes.moved++
    writer.distrust(root.id)
  }

  /** Another row of the folder of a location's root, which is neither a root itself nor below that root. */
  #twinOf(root: EntryRow): SameObject | undefined {
    const { objects, writer } = this.#deps
    return objects
      .others(root)
      .find(({ id, parentId }) => parentId !== null && !this.#isLocationRoot(id) && !writer.isWithin(parentId, root.id))
  }

  #update(folder: ListedFolder, listed: ListedRows): boolean {
    const { writer, changes, missing, objects } = this.#deps
    const unknown = new Set(listed.unreadable.map((entry) => nameKey(entry.name)))
    const covered = this.#coveredBy(listed)
    for (const { id, found: mounted } of covered.values()) listed.entered(id, mounted, 'kept')
    const found = listed.found.filter((entry) => !covered.has(nameKey(entry.name))).map(foundKnown)
    const here = new Map(found.map((each) => [each.name, each]))
    const comparable = listed.rows
      .map((row) => this.#known(row, here))
      .filter((row) => !unknown.has(row.name) && !covered.has(row.name))
    const byName = new Map(comparable.map((row) => [row.name, row.row.id]))
    const reconciled = reconcile<RowKnown, FoundKnown>(comparable, found, {
      isFromElsewhere: (each) => this.#isFromElsewhere(folder, each.found, byName.get(each.name)),
      hasStableInodes: this.#deps.hasStableInodes,
    })
    // If a folder has become a location under its new name, the location's row replaces the old row.
    const [renamed, adopted] = partition(reconciled.renamed, (each) => !this.#isDetachedRoot(folder, each.found.found))
    const { kept } = reconciled
    const added = [...reconciled.added, ...adopted.map(({ found: there }) => there)]
    const removed = [...reconciled.removed, ...adopted.map(({ row }) => row)]
    const taken = new Set([...renamed.map(({ found: there }) => there), ...added].map(standKey))
    const isInTheWay = (row: RowKnown) => taken.has(standKey(row))
    for (const row of removed) if (isInTheWay(row)) this.#remove(row.row.id)
    for (const { row } of renamed) writer.putAside(row.row.id)
    for (const { row, found: there } of renamed) {
      changes.moved++
      this.#place(row.row.id, folder.id, there.found)
      if (row.kind === DIRECTORY) listed.entered(row.row.id, there.found, 'moved')
    }
    const replaced: { row: EntryRow; uuid: Uint8Array }[] = []
    const left: Uint8Array[] = []
    for (const { row, found: there } of kept) {
      if (row.object !== there.object) {
        const uuid = writer.uuidOf(row.row.id)
        const own = this.#deps.hasStableInodes ? objects.cameBackTo(folder.id, there.found, uuid) : undefined
        if (own) {
          writer.identifyAs(row.row.id, own)
          // The file that had this name may be among the added ones.
          objects.replace(row.row, uuid)
          left.push(uuid)
        } else replaced.push({ row: row.row, uuid })
      }
      const isUnread = row.object !== there.object || row.row.mode !== there.found.numbers[there.found.at + MODE]
      if (differs(row.row, there.found)) {
        writer.update(row.row.id, there.found)
        changes.modified++
      }
      if (row.kind === DIRECTORY) listed.entered(row.row.id, there.found, isUnread ? 'arrived' : 'kept')
    }
    for (const each of added) this.#insert(folder, each.found, listed)
    // The previous file of a rewritten name may have been moved to another folder: remember its id for the new place.
    for (const { row, uuid } of replaced) objects.replace(row, uuid)
    // The previous file may have got a newer id at another place, where it was seen while this row had its id.
    for (const uuid of left) objects.release(uuid, writer)
    let isComplete = true
    for (const row of removed) {
      if (isInTheWay(row)) continue
      if (listed.isProof) this.#remove(row.row.id)
      else {
        missing.add(folder.id, row.row.name)
        isComplete = false
      }
    }
    return isComplete
  }

  /** Folders on which another file system is mounted. The mount hides their own contents, so the rows of those stay. */
  #coveredBy({ rows, found }: ListedRows): Map<string, { id: number; found: FoundEntry }> {
    const mounted = found.filter(isOtherFileSystem)
    if (mounted.length === 0) return new Map()
    const folders = new Map(rows.filter(({ kind }) => kind === DIRECTORY).map((row) => [nameKey(row.name), row.id]))
    return new Map(
      mounted.flatMap((entry) => {
        const id = folders.get(nameKey(entry.name))
        return id === undefined ? [] : [[nameKey(entry.name), { id, found: entry }] as const]
      }),
    )
  }

  /**
   * Whether the file came from another folder. `named`: the row that already has this name; a file that returns to its
   * own row is not from elsewhere.
   */
  #isFromElsewhere({ id }: ListedFolder, found: FoundEntry, named: number | undefined): boolean {
    const { objects, isStillThere } = this.#deps
    if (objects.hasDeparted(found, { directoryId: id, named }) || objects.isLinkedFrom(found, id)) return true
    if (!objects.mayBeKnown(found)) return false
    return objects.of(found).some((same) => same.parentId !== id && !isStillThere(same, found))
  }

  /**
   * The row of a location's root counts as the same folder as any folder at its path. Only its own location decides
   * whether the folder is the right one.
   */
  #known(row: EntryRow, here: ReadonlyMap<string, FoundKnown>): RowKnown {
    const known = rowKnown(row)
    if (row.kind !== DIRECTORY || !this.#isLocationRoot(row.id)) return known
    const found = here.get(known.name)
    return found?.kind === DIRECTORY ? { ...known, object: found.object } : known
  }

  #isLocationRoot(id: number): boolean {
    return this.#deps.db.prepare('select 1 from locations where directory_id = ?').get(id) !== undefined
  }

  /** Does nothing if the row was already moved or removed together with another row. */
  #remove(id: number): void {
    const { changes, writer } = this.#deps
    const row = writer.row(id)
    if (!row) return
    const { removed, moved } = removeRow(row, { ...this.#deps, folderId: this.#folderId })
    changes.removed += removed
    changes.moved += moved
    // The moved file was counted as added where it was found.
    changes.added -= moved
  }

  #fill(folder: ListedFolder, listed: ListedRows): void {
    const { writer, objects, changes } = this.#deps
    const hasRoots = this.#detachedRoots().size > 0
    const isPlain = (found: FoundEntry) =>
      !objects.mayBeKnown(found) && !(hasRoots && this.#isDetachedRoot(folder, found))
    const plain =
      (objects.isEmpty && !hasRoots) || listed.found.every(isPlain) ? listed.found : listed.found.filter(isPlain)
    const ids = writer.insertAll(folder.id, plain, (found) => this.#uuidOf(found))
    changes.added += plain.length
    for (const [i, found] of plain.entries())
      if (found.numbers[found.at + KIND] === DIRECTORY) listed.entered(ids[i]!, found, 'added')
    if (plain.length === listed.found.length) return
    const done = new Set(plain)
    for (const found of listed.found) if (!done.has(found)) this.#insert(folder, found, listed)
  }

  #insert(folder: ListedFolder, found: FoundEntry, listed: ListedRows): void {
    const { writer, changes } = this.#deps
    const isDirectory = found.numbers[found.at + KIND] === DIRECTORY
    const known = (isDirectory ? this.#adopted(folder, found) : null) ?? this.#moved(folder, found)
    if (known !== null) {
      if (isDirectory) listed.entered(known.id, found, known.arrival)
      return
    }
    const id = writer.insert(folder.id, found, this.#uuidOf(found))
    changes.added++
    if (isDirectory) listed.entered(id, found, 'added')
  }

  /** A new folder may be the root of a nested location, which already has rows. */
  #adopted(folder: ListedFolder, found: FoundEntry): { id: number; arrival: Arrival } | null {
    const { writer } = this.#deps
    const id = this.#detachedRoots().get(pathKey(folder, found))
    if (id === undefined || writer.isWithin(folder.id, id)) return null
    writer.adopt(id, folder.id)
    writer.update(id, found)
    return { id, arrival: 'arrived' }
  }

  /** A new entry may have been moved here: then it keeps its row and everything below it. */
  #moved(folder: ListedFolder, found: FoundEntry): { id: number; arrival: Arrival } | null {
    const { objects, writer, missing, changes } = this.#deps
    if (!objects.mayBeKnown(found)) return null
    for (const same of objects.of(found)) {
      if (this.#deps.isStillThere(same, found)) continue
      if (same.kind === DIRECTORY && writer.isWithin(folder.id, same.id)) {
        // The rows of the folders above are at outdated places: look at them again.
        if (same.parentId !== null) missing.add(same.parentId, same.name)
        continue
      }
      changes.moved++
      this.#place(same.id, folder.id, found)
      return { id: same.id, arrival: isBelow(same.folderPath, nameBytes(this.#deps.volumePath)) ? 'moved' : 'arrived' }
    }
    return null
  }

  #place(id: number, folderId: number, found: FoundEntry): void {
    if (found.numbers[found.at + KIND] === DIRECTORY) this.#clearForRoots(id, folderId, found)
    this.#deps.writer.place(id, folderId, found)
    if (found.numbers[found.at + KIND] === DIRECTORY) this.#followLocations(id)
  }

  /**
   * Called before a folder is moved here. Folders inside it may have become locations since; the rows of those
   * locations replace their old rows.
   */
  #clearForRoots(id: number, folderId: number, found: FoundEntry): void {
    const { db, volumeId, writer } = this.#deps
    const from = writer.folder(id)!.path
    const to = nameBytes(directoryPath(bytesToName(writer.folder(folderId)!.path), found.name))
    for (const path of this.#detachedRoots().keys()) {
      const root = Buffer.from(path, 'latin1')
      if (!isBelow(root, to)) continue
      const at = new Uint8Array(Buffer.concat([from, root.subarray(to.length)]))
      const old = db.prepare('select id from directories where volume_id = ? and path = ?').get(volumeId, at)
      if (old && Number(old['id']) !== id) this.#remove(Number(old['id']))
    }
  }

  /** Updates the paths of all locations whose roots are inside the moved folder. */
  #followLocations(directoryId: number): void {
    const { db, writer, volumeId, absolute } = this.#deps
    const { path } = writer.folder(directoryId)!
    const below = db
      .prepare(
        `select l.id, d.path from locations l join directories d on d.id = l.directory_id
         where d.volume_id = ? and d.path >= ? and d.path < ?`,
      )
      .all(volumeId, path, pathAfter(path))
    for (const location of below) {
      const dir = absolute(bytesToName(location['path'] as Uint8Array))
      moveLocation(db, Number(location['id']), dir)
    }
  }

  #isDetachedRoot(folder: ListedFolder, found: FoundEntry): boolean {
    return found.numbers[found.at + KIND] === DIRECTORY && this.#detachedRoots().has(pathKey(folder, found))
  }

  #detachedRoots(): ReadonlyMap<string, number> {
    const { db, writer, volumeId, volumePath } = this.#deps
    if (this.#detached?.structure === writer.structure) return this.#detached.byPath
    const own = nameBytes(volumePath)
    const rows = db
      .prepare(
        // In this order: a location may have a million folders, and there are few locations.
        `select d.id, d.path from locations l
         cross join entries e on e.id = l.directory_id cross join directories d on d.id = e.id
         where e.parent_id is null and d.volume_id = ? and d.path > ? and d.path < ?`,
      )
      .all(volumeId, own, pathAfter(own))
    const byPath = new Map(
      rows.map((row) => [Buffer.from(row['path'] as Uint8Array).toString('latin1'), Number(row['id'])]),
    )
    this.#detached = { structure: writer.structure, byPath }
    return byPath
  }

  #uuidOf(found: FoundEntry): Uint8Array | undefined {
    const { ids, objects, objectOf } = this.#deps
    const browsed = ids.isEmpty ? undefined : ids.take(objectOf(found))
    const known = objects.comeBack(found)
    if (known) {
      if (known.holder !== null) this.#identifyAnew(known.holder)
      return known.uuid
    }
    return browsed && objects.holderOf(browsed) === null ? browsed : undefined
  }

  /**
   * Gives a row another id, because the file with its old id is somewhere else. If the row's own file had an id
   * before, it gets that one back, even if a third row has that id now. The recursion ends, because each former id is
   * returned once.
   */
  #identifyAnew(id: number): void {
    const { objects, writer } = this.#deps
    const former = objects.takeBack(writer.row(id)!)
    if (!former || former.holder === id) return writer.identifyAnew(id)
    if (former.holder !== null) this.#identifyAnew(former.holder)
    writer.identifyAs(id, former.uuid)
  }
}

/** The path of the folder `name` inside the folder with the path `parent`. */
export function directoryPath(parent: RawName, name: RawName): RawName {
  if (typeof parent === 'string' && typeof name === 'string') return `${parent}${name}/`
  return bytesToName(Buffer.concat([nameBytes(parent), nameBytes(name), Buffer.from('/')]))
}

function pathKey(folder: ListedFolder, found: FoundEntry): string {
  return Buffer.from(nameBytes(directoryPath(folder.path, found.name))).toString('latin1')
}

/** For a moment, a folder and another entry may have the same name. */
function standKey({ kind, name }: { kind: number; name: string }): string {
  return kind === DIRECTORY ? `/${name}` : name
}
