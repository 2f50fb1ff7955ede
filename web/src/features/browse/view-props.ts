import type { KeyboardEvent } from 'react'
import type { Entry } from '@spacedrive/core/domain'
import type { Folder } from './use-folder.ts'

/** What every view of a folder is given. */
export interface ViewProps {
  readonly folder: Folder
  /** What it shows, for readers. */
  readonly label: string
  readonly onOpen: (entry: Entry) => void
  /** Keys that mean the same in every view, after the view has had its own. */
  readonly onKeyDown?: (event: KeyboardEvent) => void
}
