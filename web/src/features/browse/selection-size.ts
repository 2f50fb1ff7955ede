import type { Selection } from './selection.ts'
import type { Listing } from './use-listing.ts'

/** Chosen entries that are summed up. */
const MAX_SUMMED = 2_000

/** Bytes of what is chosen; null where that cannot be told of all of it. `whole` is the size of the folder. */
export function selectionSize(
  { isInverted, spans }: Selection,
  { entryAt }: Pick<Listing, 'entryAt'>,
  whole: number | null,
): number | null {
  if (isInverted) return spans.length === 0 ? whole : null
  const count = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  if (count > MAX_SUMMED) return null
  let total = 0
  for (const { first, last } of spans)
    for (let row = first; row <= last; row++) {
      const entry = entryAt(row)
      const size = entry?.kind === 'directory' ? entry.totalSize : entry?.size
      if (size === undefined || size === null) return null
      total += size
    }
  return total
}
