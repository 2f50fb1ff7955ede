import type { Entry } from '@spacedrive/core/domain'
import { Preview } from '../preview/index.ts'
import { useChangeSearch } from './use-change-search.ts'
import type { Folder } from './use-folder.ts'
import { useLeadingFolders } from './use-leading-folders.ts'

/** The active entry as large as the window; arrows go through the files of the folder, or from one folder to the next. */
export function FolderPreview({ entry, folder: { choice, go, listing, total } }: { entry: Entry; folder: Folder }) {
  const change = useChangeSearch()
  const row = choice.active ?? 0
  const isFolder = entry.kind === 'directory'
  const folders = useLeadingFolders(listing)
  const isAlike = (each: number) => {
    if (each < 0 || each >= total) return false
    const isOfFolders = folders === null ? listing.entryAt(each)?.kind === 'directory' : each < folders
    return isOfFolders === isFolder
  }
  const entryAt = (offset: number) => (isAlike(row + offset) ? listing.entryAt(row + offset) : undefined)
  const onGo = (offset: number) => go(row + offset, 'only')
  return (
    <Preview
      entry={entry}
      onClose={() => change({ preview: undefined }, { replace: true })}
      onNext={isAlike(row + 1) ? () => onGo(1) : undefined}
      onPrevious={isAlike(row - 1) ? () => onGo(-1) : undefined}
      position={folders === null ? undefined : placeOf(row, { folders, isFolder, total })}
      neighbours={[1, -1].flatMap((offset) => entryAt(offset) ?? [])}
      strip={{ entryAt, onGo }}
    />
  )
}

/** Which of the files one is, or of the folders, which come first. */
function placeOf(
  row: number,
  { folders, isFolder, total }: { readonly folders: number; readonly isFolder: boolean; readonly total: number },
) {
  return isFolder ? { index: row + 1, total: folders } : { index: row + 1 - folders, total: total - folders }
}
