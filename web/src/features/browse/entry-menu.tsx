import { AppWindow, ArrowDownToLine, Copy, Download, Eye, FolderDown, FolderOpen, PanelRight } from 'lucide-react'
import { isElsewhere, pathOf, useAction } from '../../api/index.ts'
import { useActiveKeysOf, useKeysOf } from '../../app/command-keys.tsx'
import { useAddress } from '../../app/use-address.ts'
import { deviceOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { MenuItem, MenuLine, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { SendTo } from './send-to.tsx'
import { type ActedOn, type KnownEntry, useFileActions } from './use-file-actions.ts'

interface EntryMenuProps<E extends KnownEntry> extends ActedOn {
  /** Undefined: the folder itself is meant. */
  readonly entry: E | undefined
  readonly onOpen: (entry: E) => void
}

/** What can be done with one entry, or with all that are selected. */
export function EntryMenu<E extends KnownEntry>({ entry, isOnline, onOpen, path, selection }: EntryMenuProps<E>) {
  const t = useMessages(messages)
  const isRemote = deviceOf(entry?.path ?? path) !== null
  const openKeys = useKeysOf('open')
  const previewKeys = useKeysOf('preview')
  const infoKeys = useKeysOf('inspector')
  const copyKeys = useActiveKeysOf('copy-path')
  const downloadKeys = useActiveKeysOf('download')
  const [, change] = useAddress()
  const actions = useFileActions({ entry, isOnline, path, selection })
  const openFile = useAction('files.open')
  const openWith = (file: KnownEntry) =>
    openFile.mutate(
      { path: pathOf(file) },
      { onSuccess: () => toast(t.opened(file.name)), onError: (err) => toastError(t.openFailed, err) },
    )
  return (
    <>
      {entry && !selection && (
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
      <MenuItem icon={Copy} keys={copyKeys} onClick={actions.copyPaths}>
        {t.copyPath(selection?.count ?? 1)}
      </MenuItem>
      {!(isRemote && actions.isArchive) && (
        <MenuItem
          icon={actions.isArchive ? FolderDown : Download}
          keys={downloadKeys}
          isDisabled={!actions.canDownload}
          onClick={actions.download}
        >
          {actions.isArchive ? t.downloadArchive : t.download}
          {actions.hindrance !== null && <span className="text-muted block text-xs">{actions.hindrance}</span>}
        </MenuItem>
      )}
      {entry && isRemote && <FetchItem entry={entry} selection={selection} />}
      {entry && !isRemote && (
        <SendTo
          count={selection?.count ?? 1}
          paths={async () => (selection ? await selection.entries() : [entry]).map(pathOf)}
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
function FetchItem({ entry, selection }: Pick<ActedOn, 'selection'> & { readonly entry: KnownEntry }) {
  const t = useMessages(messages)
  const fetchFiles = useAction('files.fetch')
  const run = async () => {
    try {
      const addresses = (selection ? await selection.entries() : [entry]).map(pathOf)
      await fetchFiles.mutateAsync({ addresses })
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
