import type { Offer } from '@spacedrive/core/domain'
import { askAgain, useAction } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, SafeText, toastError } from '../../ui/index.ts'
import { Digits } from './digits.tsx'
import { messages } from './messages.ts'
import { Remaining } from './remaining.tsx'
import { Row } from './section.tsx'

/** The number of an offer between devices that are not paired, before anything is told of the files. */
export function CompareOffer({ offer }: { offer: Offer }) {
  const t = useMessages(messages)
  const confirm = useAction('offers.confirm')
  const end = useAction(offer.direction === 'in' ? 'offers.decline' : 'offers.withdraw')
  const { confirmed, direction, expiresAt, from, id, number, to } = offer
  const { name } = direction === 'in' ? from : to
  const options = { onError: (err: Error) => toastError(t.failed, err), onSettled: () => askAgain('offers.list') }
  if (number === null) return null
  const isPending = confirm.isPending || end.isPending
  return (
    <Row
      label={<SafeText text={direction === 'in' ? t.strangerSends(name) : t.offerTo(name)} />}
      hint={
        <>
          <SafeText text={t.compareWith(name)} /> · <Remaining until={expiresAt} left={t.leftToCompare} />
        </>
      }
    >
      <span className="flex flex-wrap items-center gap-2">
        <Digits number={number} className="text-lg" />
        <Button aria-label={t.differOf(name)} disabled={isPending} onClick={() => end.mutate({ id }, options)}>
          {t.differ}
        </Button>
        {confirmed ? (
          <span role="status" className="text-muted text-xs">
            <SafeText text={t.confirmedHere(name)} />
          </span>
        ) : (
          <Button
            kind="primary"
            aria-label={t.sameOf(name)}
            disabled={isPending}
            onClick={() => confirm.mutate({ id, number }, options)}
          >
            {t.same}
          </Button>
        )}
      </span>
    </Row>
  )
}
