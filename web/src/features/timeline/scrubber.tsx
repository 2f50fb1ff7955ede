import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { sectionAt, type TimelineLayout, yearMarks } from './timeline-layout.ts'

interface ScrubberProps {
  readonly layout: TimelineLayout
  /** Pixels of the window of photos. */
  readonly viewport: number
  /** Where that begins. */
  readonly top: number
  readonly onGo: (top: number) => void
}

/** Pixels of a year's name, with some room. */
const MARK_HEIGHT = 20
/** Pixels above the first and below the last year. */
const INSET = 12

/** The years at the edge: a press or a drag goes there, arrow keys by day, Page Up and Down by year. */
export function Scrubber({ layout, onGo, top, viewport }: ScrubberProps) {
  const t = useMessages(messages)
  const { day } = useFormat()
  const track = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<number | null>(null)
  const [isDragging, setDragging] = useState(false)
  const { height, sections } = layout
  const length = Math.max(1, viewport - 2 * INSET)
  const current = sectionAt(layout, top + 1)
  const index = current ? sections.indexOf(current) : 0
  const at = Math.min(1, top / Math.max(1, height - viewport))

  const partAt = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientY - box.top - INSET) / length))
  }
  const goToPart = (part: number) => onGo(part * Math.max(0, height - viewport))
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setDragging(true)
    goToPart(partAt(event))
  }
  const onPointerMove = (event: PointerEvent) => {
    const part = partAt(event)
    setPointed(part)
    if (isDragging) goToPart(part)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = sectionAfterKey(layout, event.key, index)
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    onGo(sections[next]!.top)
  }
  const pointedDay = pointed === null ? undefined : sectionAt(layout, pointed * Math.max(0, height - viewport))
  return (
    <div
      ref={track}
      role="slider"
      tabIndex={0}
      aria-label={t.scrubber}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, sections.length - 1)}
      aria-valuenow={index}
      aria-valuetext={current && t.spoken(day(current.day), t.count(current.count))}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => setDragging(false)}
      onPointerCancel={() => setDragging(false)}
      onPointerLeave={() => setPointed(null)}
      onKeyDown={onKeyDown}
      className="border-line text-muted relative w-12 shrink-0 touch-none overflow-visible border-s text-xs tabular-nums outline-offset-[-2px] select-none"
    >
      {yearMarks(layout, MARK_HEIGHT / length).map(({ at: place, year }) => (
        <span
          key={year}
          aria-hidden
          className={cn(
            'bg-canvas absolute start-1/2 z-10 -translate-x-1/2 -translate-y-1/2 px-0.5 rtl:translate-x-1/2',
            year === current?.day.slice(0, 4) && 'text-text font-semibold',
          )}
          style={{ top: INSET + place * length }}
        >
          {year}
        </span>
      ))}
      <span
        aria-hidden
        className="bg-accent absolute inset-x-0 h-0.5 -translate-y-1/2 forced-colors:bg-[Highlight]"
        style={{ top: INSET + at * length }}
      />
      {pointed !== null && pointedDay && (
        <span
          aria-hidden
          className="bg-raised border-line shadow-float rounded-control text-text pointer-events-none absolute end-full z-20 me-1 -translate-y-1/2 border px-2 py-1 whitespace-nowrap"
          style={{ top: INSET + pointed * length }}
        >
          {day(pointedDay.day)}
        </span>
      )}
    </div>
  )
}

/** Down is further into the past, as on the page. */
function sectionAfterKey({ sections }: TimelineLayout, key: string, index: number): number | null {
  const last = sections.length - 1
  if (last < 0) return null
  const yearOf = (i: number) => sections[i]!.day.slice(0, 4)
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return Math.min(last, index + 1)
    case 'ArrowUp':
    case 'ArrowLeft':
      return Math.max(0, index - 1)
    case 'Home':
      return 0
    case 'End':
      return last
    case 'PageDown': {
      const next = sections.findIndex((_, i) => i > index && yearOf(i) !== yearOf(index))
      return next === -1 ? last : next
    }
    case 'PageUp': {
      const first = sections.findIndex((_, i) => yearOf(i) === yearOf(index))
      if (first < index) return first
      return first === 0 ? 0 : sections.findIndex((_, i) => yearOf(i) === yearOf(first - 1))
    }
    default:
      return null
  }
}
