import type { Entry } from '@spacedrive/core/domain'
import { Inspector } from '../inspector/index.ts'
import { countChosen } from './selection.ts'
import { SelectionDetails } from './selection-details.tsx'
import { useChangeSearch } from './use-change-search.ts'
import type { Folder } from './use-folder.ts'

interface FolderInspectorProps {
  readonly folder: Folder
  /** What is looked at: the active entry, or the folder. */
  readonly entry: Entry
}

export function FolderInspector({ entry, folder }: FolderInspectorProps) {
  const change = useChangeSearch()
  const count = countChosen(folder.choice.selection, folder.total)
  return (
    <Inspector
      entry={entry}
      selection={count > 1 ? { count, details: <SelectionDetails folder={folder} /> } : undefined}
      onClose={() => change({ inspector: undefined }, { replace: true })}
    />
  )
}
