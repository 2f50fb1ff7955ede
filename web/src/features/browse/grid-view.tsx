import { useEffect, useState } from 'react'
import { usePreferences } from '../../app/preferences.ts'
import { useLibraryId } from '../../api/index.ts'
import { rowsToRender } from './rows-to-render.ts'
import { isChosen } from './selection.ts'
import { Tile } from './tile.tsx'
import { useBand } from './use-band.tsx'
import { useGridKeys } from './use-grid-keys.ts'
import { useRowEvents } from './use-row-events.ts'
import { useRowFocus } from './use-row-focus.ts'
import { useSteadyRows } from './use-steady-rows.ts'
import { useVirtualRows } from './use-virtual-rows.ts'
import { useWantedThumbs } from './use-wanted-thumbs.ts'
import type { ViewProps } from './view-props.ts'
import type { Span } from './virtual-scroll.ts'

/** Pixels. */
const GAP = 12
const PADDING = 12
const LABEL_HEIGHT = 28
/** Lines rendered above and below those that are seen: half a screen. */
const OVERSCAN = 3
/** Lines beyond those whose entries are asked for. */
const ASKED_AHEAD = 6

/** A tile for each entry. */
export function GridView({ folder, label, onOpen }: ViewProps) {
  const size = usePreferences((preferences) => preferences.tileSize)
  const library = useLibraryId()
  const { choice, initialTop, listing, onScroll, onSpan, reveal, total } = folder
  const { columns, width, setWidth } = useColumns(size)
  const rowHeight = size + LABEL_HEIGHT + GAP
  const lines = Math.ceil(total / columns)
  const virtual = useVirtualRows({ rows: lines, rowHeight, padding: PADDING, overscan: OVERSCAN, initialTop, onScroll })
  useEffect(() => setWidth(virtual.viewport.width), [setWidth, virtual.viewport.width])
  const { attach, height, seen, span, yOf } = virtual
  const { first, last } = span
  useEffect(() => {
    const asked = { first: Math.max(0, first - ASKED_AHEAD), last: Math.min(lines - 1, last + ASKED_AHEAD) }
    onSpan(entriesOf(asked, columns, total))
  }, [columns, first, last, lines, onSpan, total])
  useWantedThumbs(listing, entriesOf(seen, columns, total))
  useRowFocus(reveal, virtual, columns)
  useSteadyRows(listing, virtual, { rowHeight, columns })
  const onKeyDown = useGridKeys(folder, { columns, lines: Math.floor(virtual.viewport.height / rowHeight) })
  const events = useRowEvents(folder, onOpen)

  const pitch = width > 0 ? (width - 2 * PADDING + GAP) / columns : size + GAP
  const xOf = (column: number) => PADDING + Math.round(column * pitch + (pitch - GAP - size) / 2)
  const band = useBand(folder, virtual, (box) => {
    const columnAt = (x: number) => Math.floor((x - PADDING) / pitch)
    const [left, right] = [Math.max(0, columnAt(box.left)), Math.min(columns - 1, columnAt(box.right))]
    const [top, bottom] = [Math.max(0, virtual.rowAt(box.top)), Math.min(lines - 1, virtual.rowAt(box.bottom))]
    if (left > right || top > bottom) return []
    if (right - left + 1 === columns) return [{ first: top * columns, last: (bottom + 1) * columns - 1 }]
    return Array.from({ length: bottom - top + 1 }, (_, i) => {
      const start = (top + i) * columns
      return { first: start + left, last: start + right }
    })
  })

  const active = choice.active ?? 0
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
      <div
        ref={attach}
        role="presentation"
        {...events}
        {...band.events}
        onPointerDown={(event) => {
          events.onPointerDown(event)
          band.events.onPointerDown(event)
        }}
        className="relative min-h-0 flex-1 overflow-y-scroll"
      >
        <div role="rowgroup" className="relative" style={{ height: height }}>
          {rowsToRender(span, Math.floor(active / columns), lines).map((line) => (
            <div
              key={line}
              role="row"
              aria-rowindex={line + 1}
              className="contain-layout contain-size contain-style absolute inset-x-0"
              style={{ height: rowHeight, transform: `translateY(${yOf(line)}px)` }}
            >
              {rowsOfLine(line, columns, total).map((row) => (
                <Tile
                  key={row}
                  row={row}
                  column={row % columns}
                  x={xOf(row % columns)}
                  entry={listing.entryAt(row)}
                  size={size}
                  library={library}
                  isChosen={isChosen(choice.selection, row)}
                  isTabStop={row === active}
                  isFaded={!listing.online}
                  isLater={line < seen.first || line > seen.last}
                  hasContents={listing.source === 'index'}
                />
              ))}
            </div>
          ))}
        </div>
        {band.box}
      </div>
    </div>
  )
}

/** How many tiles fit side by side. */
function useColumns(size: number) {
  const [width, setWidth] = useState(0)
  const columns = Math.max(1, Math.floor((width - 2 * PADDING + GAP) / (size + GAP)))
  return { columns, width, setWidth }
}

function entriesOf({ first, last }: Span, columns: number, total: number): Span {
  return { first: first * columns, last: Math.max(first * columns, Math.min(total, (last + 1) * columns) - 1) }
}

function rowsOfLine(line: number, columns: number, total: number): number[] {
  const start = line * columns
  return Array.from({ length: Math.min(columns, total - start) }, (_, i) => start + i)
}
