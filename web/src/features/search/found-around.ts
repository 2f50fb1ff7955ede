import type { SearchItem } from '@spacedrive/core/domain'

/** Rows that are walked over on the way to the next file. */
const MAX_WALKED = 1_000

interface FoundAround {
  readonly entryAt: (row: number) => SearchItem | undefined
  /** Rows that can be scrolled to. */
  readonly rows: number
  /** Of the result that is shown. */
  readonly row: number
}

/** The row of the file that lies `offset` files after a result, or before it; of a folder the next folders. Null: none is loaded. */
export function rowAround({ entryAt, row, rows }: FoundAround, offset: number): number | null {
  const isFolder = entryAt(row)?.kind === 'directory'
  const step = Math.sign(offset)
  let left = Math.abs(offset)
  for (let walked = 1; walked <= MAX_WALKED && left > 0; walked++) {
    const at = row + step * walked
    const entry = at >= 0 && at < rows ? entryAt(at) : undefined
    if (!entry) return null
    if ((entry.kind === 'directory') === isFolder && --left === 0) return at
  }
  return left === 0 ? row : null
}

/** Which of the files among the results one is, from 1, and how many there are; null if not all are loaded. */
export function placeAmongFiles({ entryAt, row, rows }: FoundAround): { index: number; total: number } | null {
  const isFolder = entryAt(row)?.kind === 'directory'
  let [index, total] = [0, 0]
  for (let at = 0; at < rows; at++) {
    const entry = entryAt(at)
    if (!entry) return null
    if ((entry.kind === 'directory') !== isFolder) continue
    total++
    if (at <= row) index++
  }
  return { index, total }
}
