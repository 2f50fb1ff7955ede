import { Autocomplete } from '@base-ui/react/autocomplete'
import { useNavigate } from '@tanstack/react-router'
import { useOperation } from '../api/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Dialog, Input } from '../ui/index.ts'
import { useCommands } from './command-keys.tsx'
import { commandNames } from './command-names.ts'
import { useListedPages } from './use-pages.ts'

const messages = defineMessages({
  en: { title: 'Find a command or a place', none: 'Nothing has this name' },
  de: { title: 'Befehl oder Ort finden', none: 'Nichts heißt so' },
})

interface Item {
  readonly id: string
  readonly label: string
  readonly run: () => void
}

/** Every location, every page, and every command that does something here, by name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useMessages(messages)
  const names = useMessages(commandNames)
  const pages = useListedPages()
  const { active, run } = useCommands()
  const navigate = useNavigate()
  const locations = useOperation('locations.list', {}).data ?? []
  const items: Item[] = [
    ...locations.map(({ id, name, path }) => ({
      id,
      label: name,
      run: () => void navigate({ to: '/browse', search: { path } }),
    })),
    ...pages.map(({ name, to }) => ({ id: to, label: name, run: () => void navigate({ to }) })),
    ...active()
      .filter((id) => id !== 'palette' && id !== 'escape')
      .map((id) => ({ id, label: names[id], run: () => run(id) })),
  ]
  const choose = (item: Item) => {
    onClose()
    // Once the dialog has given the focus back.
    setTimeout(item.run)
  }
  return (
    <Dialog isOpen onClose={onClose} title={t.title}>
      <Autocomplete.Root
        items={items}
        itemToStringValue={(item: Item) => item.label}
        open
        autoHighlight="always"
        inline
      >
        <Autocomplete.Input render={<Input autoFocus aria-label={t.title} />} />
        <Autocomplete.Empty className="text-muted py-3">{t.none}</Autocomplete.Empty>
        <Autocomplete.List className="mt-2">
          {(item: Item) => (
            <Autocomplete.Item
              key={item.id}
              value={item}
              onClick={() => choose(item)}
              className="rounded-control data-[highlighted]:bg-accent-soft flex h-8 items-center px-2"
            >
              <bdi className="truncate">{item.label}</bdi>
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </Dialog>
  )
}
