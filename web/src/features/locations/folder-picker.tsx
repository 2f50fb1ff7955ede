import { ArrowUp, Folder } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { pathOf, useOperation } from '../../api/index.ts'
import { isBytes, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, Dialog, ErrorNote, IconButton, Input, SafeName } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** Folders shown of one; the path can be typed where there are more. */
const SHOWN = 1_000

interface FolderPickerProps {
  /** Where to begin. */
  readonly start: string
  readonly onChoose: (path: string) => void
  readonly onClose: () => void
}

/** A folder of this machine, found by going through its folders or by typing its path. */
export function FolderPicker({ start, onChoose, onClose }: FolderPickerProps) {
  const t = useMessages(messages)
  const [path, setPath] = useState(start)
  const [typed, setTyped] = useState(start)
  const { data, error } = useOperation('files.list', { path, limit: SHOWN })
  const above = parentOf(data?.path ?? path)
  const go = (to: string) => {
    setPath(to)
    setTyped(to)
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    setPath(typed)
  }
  const folders = data?.items.filter(({ kind }) => kind === 'directory') ?? []
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t.addTitle}
      actions={
        <Button kind="primary" disabled={!data} onClick={() => onChoose(isBytes(path) ? path : data!.path)}>
          {t.choose}
        </Button>
      }
    >
      <form onSubmit={onSubmit} className="bg-raised sticky top-0 flex gap-1 pb-2">
        <IconButton icon={ArrowUp} label={t.up} onClick={() => above !== null && go(above)} disabled={above === null} />
        <Input
          aria-label={t.path}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          spellCheck={false}
        />
        <Button type="submit">{t.goTo}</Button>
      </form>
      {error && <ErrorNote error={error} />}
      <ul aria-label={t.folders} className="min-h-48">
        {folders.map((entry) => (
          <li key={entry.path}>
            <button
              type="button"
              onClick={() => go(pathOf(entry))}
              className="rounded-control hover:bg-hover flex h-8 w-full items-center gap-2 px-2 text-start"
            >
              <Folder size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
              <SafeName name={entry.name} isCut className="flex-1" />
            </button>
          </li>
        ))}
        {data && folders.length === 0 && <li className="text-muted px-2 py-1">{t.noFolders}</li>}
      </ul>
    </Dialog>
  )
}
