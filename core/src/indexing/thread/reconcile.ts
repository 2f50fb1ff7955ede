import { entryKindNumbers } from '../../domain/stored-lists.ts'
import { type Inode, inodeKey } from '../../util/inode.ts'

/** One side of a comparison: a row of the index, or an entry on the disk. */
export interface Known {
  /** The name, or a key for it if the name is not valid text; unique in the folder. */
  readonly name: string
  readonly kind: number
  /** The key by which the file system knows the file, independently of its name: see `objectKey`. */
  readonly object: number | string
  readonly nlink: number
  /** The birth time in milliseconds; null if the file system does not keep it. */
  readonly birthtime: number | null
}

export interface ReconcileOptions<Found> {
  /** Whether an entry has a row in another folder. */
  readonly isFromElsewhere?: (found: Found) => boolean
  /** Whether a folder keeps its inode as long as it exists. FAT, for example, invents inodes at run time. */
  readonly hasStableInodes?: boolean
}

export interface Reconciled<Row extends Known, Found extends Known> {
  /** Entries that kept their name; their stats may differ. */
  readonly kept: { row: Row; found: Found }[]
  /** Entries that were renamed: the same file under another name. */
  readonly renamed: { row: Row; found: Found }[]
  readonly added: Found[]
  readonly removed: Row[]
}

/**
 * Decides what happened to each row of one folder.
 *
 * A name that still exists keeps its row, so a file that is saved by renaming a new file over it stays the same file.
 * The exception is names that were swapped: if every inode involved is known, the rows follow the inodes. If a row's
 * name is gone, the row follows its inode to a new name, provided that no other file can be meant (one link, same
 * kind). A file for which `isFromElsewhere` is true was moved here from another folder: it brings its own row, which
 * takes over the name. Nobody rewrites a folder by renaming, so a folder with another object key is another folder,
 * whatever its name.
 */
export function reconcile<Row extends Known, Found extends Known>(
  rows: readonly Row[],
  listing: readonly Found[],
  { isFromElsewhere = () => false, hasStableInodes = true }: ReconcileOptions<Found> = {},
): Reconciled<Row, Found> {
  const rowsByName = new Map(rows.map((row) => [row.name, row]))
  const kept: { row: Row; found: Found }[] = []
  const renamed: { row: Row; found: Found }[] = []
  const added: Found[] = []
  const left = new Set(rows)
  const unsettled: Found[] = []
  for (const found of listing) {
    const row = rowsByName.get(found.name)
    if (row && isSameObject(row, found)) {
      kept.push({ row, found })
      left.delete(row)
    } else unsettled.push(found)
  }
  if (unsettled.length === 0) return { kept, renamed, added, removed: [...left] }

  const leftByObject = new Map<number | string, Row>()
  for (const row of left) if (row.nlink === 1 || row.kind === DIRECTORY) leftByObject.set(row.object, row)
  const unsettledByName = new Map(unsettled.map((found) => [found.name, found]))
  const owners = new Map<Found, Row>()
  for (const found of unsettled) {
    const row = leftByObject.get(found.object)
    if (row && row.kind === found.kind) owners.set(found, row)
  }
  for (const found of unsettled) {
    const named = rowsByName.get(found.name)
    const owner = owners.get(found)
    if (owner && left.has(owner) && followsObject(found, owner, named)) {
      renamed.push({ row: owner, found })
      left.delete(owner)
    } else if (named && left.has(named) && !isAnother(named, found, hasStableInodes) && !isFromElsewhere(found)) {
      kept.push({ row: named, found })
      left.delete(named)
    } else added.push(found)
  }
  return { kept, renamed, added, removed: [...left] }

  function followsObject(found: Found, owner: Row, named: Row | undefined): boolean {
    // Programs do not save folders by renaming another folder over them.
    if (owner.kind === DIRECTORY) return true
    const successor = unsettledByName.get(owner.name)
    // The old name is gone. A name that existed before keeps its own row, because its file was saved through a rename.
    if (!successor) return named === undefined
    // If the old name now belongs to an unknown file, that file is the new version, and this one is its backup.
    return owners.has(successor) || isFromElsewhere(successor)
  }
}

/**
 * Combines inode and birth time, because inodes are reused: a file that is created right after a deletion often gets
 * the same inode, but never the same birth time. If the file system keeps no birth times, it is the inode alone.
 */
export function objectKey(inode: Inode, birthtime: number | null): number | string {
  return birthtime === null ? inodeKey(inode) : `${inodeKey(inode)}:${birthtime}`
}

const DIRECTORY = entryKindNumbers.directory

/** Whether a name now stands for a different thing. */
function isAnother(row: Known, found: Known, hasStableInodes: boolean): boolean {
  if ((row.kind === DIRECTORY) !== (found.kind === DIRECTORY)) return true
  if (row.kind !== DIRECTORY) return false
  if (hasStableInodes) return row.object !== found.object
  return row.birthtime !== null && found.birthtime !== null && row.birthtime !== found.birthtime
}

function isSameObject(row: Known, found: Known): boolean {
  return row.kind === found.kind && row.object === found.object
}
