import type { Entry } from '@spacedrive/core/domain'
import { AppWindow, ArrowDownToLine, Copy, Download, Eye, FolderOpen, PanelRight } from 'lucide-react'
import { downloadUrl, isElsewhere, pathOf, useAction, useLibraryId } from '../../api/index.ts'
import { useKeysOf } from '../../app/command-keys.tsx'
import { useAddress } from '../../app/use-address.ts'
import { deviceOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { MenuItem, MenuLine, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { SendTo } from './send-to.tsx'

/** What the menu needs to know of an entry. */
type Known = Pick<Entry, 'id' | 'kind' | 'name' | 'path' | 'pathBase64'>

type Selected = { readonly count: number; readonly paths: () => Promise<readonly string[]> } | undefined

interface EntryMenuProps<E extends Known> {
  /** Undefined: the folder itself is meant. */
  readonly entry: E | undefined
  readonly path: string
  /** False where its disk is not plugged in. */
  readonly isOnline: boolean
  readonly onOpen: (entry: E) => void
  /** Where several are chosen. */
  readonly selection?: Selected
}

/** What can be done with one entry. */
export function EntryMenu<E extends Known>({ entry, isOnline, onOpen, path, selection }: EntryMenuProps<E>) {
  const t = useMessages(messages)
  const library = useLibraryId()
  const isRemote = deviceOf(entry?.path ?? path) !== null
  const openKeys = useKeysOf('open')
  const previewKeys = useKeysOf('preview')
  const infoKeys = useKeysOf('inspector')
  const [, change] = useAddress()
  const openFile = useAction('files.open')
  const openWith = (file: Known) =>
    openFile.mutate(
      { path: pathOf(file) },
      { onSuccess: () => toast(t.opened(file.name)), onError: (err) => toastError(t.openFailed, err) },
    )
  const copy = async () => {
    await navigator.clipboard.writeText(entry?.path ?? path)
    toast(t.copied)
  }
  return (
    <>
      {entry && (
        <>
          <MenuItem icon={FolderOpen} keys={openKeys} onClick={() => onOpen(entry)}>
            {t.open}
          </MenuItem>
          {entry.kind === 'directory' && (
            <MenuItem icon={Eye} keys={previewKeys} onClick={() => change({ preview: true })}>
              {t.preview}
            </MenuItem>
          )}
          {!isElsewhere && (
            <MenuItem icon={AppWindow} isDisabled={!isOnline} onClick={() => openWith(entry)}>
              {t.openWith}
            </MenuItem>
          )}
          <MenuLine />
        </>
      )}
      <MenuItem icon={Copy} onClick={() => void copy()}>
        {t.copyPath}
      </MenuItem>
      {entry?.kind === 'file' && (
        <MenuItem icon={Download} isDisabled={!isOnline} onClick={() => location.assign(downloadUrl(entry, library))}>
          {t.download}
        </MenuItem>
      )}
      {entry && isRemote && <FetchItem entry={entry} selection={selection} />}
      {entry && !isRemote && (
        <SendTo
          count={selection?.count ?? 1}
          paths={selection?.paths ?? (async () => [pathOf(entry)])}
          isOnline={isOnline}
        />
      )}
      <MenuItem icon={PanelRight} keys={infoKeys} onClick={() => change({ inspector: true }, { replace: true })}>
        {t.info}
      </MenuItem>
    </>
  )
}

/** Has files of another device sent to this one; they are transfers, which go on by themselves. */
function FetchItem({ entry, selection }: { entry: Known; selection: Selected }) {
  const t = useMessages(messages)
  const fetchFiles = useAction('files.fetch')
  const run = async () => {
    try {
      const addresses = selection ? await selection.paths() : [pathOf(entry)]
      await fetchFiles.mutateAsync({ addresses: [...addresses] })
      toast(t.fetching(selection ? t.items(selection.count) : entry.name))
    } catch (err) {
      toastError(t.fetchFailed, err)
    }
  }
  return (
    <MenuItem icon={ArrowDownToLine} onClick={() => void run()}>
      {t.fetch}
    </MenuItem>
  )
}
