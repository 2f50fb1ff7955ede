import { FolderSearch } from 'lucide-react'
import type { ReactNode } from 'react'
import { useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, EmptyState, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** Stands in place of a view that only the index can answer for, where a folder is not in it. */
export function NotIndexed({ children, path }: { path: string; children: ReactNode }) {
  const t = useMessages(messages)
  const add = useAction('locations.add')
  const index = () =>
    add.mutate(
      { path },
      {
        onSuccess: ({ location }) => toast(t.indexing(location.name)),
        onError: (err) => toastError(t.notIndexedTitle, err),
      },
    )
  return (
    <EmptyState
      icon={FolderSearch}
      title={t.notIndexedTitle}
      action={
        <Button kind="primary" onClick={index} disabled={add.isPending}>
          {t.index}
        </Button>
      }
    >
      <p className="break-words">{children}</p>
    </EmptyState>
  )
}
