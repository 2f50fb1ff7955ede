import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn } from '../../ui/index.ts'
import { lineAt } from './line-at.ts'
import { messages } from './messages.ts'
import type { Transcript } from './sidecar-texts.ts'

interface TranscriptPanelProps {
  readonly transcript: Transcript
  /** Where the player is. */
  readonly timeMs: number
  /** Absent: there is nothing to play. */
  readonly onPlay: ((ms: number) => void) | undefined
}

const LINE_HEIGHT = 48

/** What is said; the line that is said now is marked and kept in view, a click plays from there. */
export function TranscriptPanel({
  transcript: { isTruncated, language, lines },
  timeMs,
  onPlay,
}: TranscriptPanelProps) {
  const t = useMessages(messages)
  const { clock } = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  const current = lineAt(lines, timeMs)
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here alone
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 8,
  })
  const isReading = useRef(false)
  useEffect(() => {
    // Not while somebody reads elsewhere in it.
    if (current >= 0 && !isReading.current) rows.scrollToIndex(current, { align: 'center' })
  }, [current, rows])
  return (
    <div
      ref={scroller}
      className="h-full overflow-auto"
      onPointerEnter={() => (isReading.current = true)}
      onPointerLeave={() => (isReading.current = false)}
    >
      <ol className="relative" lang={language ?? undefined} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const { startMs, text } = lines[index]!
          return (
            <li
              key={index}
              ref={rows.measureElement}
              data-index={index}
              aria-current={index === current ? 'time' : undefined}
              className="absolute inset-x-0 top-0 px-2"
              style={{ transform: `translateY(${start}px)` }}
            >
              <button
                type="button"
                disabled={!onPlay}
                title={t.playFrom(clock(startMs))}
                onClick={() => onPlay?.(startMs)}
                className={cn(
                  'press rounded-control flex w-full gap-3 px-2 py-1.5 text-start',
                  onPlay && 'hover:bg-hover',
                  index === current && 'bg-accent-soft',
                )}
              >
                <span className="text-muted w-10 shrink-0 text-end text-xs leading-5 tabular-nums">
                  {clock(startMs)}
                </span>
                <span dir="auto" className="min-w-0 flex-1 break-words">
                  {text}
                </span>
              </button>
            </li>
          )
        })}
      </ol>
      {isTruncated && <p className="text-muted px-4 py-2">{t.textTruncated}</p>}
    </div>
  )
}
