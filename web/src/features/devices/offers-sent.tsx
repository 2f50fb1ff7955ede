import type { Offer } from '@spacedrive/core/domain'
import { askAgain, useAction, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, ProgressBar, SafeText, Said, toastError } from '../../ui/index.ts'
import { CompareOffer } from './compare-offer.tsx'
import { messages } from './messages.ts'
import { OfferContents } from './offer-contents.tsx'
import { Row, Section } from './section.tsx'

/** Offers shown; the newest come first. */
const SHOWN = 10

/** What this device has offered to others, and what came of it. */
export function OffersSent() {
  const t = useMessages(messages)
  const offers = useOperation('offers.list', { all: true }).data ?? []
  const sent = offers
    .filter(({ direction }) => direction === 'out')
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, SHOWN)
  if (sent.length === 0) return null
  return (
    <Section title={t.sent}>
      {sent.map((offer) =>
        offer.state === 'comparing' ? (
          <CompareOffer key={offer.id} offer={offer} />
        ) : (
          <SentRow key={offer.id} offer={offer} />
        ),
      )}
    </Section>
  )
}

function SentRow({ offer }: { offer: Offer }) {
  const t = useMessages(messages)
  const withdraw = useAction('offers.withdraw')
  const { bytes, bytesDone, id, reason, state, to } = offer
  const options = { onError: (err: Error) => toastError(t.failed, err), onSettled: () => askAgain('offers.list') }
  return (
    <Row
      label={<SafeText text={t.offerTo(to.name)} />}
      hint={
        <>
          <OfferContents offer={offer} />
          {reason !== null && (
            <span className="block">
              <Said of={{ code: 'Unavailable', message: reason }} />
            </span>
          )}
        </>
      }
    >
      <span className="flex items-center gap-3">
        {state === 'accepted' && (
          <ProgressBar part={bytes > 0 ? bytesDone / bytes : null} label={t.offerTo(to.name)} className="w-24" />
        )}
        <span className="text-muted text-xs">{t.offerStates[state]}</span>
        {state === 'waiting' && (
          <Button
            aria-label={t.withdrawOf(to.name)}
            disabled={withdraw.isPending}
            onClick={() => withdraw.mutate({ id }, options)}
          >
            {t.withdraw}
          </Button>
        )}
      </span>
    </Row>
  )
}
