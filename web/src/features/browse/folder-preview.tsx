import type { Entry } from '@spacedrive/core/domain'
import { useEffect, useRef } from 'react'
import { Preview } from '../preview/index.ts'
import { useChangeSearch } from './use-change-search.ts'
import type { Folder } from './use-folder.ts'

/** The active entry as large as the window; arrows go through the folder. */
export function FolderPreview({ entry, folder: { choice, go, listing, total } }: { entry: Entry; folder: Folder }) {
  const change = useChangeSearch()
  const row = choice.active
  const focusRow = useRef(() => {})
  useEffect(() => {
    focusRow.current = () => row !== null && go(row, 'move')
  })
  // The dialog gives the focus back to the row it was opened from; it belongs to the one that was gone to.
  useEffect(() => () => void setTimeout(() => focusRow.current()), [])
  const hasNext = row !== null && row < total - 1
  const hasPrevious = row !== null && row > 0
  const neighbours = row === null ? [] : [row + 1, row - 1].flatMap((each) => listing.entryAt(each) ?? [])
  return (
    <Preview
      entry={entry}
      onClose={() => change({ preview: undefined }, { replace: true })}
      onNext={hasNext ? () => go(row + 1, 'only') : undefined}
      onPrevious={hasPrevious ? () => go(row - 1, 'only') : undefined}
      position={row === null ? undefined : { index: row + 1, total }}
      neighbours={neighbours}
    />
  )
}
