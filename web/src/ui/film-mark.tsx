import type { Entry } from '@spacedrive/core/domain'
import { Play } from 'lucide-react'
import { useFormat } from '../format/index.ts'
import { cn } from './cn.ts'

interface FilmMarkProps {
  readonly entry: Entry
  /** What it is, for readers. */
  readonly label: string
  readonly className?: string
}

/** On the picture of a film: that it is one, and how long it is, where that is known. */
export function FilmMark({ className, entry: { thumb }, label }: FilmMarkProps) {
  const { clock } = useFormat()
  const durationMs = thumb?.durationMs ?? null
  return (
    <span
      className={cn(
        'absolute flex h-6 min-w-6 items-center justify-center gap-1 rounded-full bg-black/60 text-xs text-white tabular-nums',
        durationMs !== null && 'px-2',
        className,
      )}
    >
      <Play size={12} strokeWidth={2} aria-hidden className="fill-white" />
      <span className="sr-only">{label}</span>
      {durationMs !== null && <span>{clock(durationMs)}</span>}
    </span>
  )
}
