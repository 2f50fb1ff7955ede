import type { NameIndex } from './name-index.ts'

/**
 * Marks every folder, by its number. `mark` computes the mark of a folder from the mark of its parent folder (`outer`).
 * `row` is the folder's own row, -1 if it has none. Outside all folders the mark is 0. Marks are 0 to 253.
 */
export function markFolders(
  index: NameIndex,
  mark: (folder: { id: number; row: number }, outer: number) => number,
): Uint8Array {
  const { ids, rows } = index.folders
  const marks = new Uint8Array(ids.length).fill(UNKNOWN)
  marks[0] = 0
  const chain: number[] = []
  for (let number = 1; number < ids.length; number++) {
    let at = number
    while (marks[at] === UNKNOWN) {
      marks[at] = IN_PROGRESS
      chain.push(at)
      at = rows[at]! >= 0 ? index.parents[rows[at]!]! : 0
    }
    // If two folders swapped places, the index may for a moment hold each as the parent of the other.
    let outer = marks[at] === IN_PROGRESS ? 0 : marks[at]!
    for (let folder = chain.pop(); folder !== undefined; folder = chain.pop()) {
      outer = mark({ id: ids[folder]!, row: rows[folder]! }, outer)
      marks[folder] = outer
    }
  }
  return marks
}

const UNKNOWN = 255
const IN_PROGRESS = 254
