import { Autocomplete } from '@base-ui/react/autocomplete'
import { useNavigate } from '@tanstack/react-router'
import { Command, File, Folder, HardDrive, type LucideIcon } from 'lucide-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { pathOf, useOperation } from '../api/index.ts'
import { nameOf, parentOf } from '../format/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Dialog, Input, Keys, Said } from '../ui/index.ts'
import { useCommands } from './command-keys.tsx'
import { commandNames } from './command-names.ts'
import { commands, readableKeys } from './commands.ts'
import { usePreferences } from './preferences.ts'
import { useRecentPlaces } from './recent-places.ts'
import type { OverlayProps } from './shell.tsx'
import { useListedPages } from './use-pages.ts'

const messages = defineMessages({
  en: { title: 'Find a command, a place or a file', none: 'Nothing was found' },
  de: { title: 'Befehl, Ort oder Datei finden', none: 'Nichts gefunden' },
})

interface Item {
  readonly id: string
  readonly label: string
  /** Where it is, for what is known by its name alone. */
  readonly place?: string
  readonly icon: LucideIcon
  readonly keys?: string
  readonly run: () => void
}

/** Files that are shown of those that a search finds. */
const MAX_FOUND = 5
/** Fewer letters are in too many names. */
const LEAST_LETTERS = 2

/**
 * Every location, what was opened last, every page, and every command that does something here; each of them once. Below
 * them are the first files that a search finds, which open at the place that it found.
 */
export function Palette({ finalFocus, onClose }: OverlayProps) {
  const t = useMessages(messages)
  const names = useMessages(commandNames)
  const pages = useListedPages()
  const { active, run } = useCommands()
  const changed = usePreferences((preferences) => preferences.keys)
  const navigate = useNavigate()
  const locations = useOperation('locations.list', {}).data ?? []
  const recent = useRecentPlaces(({ places }) => places)
  const locationPaths = new Set(locations.map(({ path }) => path))
  const pageNames = new Set(pages.map(({ name }) => name))
  const [text, setText] = useState('')
  const { contains } = Autocomplete.useFilter()
  const named: Item[] = [
    ...locations.map(({ id, name, path }) => ({
      id,
      label: name,
      icon: HardDrive,
      run: () => void navigate({ to: '/browse', search: { path } }),
    })),
    ...recent
      .filter(({ path }) => !locationPaths.has(path))
      .map(({ kind, name, path }) => {
        const folder = parentOf(path)
        const search =
          kind === 'file' && folder !== null ? { path: folder, sel: path, preview: true as const } : { path }
        return {
          id: path,
          label: name,
          ...(folder !== null && { place: nameOf(folder) }),
          icon: kind === 'file' ? File : Folder,
          run: () => void navigate({ to: '/browse', search }),
        }
      }),
    ...pages.map(({ icon, name, to }) => ({ id: to, label: name, icon, run: () => void navigate({ to }) })),
    ...active()
      // A page of this name is in the list.
      .filter((id) => id !== 'palette' && id !== 'escape' && !pageNames.has(names[id]))
      .map((id) => ({
        id,
        label: names[id],
        icon: Command,
        keys: readableKeys(changed[id] ?? commands[id]),
        run: () => run(id),
      })),
  ]
  const shown = named.filter(({ label }) => contains(label, text))
  const shownIds = new Set(shown.map(({ id }) => id))
  const { error, isWaiting, items } = useFoundFiles(text)
  const found = items.filter(({ id }) => !shownIds.has(id))
  const isChosen = useRef(false)
  const choose = (item: Item) => {
    isChosen.current = true
    // A command acts on what has the focus, and may move it: the dialog is gone and the focus is back before it runs.
    flushSync(onClose)
    finalFocus()?.focus({ preventScroll: true })
    item.run()
  }
  return (
    <Dialog isOpen onClose={onClose} isHeldAtTop finalFocus={() => !isChosen.current && finalFocus()} title={t.title}>
      <Autocomplete.Root
        items={[...shown, ...found]}
        // What is found is found by more than its name.
        mode="none"
        value={text}
        onValueChange={setText}
        itemToStringValue={(item: Item) => item.label}
        open
        autoHighlight="always"
        inline
      >
        <Autocomplete.Input render={<Input autoFocus aria-label={t.title} className="mt-1" />} />
        <Autocomplete.Empty className="text-muted empty:hidden py-3">
          {!isWaiting && (error ? <Said of={error} /> : t.none)}
        </Autocomplete.Empty>
        <Autocomplete.List className="mt-2">
          {(item: Item) => (
            <Autocomplete.Item
              key={item.id}
              value={item}
              onClick={() => choose(item)}
              className="rounded-control data-[highlighted]:bg-accent-soft flex h-8 items-center gap-2 px-2"
            >
              <item.icon size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
              <bdi className="truncate">{item.label}</bdi>
              {item.place !== undefined && <bdi className="text-muted truncate text-xs">{item.place}</bdi>}
              {item.keys !== undefined && (
                <span className="ms-auto shrink-0">
                  <Keys keys={item.keys} />
                </span>
              )}
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </Dialog>
  )
}

/** What a search of the library finds, as things to open. */
function useFoundFiles(text: string): {
  readonly items: readonly Item[]
  readonly isWaiting: boolean
  readonly error: Error | null
} {
  const navigate = useNavigate()
  const query = text.trim()
  const isWanted = query.length >= LEAST_LETTERS
  const { data, error, isFetching } = useOperation(
    'search.files',
    { query, content: true, limit: MAX_FOUND },
    { enabled: isWanted, placeholderData: keepPreviousData },
  )
  if (!isWanted) return { items: [], isWaiting: false, error: null }
  const items = (data?.items ?? []).map((item): Item => {
    const path = pathOf(item)
    const folder = parentOf(item.path)
    const isFolder = item.kind === 'directory'
    return {
      id: path,
      label: item.name,
      ...(folder !== null && { place: nameOf(folder) }),
      icon: isFolder ? Folder : File,
      run: () =>
        isFolder
          ? void navigate({ to: '/browse', search: { path } })
          : void navigate({ to: '/search', search: { q: query, sel: path, preview: true } }),
    }
  })
  return { items, isWaiting: isFetching, error }
}
