import type { Entry } from '@spacedrive/core/domain'
import { Aperture, EyeOff } from 'lucide-react'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'

/** What is to be known of an entry beside its name. */
export function EntryMarks({ entry: { hiddenBy, livePhoto } }: { entry: Entry }) {
  const t = useMessages(messages)
  return (
    <>
      {livePhoto && (
        <span title={t.livePhoto} className="text-muted shrink-0">
          <Aperture size={14} strokeWidth={1.5} aria-hidden />
          <span className="sr-only">{t.livePhoto}</span>
        </span>
      )}
      {hiddenBy !== undefined && (
        <span title={t.leftOut(hiddenBy)} className="text-faint shrink-0">
          <EyeOff size={14} strokeWidth={1.5} aria-hidden />
          <span className="sr-only">{t.leftOut(hiddenBy)}</span>
        </span>
      )}
    </>
  )
}
