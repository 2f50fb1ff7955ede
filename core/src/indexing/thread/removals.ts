import type { DatabaseSync } from '../../db/sqlite.ts'
import { nameKey, type RawName } from '../../util/file-name.ts'
import { rowAsFound } from './compare.ts'
import type { EntryRow } from './touched.ts'
import type { EntryWriter } from './entry-writer.ts'
import { DIRECTORY } from './listing.ts'
import type { KnownObjects } from './known-objects.ts'

/**
 * Names of one folder that a listing did not contain. A row is removed if a second look, in the deleting transaction,
 * does not find its name either.
 */
export interface Missing {
  readonly directoryId: number
  readonly names: readonly RawName[]
}

/** Names that scans have found missing, by folder. */
export class MissingNames {
  readonly #byFolder = new Map<number, Map<string, RawName>>()

  add(directoryId: number, name: RawName): void {
    const names = this.#byFolder.get(directoryId)
    if (names) names.set(nameKey(name), name)
    else this.#byFolder.set(directoryId, new Map([[nameKey(name), name]]))
  }

  get isEmpty(): boolean {
    return this.#byFolder.size === 0
  }

  /** Returns all missing names and clears the list. */
  take(): Missing[] {
    const all = [...this.#byFolder].map(([directoryId, names]) => ({ directoryId, names: [...names.values()] }))
    this.#byFolder.clear()
    return all
  }
}

interface RemovalDeps {
  readonly db: DatabaseSync
  readonly writer: EntryWriter
  readonly objects: KnownObjects
  /** The folder whose rows are being updated: no other row is moved into it. */
  readonly folderId: number
}

/** How many rows were removed or moved. */
export interface Removed {
  removed: number
  moved: number
}

/**
 * Removes a row, with everything below it, within the caller's transaction. If a file already has another row, the file
 * was moved there: the old row takes over that place or passes on its id. Location roots stay, with everything below
 * them.
 */
export function removeRow(row: EntryRow, deps: RemovalDeps): Removed {
  const done = { removed: 0, moved: 0 }
  if (row.kind === DIRECTORY) removeTree(row.id, deps, done)
  else removeLeaf(row, deps, done)
  return done
}

/** `going`: folders that are being removed too, so no row is moved into them. */
function removeLeaf(
  row: EntryRow,
  { writer, objects, folderId }: RemovalDeps,
  done: Removed,
  going: ReadonlySet<number> = new Set(),
): void {
  const uuid = writer.uuidOf(row.id)
  const there = objects.others(row).find(({ id, parentId }) => {
    if (parentId === null || going.has(parentId)) return false
    return !objects.isKnownBy({ id, parentId, uuid: writer.uuidOf(id) }, { id: row.id, parentId: row.parent_id, uuid })
  })
  if (there?.parentId === folderId) {
    const left = writer.uuidOf(there.id)
    writer.removeLeaf(row.id)
    writer.identifyAs(there.id, uuid)
    objects.release(left, writer)
    done.removed++
    return
  }
  if (there) {
    const twin = writer.row(there.id)!
    const left = writer.uuidOf(there.id)
    writer.removeLeaf(there.id)
    writer.place(row.id, there.parentId!, rowAsFound(twin))
    objects.release(left, writer)
    done.moved++
    return
  }
  const isRemembered = objects.depart(row, uuid, ({ parentId }) => parentId !== null && going.has(parentId))
  writer.removeLeaf(row.id)
  if (!isRemembered) objects.release(uuid, writer)
  done.removed++
}

/** Removes the deepest folders first. If a folder has another row, that row gets its id. */
function removeTree(topId: number, deps: RemovalDeps, done: Removed): void {
  const { db, writer, objects } = deps
  const locations = db.prepare('select directory_id from locations').all()
  const roots = new Set(locations.map((row) => Number(row['directory_id'])))
  if (roots.has(topId)) return writer.detach(topId)
  const going = new Set([topId])
  const leaves: number[] = []
  // Iteration over a set includes elements that are added on the way.
  for (const folderId of going) {
    for (const child of writer.childrenOf(folderId)) {
      if (child.kind !== DIRECTORY) leaves.push(child.id)
      else if (roots.has(child.id)) writer.detach(child.id)
      else going.add(child.id)
    }
  }
  for (const id of leaves) removeLeaf(writer.row(id)!, deps, done, going)
  for (const id of [...going].toReversed()) {
    const row = writer.row(id)!
    const uuid = writer.uuidOf(id)
    const own = { id, parentId: row.parent_id, uuid }
    const there = objects
      .others(row)
      .find((other) => !going.has(other.id) && !objects.isKnownBy({ ...other, uuid: writer.uuidOf(other.id) }, own))
    if (!there) objects.depart(row, uuid, (other) => going.has(other.id))
    writer.removeDirectory(id)
    if (there) {
      const left = writer.uuidOf(there.id)
      writer.identifyAs(there.id, uuid)
      objects.release(left, writer)
    }
    done.removed++
  }
}
