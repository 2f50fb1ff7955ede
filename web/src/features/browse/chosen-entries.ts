import type { Entry } from '@spacedrive/core/domain'
import { connection } from '../../api/index.ts'
import { isChosen, type Selection } from './selection.ts'
import { type ListingInput, PAGE_ROWS } from './use-listing.ts'

/** All entries that are chosen, also those that are not loaded, in the order of the listing. */
export async function chosenEntries(input: ListingInput, selection: Selection, total: number): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let offset = 0; offset < total; offset += PAGE_ROWS) {
    const rows = Array.from({ length: Math.min(PAGE_ROWS, total - offset) }, (_, i) => offset + i)
    if (!rows.some((row) => isChosen(selection, row))) continue
    const { items } = await connection.query('files.list', { ...input, limit: PAGE_ROWS, offset })
    entries.push(...items.filter((_, i) => isChosen(selection, offset + i)))
  }
  return entries
}
