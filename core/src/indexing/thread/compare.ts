import { nameKey } from '../../util/file-name.ts'
import { inodeKey } from '../../util/inode.ts'
import type { EntryRow } from './touched.ts'
import type { FoundEntry } from './entry-writer.ts'
import { birthtimeOf, FIELDS, KIND, NLINK } from './listing.ts'
import { type Known, objectKey } from './reconcile.ts'

export interface FoundKnown extends Known {
  readonly found: FoundEntry
}
export interface RowKnown extends Known {
  readonly row: EntryRow
}

/** A row in the form that `reconcile` compares. */
export function rowKnown(row: EntryRow): RowKnown {
  const { kind, nlink, birthtime } = row
  return { row, name: nameKey(row.name), kind, object: objectKey(row.inode, birthtime), nlink, birthtime }
}

/** An entry found on the disk, in the form that `reconcile` compares. */
export function foundKnown(found: FoundEntry): FoundKnown {
  const { numbers, at } = found
  return {
    found,
    name: nameKey(found.name),
    kind: numbers[at + KIND]!,
    object: objectKey(found.inode, birthtimeOf(found)),
    nlink: numbers[at + NLINK]!,
    birthtime: birthtimeOf(found),
  }
}

/** Whether the stats of a row differ from those of the entry on the disk. */
export function differs(row: EntryRow, found: FoundEntry): boolean {
  const { numbers: n, at, inode } = found
  return (
    row.kind !== n[at] ||
    row.size !== n[at + 1] ||
    row.allocated !== n[at + 2] ||
    row.mtime !== n[at + 3] ||
    row.mtime_ns !== n[at + 4] ||
    row.ctime !== n[at + 5] ||
    row.nlink !== n[at + 8] ||
    row.mode !== n[at + 9] ||
    row.birthtime !== birthtimeOf(found) ||
    inodeKey(row.inode) !== inodeKey(inode)
  )
}

/** A row in the form of a listing. Used if a row takes over the place of another row on the disk. */
export function rowAsFound(row: EntryRow): FoundEntry {
  const numbers = Array.from({ length: FIELDS }, () => 0)
  const values = [row.kind, row.size, row.allocated, row.mtime, row.mtime_ns, row.ctime, row.birthtime ?? Number.NaN]
  for (const [i, value] of values.entries()) numbers[i] = value
  numbers[7] = typeof row.inode === 'number' ? row.inode : Number.NaN
  numbers[NLINK] = row.nlink
  numbers[9] = row.mode
  return { name: row.name, numbers, at: 0, inode: row.inode }
}
