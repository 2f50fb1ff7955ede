import type { Entry } from '@spacedrive/core/domain'
import { Inspector } from '../inspector/index.ts'
import { countChosen } from './selection.ts'
import { selectionSize } from './selection-size.ts'
import { useChangeSearch } from './use-change-search.ts'
import type { Folder } from './use-folder.ts'

interface FolderInspectorProps {
  readonly folder: Folder
  /** What is looked at: the active entry, or the folder. */
  readonly entry: Entry
}

export function FolderInspector({ entry, folder: { choice, listing, total } }: FolderInspectorProps) {
  const change = useChangeSearch()
  const count = countChosen(choice.selection, total)
  const size = selectionSize(choice.selection, listing, null)
  return (
    <Inspector
      entry={entry}
      selection={count > 1 && size !== null ? { count, size } : undefined}
      onClose={() => change({ inspector: undefined }, { replace: true })}
    />
  )
}
