import { Autocomplete } from '@base-ui/react/autocomplete'
import { keepPreviousData } from '@tanstack/react-query'
import { Folder } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { ask, queryClient, useOperation, pathOf } from '../../api/index.ts'
import { cleanPath, parentOf, splitTyped } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Input, SafeName } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { type SearchChange, useChangeSearch } from './use-change-search.ts'

/** Names that are offered. */
const OFFERED = 12

interface PathFieldProps {
  readonly path: string
  readonly onClose: () => void
}

/** The path as a field: it offers the folders that begin so; Enter goes there, Escape does not. */
export function PathField({ path, onClose }: PathFieldProps) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  const [typed, setTyped] = useState(path)
  const [highlighted, setHighlighted] = useState<string | undefined>()
  const expand = useHome()
  const folders = useFolders(expand(typed))

  const go = async () => {
    onClose()
    change(await placeOf(expand(cleanPath(typed))))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      onClose()
    }
    if (event.key === 'Enter' && highlighted === undefined) {
      event.preventDefault()
      void go()
    }
  }
  const isOpen = typed !== path && folders.length > 0
  return (
    <Autocomplete.Root
      items={folders}
      mode="none"
      inline
      open={isOpen}
      value={typed}
      onValueChange={(value, { reason }) => setTyped(reason === 'item-press' ? `${value}/` : value)}
      onItemHighlighted={(item) => setHighlighted(item)}
    >
      <div className="relative min-w-0 flex-1">
        <Autocomplete.Input
          render={<Input />}
          autoFocus
          aria-label={t.path}
          spellCheck={false}
          dir="ltr"
          onFocus={(event) => event.target.select()}
          onKeyDown={onKeyDown}
          onBlur={onClose}
        />
        {isOpen && (
          // Inline: a popup of its own would hide the rest of the page from readers, and leave it to the Tab key.
          <div
            role="presentation"
            onMouseDown={(event) => event.preventDefault()}
            className="rounded-tile bg-raised border-line shadow-float absolute inset-x-0 top-full z-50 mt-1 sm:end-auto sm:w-[28rem] border p-1"
          >
            <Autocomplete.List>
              {(folder: string) => (
                <Autocomplete.Item
                  key={folder}
                  value={folder}
                  className="rounded-control data-[highlighted]:bg-hover flex h-7 items-center gap-2 px-2"
                >
                  <Folder size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
                  <SafeName name={folder} isCut />
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </div>
        )}
      </div>
    </Autocomplete.Root>
  )
}

/** Puts the home folder in place of `~`. */
function useHome(): (path: string) => string {
  const home = useOperation('system.places', {}).data?.find(({ kind }) => kind === 'home')?.path
  return (path) => (home && /^~(?=\/|$)/.test(path) ? home + path.slice(1) : path)
}

/** Folders whose paths begin with what is typed. */
function useFolders(typed: string): string[] {
  const parts = splitTyped(typed)
  const { folder = '/', prefix = '' } = parts ?? {}
  const options = { enabled: parts !== null, gcTime: 0, placeholderData: keepPreviousData }
  const seek = useOperation(
    'files.seek',
    { path: folder, prefix: prefix || ' ' },
    { ...options, enabled: prefix !== '' },
  )
  const offset = prefix === '' ? 0 : (seek.data?.offset ?? null)
  const list = useOperation(
    'files.list',
    { path: folder, offset: offset ?? 0, limit: OFFERED },
    { ...options, enabled: parts !== null && offset !== null },
  )
  if (offset === null || list.error || seek.error) return []
  const begins = prefix.toLocaleLowerCase()
  return (list.data?.items ?? [])
    .filter((entry) => entry.kind === 'directory' && !entry.pathBase64)
    .filter((entry) => entry.name.toLocaleLowerCase().startsWith(begins))
    .map((entry) => entry.path)
}

/** A folder is gone to, a file is shown in its folder. */
async function placeOf(path: string): Promise<SearchChange> {
  const entry = await queryClient.fetchQuery({ ...ask('files.info', { path }), gcTime: 0 }).catch(() => null)
  const folder = entry && entry.kind !== 'directory' ? parentOf(entry.path) : null
  return entry && folder !== null ? { path: folder, sel: pathOf(entry) } : { path, sel: undefined }
}
