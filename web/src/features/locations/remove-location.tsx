import { useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, Dialog, ErrorNote, toast } from '../../ui/index.ts'
import type { Location } from './locations-page.tsx'
import { messages } from './messages.ts'

/** Asks before a location is forgotten; its files are not touched. */
export function RemoveLocation({ location, onClose }: { location: Location; onClose: () => void }) {
  const t = useMessages(messages)
  const remove = useAction('locations.remove', { confirm: true })
  const onRemove = () =>
    remove.mutate(
      { location: location.id },
      {
        onSuccess: ({ removedEntries }) => {
          toast(t.removed(removedEntries))
          onClose()
        },
      },
    )
  const actions = (
    <>
      <Button onClick={onClose}>{t.cancel}</Button>
      <Button kind="danger" onClick={onRemove} disabled={remove.isPending}>
        {t.remove}
      </Button>
    </>
  )
  return (
    <Dialog isOpen onClose={onClose} title={t.removeTitle(location.name)} actions={actions}>
      <p>{t.removeText}</p>
      {remove.error && <ErrorNote error={remove.error} title={t.failed} className="mt-3" />}
    </Dialog>
  )
}
