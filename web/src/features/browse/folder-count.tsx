import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'
import { countChosen } from './selection.ts'
import { selectionSize } from './selection-size.ts'
import type { Folder } from './use-folder.ts'

/** Rows that are counted: those of a folder, or of another view of it. */
export interface CountedRows extends Pick<Folder, 'choice' | 'total'> {
  readonly listing: Pick<Folder['listing'], 'total' | 'entryAt'>
}

interface FolderCountProps {
  readonly folder: CountedRows
  /** Bytes of all that is in it; null while that is not known. */
  readonly size: number | null
}

/** How many things a folder holds and how large they are, or those of them that are chosen. */
export function FolderCount({ folder: { choice, listing, total }, size: whole }: FolderCountProps) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const chosen = countChosen(choice.selection, total)
  const size = chosen > 0 ? selectionSize(choice.selection, listing, whole) : whole
  if (listing.total === null) return null
  return (
    <p role="status" className="text-muted truncate text-xs tabular-nums">
      {chosen > 0 ? t.selected(chosen) : t.items(total)}
      {size !== null && <span className="max-wide:hidden"> · {bytes(size)}</span>}
    </p>
  )
}
