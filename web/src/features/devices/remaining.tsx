import { useSeconds } from '../../app/use-seconds.ts'
import { useFormat } from '../../format/index.ts'

/** How long it is until a moment, as the seconds go by, in the words of `left`. */
export function Remaining({ until, left }: { until: string; left: (time: string) => string }) {
  const { duration } = useFormat()
  const now = useSeconds()
  return <span className="tabular-nums">{left(duration(Math.max(0, Date.parse(until) - now)))}</span>
}
