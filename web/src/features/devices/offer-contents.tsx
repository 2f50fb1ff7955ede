import type { Offer } from '@spacedrive/core/domain'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { SafeText } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** Names that are shown of an offer. */
const SHOWN = 3

/** What is offered: the first names, how many files, how large they are. */
export function OfferContents({ offer: { bytes: size, items, names } }: { offer: Offer }) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const more = names.length - SHOWN
  return (
    <>
      <bdi>
        <SafeText text={names.slice(0, SHOWN).join(', ')} />
      </bdi>
      {more > 0 && ` ${t.andMore(more)}`} · {t.files(items)} · {bytes(size)}
    </>
  )
}
