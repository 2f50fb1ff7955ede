import type { Entry } from '@spacedrive/core/domain'
import { AppWindow, Copy, Download, Eye, FolderOpen, PanelRight } from 'lucide-react'
import { downloadUrl, useAction, useLibraryId, pathOf } from '../../api/index.ts'
import { useKeysOf } from '../../app/command-keys.tsx'
import { useAddress } from '../../app/use-address.ts'
import { useMessages } from '../../i18n/index.ts'
import { MenuItem, MenuLine, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** What the menu needs to know of an entry. */
type Known = Pick<Entry, 'id' | 'kind' | 'name' | 'path' | 'pathBase64'>

interface EntryMenuProps<E extends Known> {
  /** Undefined: the folder itself is meant. */
  readonly entry: E | undefined
  readonly path: string
  /** False where its disk is not plugged in. */
  readonly isOnline: boolean
  readonly onOpen: (entry: E) => void
}

/** What can be done with one entry. */
export function EntryMenu<E extends Known>({ entry, isOnline, onOpen, path }: EntryMenuProps<E>) {
  const t = useMessages(messages)
  const library = useLibraryId()
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
          <MenuItem icon={AppWindow} isDisabled={!isOnline} onClick={() => openWith(entry)}>
            {t.openWith}
          </MenuItem>
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
      <MenuItem icon={PanelRight} keys={infoKeys} onClick={() => change({ inspector: true }, { replace: true })}>
        {t.info}
      </MenuItem>
    </>
  )
}
