import type { Entry } from '@spacedrive/core/domain'
import { archiveUrl, downloadUrl, pathOf, useAction, useLibraryId } from '../../api/index.ts'
import { deviceOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** What actions need to know of an entry. */
export type KnownEntry = Pick<Entry, 'id' | 'kind' | 'name' | 'path' | 'pathBase64'>

/** Several entries that are selected. */
export interface SelectedEntries {
  readonly count: number
  readonly entries: () => Promise<readonly KnownEntry[]>
}

/** What an action is about. */
export interface ActedOn {
  /** Undefined: the folder itself is meant. */
  readonly entry: KnownEntry | undefined
  readonly path: string
  /** False where its disk is not plugged in. */
  readonly isOnline: boolean
  /** Where several are selected. */
  readonly selection?: SelectedEntries | undefined
}

/** Files and folders of one download, as the daemon takes them. */
const MAX_DOWNLOADED = 10_000

interface FileActions {
  /** Copies the path of each as a line. */
  readonly copyPaths: () => void
  /** One file as it is; several files, or folders, as one archive. */
  readonly download: () => void
  /** Whether that is an archive. */
  readonly isArchive: boolean
  readonly canDownload: boolean
  /** Why there is no download although the files are here; null where there is no such reason. */
  readonly hindrance: string | null
}

/** What can be done with the selected entries, or with the folder if nothing is selected. */
export function useFileActions({ entry, isOnline, path, selection }: ActedOn): FileActions {
  const t = useMessages(messages)
  const library = useLibraryId()
  const prepare = useAction('downloads.prepare')
  const count = selection?.count ?? 1
  const isArchive = selection !== undefined || entry?.kind !== 'file'
  const hindrance = count > MAX_DOWNLOADED ? t.tooMany(MAX_DOWNLOADED) : null
  const isRemote = deviceOf(entry?.path ?? path) !== null
  const canDownload = isOnline && hindrance === null && !(isArchive && isRemote)

  const copy = async () => {
    try {
      const paths = selection ? (await selection.entries()).map((each) => each.path) : [entry?.path ?? path]
      await navigator.clipboard.writeText(paths.join('\n'))
      toast(t.copied(paths.length))
    } catch (err) {
      toastError(t.copyFailed, err)
    }
  }
  const save = async () => {
    if (!canDownload) return
    if (!isArchive) return location.assign(downloadUrl(entry, library))
    try {
      const paths = selection ? (await selection.entries()).map(pathOf) : [entry ? pathOf(entry) : path]
      const { address, name } = await prepare.mutateAsync({ paths })
      location.assign(archiveUrl(address))
      toast(t.downloading(name))
    } catch (err) {
      toastError(t.downloadFailed, err)
    }
  }
  return { copyPaths: () => void copy(), download: () => void save(), isArchive, canDownload, hindrance }
}
