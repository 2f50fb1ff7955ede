import { FolderSearch } from 'lucide-react'
import { useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, EmptyState, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** Stands in place of a view that only the index can answer for, where a folder is not in it. */
export function NotIndexed({ path }: { path: string }) {
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
      <p>{t.notIndexedText}</p>
    </EmptyState>
  )
}
