import { useSeconds } from '../../../app/use-seconds.ts'
import { useFormat } from '../../../format/index.ts'
import { useMessages } from '../../../i18n/index.ts'
import { messages } from './messages.ts'

/** How long something can still be done. */
export function TimeLeft({ until }: { until: string | null }) {
  const t = useMessages(messages)
  const { clock } = useFormat()
  const now = useSeconds()
  if (until === null) return null
  return (
    // Nobody wants every second read out.
    <span role="timer" aria-live="off" className="text-muted text-xs tabular-nums">
      {t.left(clock(Math.max(0, Date.parse(until) - now)))}
    </span>
  )
}
