import type { Offer } from '@spacedrive/core/domain'
import { useState } from 'react'
import { askAgain, useAction, useOperation } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeText, toast, toastError } from '../../ui/index.ts'
import { FolderPicker } from '../locations/index.ts'
import { CompareOffer } from './compare-offer.tsx'
import { messages } from './messages.ts'
import { OfferContents } from './offer-contents.tsx'
import { Remaining } from './remaining.tsx'
import { Row, Section } from './section.tsx'

/** What other devices offer and nobody has answered. */
export function OffersHere() {
  const t = useMessages(messages)
  const offers = useOperation('offers.list', {}).data ?? []
  const waiting = offers.filter(({ direction }) => direction === 'in')
  if (waiting.length === 0) return null
  return (
    <Section title={t.offers}>
      {waiting.map((offer) =>
        offer.state === 'comparing' ? (
          <CompareOffer key={offer.id} offer={offer} />
        ) : (
          <OfferRow key={offer.id} offer={offer} />
        ),
      )}
    </Section>
  )
}

function OfferRow({ offer }: { offer: Offer }) {
  const t = useMessages(messages)
  const [isChoosing, setChoosing] = useState(false)
  const home = useOperation('system.places', {}).data?.find(({ kind }) => kind === 'home')?.path ?? '/'
  const accept = useAction('offers.accept')
  const decline = useAction('offers.decline')
  const { expiresAt, from, id, isStranger, sender } = offer
  const options = { onError: (err: Error) => toastError(t.failed, err), onSettled: () => askAgain('offers.list') }
  const take = (to?: string) => {
    setChoosing(false)
    accept.mutate({ id, ...(to !== undefined && { to }) }, { ...options, onSuccess: () => toast(t.accepted) })
  }
  const isPending = accept.isPending || decline.isPending
  return (
    <Row
      label={
        <>
          <SafeText text={t.offerFrom(from.name)} />
          {sender !== null && (
            <span className="text-muted font-normal">
              {' '}
              (<SafeText text={t.sentBy(sender)} />)
            </span>
          )}
        </>
      }
      hint={
        <>
          {isStranger && <span className="block">{t.notPaired}</span>}
          {offer.folder !== null && (
            <span className="block">
              <SafeText text={t.goesTo(offer.folder)} />
            </span>
          )}
          <OfferContents offer={offer} /> · <Remaining until={expiresAt} left={t.left} />
        </>
      }
    >
      <span className="flex flex-wrap gap-2">
        <Button
          aria-label={t.declineOf(from.name)}
          disabled={isPending}
          onClick={() => decline.mutate({ id }, options)}
        >
          {t.decline}
        </Button>
        <Button aria-label={t.acceptIntoOf(from.name)} disabled={isPending} onClick={() => setChoosing(true)}>
          {t.acceptInto}
        </Button>
        <Button kind="primary" aria-label={t.acceptOf(from.name)} disabled={isPending} onClick={() => take()}>
          {t.accept}
        </Button>
      </span>
      {isChoosing && <FolderPicker start={home} onChoose={take} onClose={() => setChoosing(false)} />}
    </Row>
  )
}
