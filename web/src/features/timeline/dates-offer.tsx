import { useAction, useOperation } from '../../api/index.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ErrorNote } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** The latest refusals that are kept, so that the stored preferences stay small. */
const MAX_DECLINED = 200

/** Offers once to read the dates in photos of locations that were added without it. */
export function DatesOffer() {
  const t = useMessages(messages)
  const { data: locations = [] } = useOperation('locations.list', {})
  const { declinedDates, set } = usePreferences()
  const update = useAction('locations.update')
  const offered = locations.filter(({ id, mode }) => mode !== 'deep' && !declinedDates.includes(id))
  if (offered.length === 0) return null
  const accept = async () => {
    for (const { id } of offered) await update.mutateAsync({ location: id, mode: 'deep' })
  }
  const decline = () => set({ declinedDates: [...declinedDates, ...offered.map(({ id }) => id)].slice(-MAX_DECLINED) })
  return (
    <section aria-label={t.offer} className="border-line bg-panel flex flex-wrap items-center gap-3 border-b px-4 py-2">
      <p className="min-w-0 flex-1 basis-64">{t.offerText(offered.map(({ name }) => name))}</p>
      {/* The error is shown below. */}
      <Button kind="primary" disabled={update.isPending} onClick={() => void accept().catch(() => {})}>
        {t.offerAccept}
      </Button>
      <Button onClick={decline}>{t.offerDecline}</Button>
      {update.error && <ErrorNote error={update.error} title={t.offerFailed} className="basis-full" />}
    </section>
  )
}
