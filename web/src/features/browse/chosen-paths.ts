import { connection, pathOf } from '../../api/index.ts'
import { isChosen, type Selection } from './selection.ts'
import { type ListingInput, PAGE_ROWS } from './use-listing.ts'

/** The paths of all rows that are chosen, also of those that are not loaded. */
export async function chosenPaths(input: ListingInput, selection: Selection, total: number): Promise<string[]> {
  const paths: string[] = []
  for (let offset = 0; offset < total; offset += PAGE_ROWS) {
    const rows = Array.from({ length: Math.min(PAGE_ROWS, total - offset) }, (_, i) => offset + i)
    if (!rows.some((row) => isChosen(selection, row))) continue
    const { items } = await connection.query('files.list', { ...input, limit: PAGE_ROWS, offset })
    paths.push(...items.filter((_, i) => isChosen(selection, offset + i)).map(pathOf))
  }
  return paths
}
