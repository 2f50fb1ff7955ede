import { useOperation } from '../../api/index.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'
import { countChosen, type Selection } from './selection.ts'
import type { Folder } from './use-folder.ts'
import type { Listing } from './use-listing.ts'

/** Chosen entries that are summed up. */
const MAX_SUMMED = 2_000

/** How many things a folder holds and how large they are, or those of them that are chosen. */
export function FolderCount({ folder: { choice, listing, total }, path }: { folder: Folder; path: string }) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const { selection } = choice
  const whole = useOperation('files.info', { path }, { enabled: listing.source === 'index' }).data?.totalSize ?? null
  const chosen = countChosen(selection, total)
  const size = chosen > 0 ? sizeOf(selection, chosen, listing, whole) : whole
  if (listing.total === null) return null
  return (
    <p role="status" className="text-muted truncate text-xs tabular-nums">
      {chosen > 0 ? t.selected(chosen) : t.items(total)}
      {size !== null && <span className="max-wide:hidden"> · {bytes(size)}</span>}
    </p>
  )
}

/** Null where it cannot be told of all. */
function sizeOf({ isInverted, spans }: Selection, count: number, { entryAt }: Listing, whole: number | null) {
  if (isInverted) return spans.length === 0 ? whole : null
  if (count > MAX_SUMMED) return null
  let sum = 0
  for (const { first, last } of spans)
    for (let row = first; row <= last; row++) {
      const entry = entryAt(row)
      const size = entry?.kind === 'directory' ? entry.totalSize : entry?.size
      if (size === undefined || size === null) return null
      sum += size
    }
  return sum
}
