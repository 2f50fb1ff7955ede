import type { SearchItem } from '@spacedrive/core/domain'
import { AppWindow, Copy, Download, Eye, FolderOpen, FolderSearch, PanelRight } from 'lucide-react'
import { downloadUrl, isElsewhere, pathOf, useAction, useLibraryId } from '../../api/index.ts'
import { useKeysOf } from '../../app/command-keys.tsx'
import { useMessages } from '../../i18n/index.ts'
import { MenuItem, MenuLine, toast, toastError } from '../../ui/index.ts'
import { SendTo } from '../browse/index.ts'
import { messages } from './messages.ts'
import type { ChangeResults } from './use-change-results.ts'

interface ResultMenuProps {
  readonly item: SearchItem
  readonly onOpen: (item: SearchItem) => void
  readonly onShow: (item: SearchItem) => void
  readonly onShowInFolder: (item: SearchItem) => void
  readonly change: ChangeResults
}

/** What can be done with a result. */
export function ResultMenu({ change, item, onOpen, onShow, onShowInFolder }: ResultMenuProps) {
  const t = useMessages(messages)
  const library = useLibraryId()
  const openFile = useAction('files.open')
  const keys = {
    open: useKeysOf('open'),
    preview: useKeysOf('preview'),
    parent: useKeysOf('parent'),
    info: useKeysOf('inspector'),
  }
  const openWith = () =>
    openFile.mutate(
      { path: pathOf(item) },
      { onSuccess: () => toast(t.opened(item.name)), onError: (err) => toastError(t.notOpened, err) },
    )
  const copy = async () => {
    await navigator.clipboard.writeText(item.path)
    toast(t.copied)
  }
  return (
    <>
      <MenuItem icon={FolderOpen} keys={keys.open} onClick={() => onOpen(item)}>
        {t.open}
      </MenuItem>
      {item.kind === 'directory' && (
        <MenuItem icon={Eye} keys={keys.preview} onClick={() => onShow(item)}>
          {t.preview}
        </MenuItem>
      )}
      <MenuItem icon={FolderSearch} keys={keys.parent} onClick={() => onShowInFolder(item)}>
        {t.toFolder}
      </MenuItem>
      {!isElsewhere && (
        <MenuItem icon={AppWindow} isDisabled={!item.online} onClick={openWith}>
          {t.openWith}
        </MenuItem>
      )}
      <MenuLine />
      <MenuItem icon={Copy} onClick={() => void copy()}>
        {t.copyPath}
      </MenuItem>
      {item.kind === 'file' && (
        <MenuItem icon={Download} isDisabled={!item.online} onClick={() => location.assign(downloadUrl(item, library))}>
          {t.download}
        </MenuItem>
      )}
      <SendTo count={1} paths={async () => [pathOf(item)]} isOnline={item.online} />
      <MenuItem icon={PanelRight} keys={keys.info} onClick={() => change({ inspector: true }, { replace: true })}>
        {t.info}
      </MenuItem>
    </>
  )
}
