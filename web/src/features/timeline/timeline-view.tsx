import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useLibraryId } from '../../api/index.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import {
  GridFrame,
  isChosen,
  keyWay,
  type Span,
  toggleActive,
  useBand,
  useFocusOfNewRows,
  useRowEvents,
  useVirtualRows,
  useWantedThumbs,
} from '../browse/index.ts'
import { MediaTile } from './media-tile.tsx'
import { messages } from './messages.ts'
import { Scrubber } from './scrubber.tsx'
import {
  HEADING_HEIGHT,
  layoutTimeline,
  type Line,
  lineOf,
  movedRow,
  rowAfterKey,
  type Section,
  type TimelineLayout,
  topToShow,
  visibleLines,
} from './timeline-layout.ts'
import type { MediaItem } from './use-media.ts'
import type { Timeline } from './use-timeline.ts'

/** Pixels that are scrolled before other lines are rendered. */
const STEP_PX = 48
/** Pixels beside the tiles. */
const PADDING = 8

interface TimelineViewProps {
  readonly timeline: Timeline
  /** What it shows, for readers. */
  readonly label: string
  readonly onOpen: (item: MediaItem) => void
}

/** Photos and films in squares, day by day. */
export function TimelineView({ label, onOpen, timeline }: TimelineViewProps) {
  const tileSize = usePreferences((preferences) => preferences.tileSize)
  const library = useLibraryId()
  const { choice, go, listing, media, onSpan, setChoice, total } = timeline
  const [width, setWidth] = useState(0)
  const days = media.timeline?.days
  const layout = useMemo(
    () => layoutTimeline(width > 0 ? (days ?? []) : [], { width: width - 2 * PADDING, tileSize }),
    [days, tileSize, width],
  )
  const { goTo, virtual } = useTimelineScroll(timeline, layout)
  const { element, seen, span, viewport, yOf } = virtual
  if (viewport.width !== width) setWidth(viewport.width)

  const shown = visibleLines(layout, pixelsOf(span))
  const seenRows = rowsOf(visibleLines(layout, pixelsOf(seen)).lines)
  const rendered = rowsOf(shown.lines)
  const { first, last } = rendered
  useEffect(() => onSpan({ first, last }), [first, last, onSpan])
  useWantedThumbs(media, seenRows)
  useFocusOfNewRows(element, { hasRows: shown.lines.length > 0, columns: layout.columns })

  const events = useRowEvents(timeline, onOpen)
  const band = useBand(timeline, virtual, (box) => {
    const top = virtual.top()
    return visibleLines(layout, { top: top + box.top, bottom: top + box.bottom }).lines.flatMap((line) => {
      const left = Math.max(0, Math.floor((box.left - PADDING) / layout.pitch))
      const right = Math.min(line.count - 1, Math.floor((box.right - PADDING) / layout.pitch))
      const isHit = left <= right && line.top <= top + box.bottom && line.top + layout.tile >= top + box.top
      return isHit ? [{ first: line.first + left, last: line.first + right }] : []
    })
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const { altKey, ctrlKey, key } = event
    if (altKey) return
    if (key === ' ' && ctrlKey && choice.active !== null) {
      event.preventDefault()
      setChoice(toggleActive)
      return
    }
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl'
    const page = Math.floor(viewport.height / layout.pitch)
    const row = rowAfterKey(layout, key, { row: choice.active, page, isRightToLeft })
    if (row === null) return
    event.preventDefault()
    go(row, keyWay(event))
  }

  const active = Math.min(choice.active ?? 0, Math.max(0, total - 1))
  const offset = yOf(0)
  const line = (each: Line) => (
    <div
      key={each.first}
      role="row"
      aria-rowindex={each.index + 1}
      className="absolute inset-x-0"
      style={{ height: layout.tile, transform: `translateY(${offset + each.top}px)` }}
    >
      {Array.from({ length: each.count }, (_, column) => (
        <MediaTile
          key={each.first + column}
          row={each.first + column}
          column={column}
          x={PADDING + column * layout.pitch}
          item={listing.entryAt(each.first + column)}
          size={layout.tile}
          library={library}
          isChosen={isChosen(choice.selection, each.first + column)}
          isTabStop={each.first + column === active}
          isLater={each.first > seenRows.last || each.first + each.count <= seenRows.first}
        />
      ))}
    </div>
  )
  // What has the focus is never taken away; in one list, so that a line stays the same wherever it is seen.
  const activeLine = lineOf(layout, active)
  const isActiveShown = activeLine === undefined || shown.lines.some((each) => each.first === activeLine.first)
  return (
    <div className="flex min-h-0 flex-1">
      <GridFrame
        label={label}
        rowCount={layout.lines}
        columnCount={layout.columns}
        virtual={virtual}
        events={events}
        band={band}
        onKeyDown={onKeyDown}
        scrollerClassName="overflow-x-hidden [scrollbar-width:none]"
      >
        {[
          ...(isActiveShown ? [] : [line(activeLine)]),
          ...shown.sections.flatMap((section) => [
            <Heading
              key={section.day}
              section={section}
              columns={layout.columns}
              offset={offset}
              seen={pixelsOf(span)}
            />,
            ...shown.lines.filter((each) => each.section === section).map(line),
          ]),
        ]}
      </GridFrame>
      <Scrubber layout={layout} viewport={element?.clientHeight ?? 0} top={virtual.top()} onGo={goTo} />
    </div>
  )
}

interface HeadingProps {
  readonly section: Section
  readonly columns: number
  /** Pixels between where things stand and where they are put. */
  readonly offset: number
  readonly seen: { readonly top: number; readonly bottom: number }
}

/** Stays at the top as long as photos of its day are there. */
function Heading({ columns, offset, section, seen }: HeadingProps) {
  const t = useMessages(messages)
  const { count, day } = useFormat()
  const top = Math.max(section.top, seen.top)
  const bottom = Math.min(section.top + section.height, seen.bottom)
  return (
    <div
      role="presentation"
      className="pointer-events-none absolute inset-x-0"
      style={{ top: offset + top, height: Math.max(HEADING_HEIGHT, bottom - top) }}
    >
      <div
        role="row"
        aria-rowindex={section.line + 1}
        className="bg-canvas/92 sticky top-0 z-10 flex backdrop-blur-sm"
        style={{ height: HEADING_HEIGHT }}
      >
        <div role="rowheader" aria-colspan={columns} className="flex min-w-0 flex-1 items-center gap-2 px-3">
          <h2 className="text-base font-semibold whitespace-nowrap">{day(section.day)}</h2>
          <span className="text-muted truncate text-xs tabular-nums">
            {count(section.count)}
            {section.fromFile > 0 &&
              ` · ${section.fromFile === section.count ? t.allFromFile : t.fromFile(section.fromFile)}`}
          </span>
        </div>
      </div>
    </div>
  )
}

/** The window over the photos: stays at the same ones when days change, and goes to the one that is to be seen. */
function useTimelineScroll({ initialTop, onScroll, reveal }: Timeline, layout: TimelineLayout) {
  const before = useRef(layout)
  const lastTop = useRef(initialTop)
  const follow = useCallback(
    (top: number) => {
      lastTop.current = top
      onScroll(top)
    },
    [onScroll],
  )
  const rows = Math.ceil(layout.height / STEP_PX)
  const virtual = useVirtualRows({ rows, rowHeight: STEP_PX, initialTop, onScroll: follow })
  const { element, scrollTo, viewport } = virtual
  const goTo = useCallback(
    (top: number) => {
      scrollTo(top)
      follow(virtual.top())
    },
    [follow, scrollTo, virtual],
  )

  useLayoutEffect(() => {
    const old = before.current
    before.current = layout
    if (old === layout || old.total === 0 || lastTop.current <= 0) return
    const top = lastTop.current + HEADING_HEIGHT
    const line = visibleLines(old, { top, bottom: top + 2 * old.pitch + HEADING_HEIGHT }).lines[0]
    const row = line && movedRow(old, layout, line.first)
    const now = row === null || row === undefined ? undefined : lineOf(layout, row)
    if (line && now) goTo(now.top + lastTop.current - line.top)
  }, [goTo, layout])

  useLayoutEffect(() => {
    if (!reveal || !element || layout.total === 0) return
    const top = topToShow(layout, reveal.row, { top: virtual.top(), viewport: viewport.height })
    if (top !== null) goTo(Math.max(0, top))
    const isElsewhere = document.activeElement?.closest('input, textarea, [role="dialog"], [role="menu"]')
    if (!isElsewhere) element.querySelector<HTMLElement>(`[data-row="${reveal.row}"]`)?.focus({ preventScroll: true })
    // Only what is revealed anew: scrolling away from it later is allowed.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [reveal, element, layout.total === 0])
  return { virtual, goTo }
}

function pixelsOf({ first, last }: Span): { top: number; bottom: number } {
  return { top: first * STEP_PX, bottom: (last + 1) * STEP_PX }
}

function rowsOf(lines: readonly Line[]): Span {
  const [first, last] = [lines[0], lines.at(-1)]
  return first && last ? { first: first.first, last: last.first + last.count - 1 } : { first: 0, last: 0 }
}
