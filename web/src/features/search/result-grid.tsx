import { useEffect, useLayoutEffect, useState } from 'react'
import { useLibraryId } from '../../api/index.ts'
import { usePreferences } from '../../app/preferences.ts'
import {
  isChosen,
  rowsToRender,
  type Span,
  Tile,
  useRowEvents,
  useRowFocus,
  useVirtualRows,
  useWantedThumbs,
} from '../browse/index.ts'
import type { ResultViewProps } from './result-list.tsx'
import { useFoundKeys } from './use-found-keys.ts'

/** Pixels. */
const GAP = 12
const PADDING = 12
const LABEL_HEIGHT = 28

/** A tile for each result: for pictures. */
export function ResultGrid({ found, label, onOpen }: ResultViewProps) {
  const size = usePreferences((preferences) => preferences.tileSize)
  const library = useLibraryId()
  const { choice, listing, onScroll, onSpan, reveal, start, total } = found
  const [width, setWidth] = useState(0)
  const columns = Math.max(1, Math.floor((width - 2 * PADDING + GAP) / (size + GAP)))
  const rowHeight = size + LABEL_HEIGHT + GAP
  const lines = Math.ceil(total / columns)
  const virtual = useVirtualRows({ rows: lines, rowHeight, padding: PADDING, initialTop: start.top, onScroll })
  const { attach, element, height, scrollTo, seen, span, viewport, yOf } = virtual
  if (viewport.width !== width) setWidth(viewport.width)
  const { first, last } = span
  useEffect(() => onSpan(tilesOf({ first, last }, columns, total)), [columns, first, last, onSpan, total])
  useLayoutEffect(() => {
    if (element) scrollTo(start.top)
    // Only where the results begin anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [element, start])
  useWantedThumbs(listing, tilesOf(seen, columns, total))
  useRowFocus(reveal, virtual, columns)
  const onKeyDown = useFoundKeys(found, { columns, lines: Math.floor(viewport.height / rowHeight) })
  const events = useRowEvents(found, onOpen)
  const active = choice.active ?? 0
  const pitch = width > 0 ? (width - 2 * PADDING + GAP) / columns : size + GAP
  return (
    <div
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-rowcount={lines}
      aria-colcount={columns}
      aria-multiselectable
      onKeyDown={onKeyDown}
      className="flex min-h-0 flex-1 flex-col outline-none"
    >
      <div ref={attach} role="presentation" {...events} className="relative min-h-0 flex-1 overflow-y-scroll">
        <div role="rowgroup" className="relative" style={{ height }}>
          {rowsToRender(span, Math.floor(active / columns), lines).map((line) => (
            <div
              key={line}
              role="row"
              aria-rowindex={line + 1}
              className="absolute inset-x-0"
              style={{ height: rowHeight, transform: `translateY(${yOf(line)}px)` }}
            >
              {rowsOfLine(line, columns, total).map((row) => (
                <Tile
                  key={row}
                  row={row}
                  column={row % columns}
                  x={PADDING + Math.round((row % columns) * pitch + (pitch - GAP - size) / 2)}
                  entry={listing.entryAt(row)}
                  size={size}
                  library={library}
                  isChosen={isChosen(choice.selection, row)}
                  isTabStop={row === active}
                  isFaded={listing.entryAt(row)?.online === false}
                  isLater={line < seen.first || line > seen.last}
                  hasContents
                />
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

function tilesOf({ first, last }: Span, columns: number, total: number): Span {
  return { first: first * columns, last: Math.max(first * columns, Math.min(total, (last + 1) * columns) - 1) }
}

function rowsOfLine(line: number, columns: number, total: number): number[] {
  const start = line * columns
  return Array.from({ length: Math.max(0, Math.min(columns, total - start)) }, (_, i) => start + i)
}
