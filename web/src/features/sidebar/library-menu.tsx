import { Library as LibraryIcon, ChevronsUpDown } from 'lucide-react'
import { queryClient, useAction, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Menu, MenuChoice, SafeName, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** The library that is shown, and the others there are. */
export function LibraryMenu() {
  const t = useMessages(messages)
  const libraries = useOperation('libraries.list', {}).data ?? []
  const choose = useAction('libraries.switch')
  const open = libraries.filter((library) => library.open)
  const current = open.find((library) => library.current)
  if (!current) return null
  const change = (library: string) => {
    if (library === current.id) return
    choose.mutate(
      { library },
      { onSuccess: () => void forgetOtherLibrary(), onError: (err) => toastError(t.notSwitched, err) },
    )
  }
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`${t.library}: ${current.name}`}
          className="rounded-control hover:bg-hover flex h-8 w-full items-center gap-2 px-2 font-semibold"
        >
          <LibraryIcon size={16} strokeWidth={1.5} aria-hidden className="text-accent shrink-0" />
          <SafeName name={current.name} isCut className="flex-1" />
          <ChevronsUpDown size={14} strokeWidth={1.5} aria-hidden className="text-muted" />
        </button>
      }
    >
      <MenuChoice
        label={t.library}
        value={current.id}
        choices={open.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={change}
      />
    </Menu>
  )
}

/** The list of libraries stays while it is requested again: without it, the menu would vanish and lose the focus. */
async function forgetOtherLibrary(): Promise<void> {
  const isList = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[1] === 'libraries.list'
  await queryClient.refetchQueries({ predicate: isList })
  await queryClient.resetQueries({ predicate: (query) => !isList(query) })
}
