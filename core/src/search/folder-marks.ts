import type { NameIndex } from './name-index.ts'

/** A folder to mark. */
export interface MarkedFolder {
  readonly id: number
  /** The folder's own row; -1 if it has none. */
  readonly row: number
}

/** Computes the mark of a folder from the mark of its parent folder; outside all folders the mark is 0. */
export type MarkFolder = (folder: MarkedFolder, outer: number) => number

/** Marks every folder, by its number. Marks are 0 to 253. */
export function markFolders(index: NameIndex, mark: MarkFolder): Uint8Array {
  return fillMarks(new Uint8Array(index.folders.ids.length), index, mark)
}

/** Marks every folder, by its number. Marks are 0 to 65,533. */
export function markFoldersWidely(index: NameIndex, mark: MarkFolder): Uint16Array {
  return fillMarks(new Uint16Array(index.folders.ids.length), index, mark)
}

function fillMarks<T extends Uint8Array | Uint16Array>(marks: T, index: NameIndex, mark: MarkFolder): T {
  const { ids, rows } = index.folders
  const unknown = 2 ** (8 * marks.BYTES_PER_ELEMENT) - 1
  const inProgress = unknown - 1
  marks.fill(unknown)
  marks[0] = 0
  const chain: number[] = []
  for (let number = 1; number < ids.length; number++) {
    let at = number
    while (marks[at] === unknown) {
      marks[at] = inProgress
      chain.push(at)
      at = rows[at]! >= 0 ? index.parents[rows[at]!]! : 0
    }
    // If two folders have swapped places, each may be the other's parent in the index for a moment.
    let outer = marks[at] === inProgress ? 0 : marks[at]!
    for (let folder = chain.pop(); folder !== undefined; folder = chain.pop()) {
      outer = mark({ id: ids[folder]!, row: rows[folder]! }, outer)
      marks[folder] = outer
    }
  }
  return marks
}
