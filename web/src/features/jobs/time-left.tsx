import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'

/** No estimate is right for days ahead. */
const LONGEST_MS = 86_400_000

/** The time that a job or transfer will still take: `3 min left`, at most `more than a day left`. Nothing if unknown. */
export function TimeLeft({ ms }: { ms: number | null }) {
  const t = useMessages(messages)
  const { duration } = useFormat()
  if (ms === null) return null
  return (
    <span className="whitespace-nowrap tabular-nums max-sm:hidden">
      {ms > LONGEST_MS ? t.daysLeft : t.left(duration(ms))}
    </span>
  )
}
