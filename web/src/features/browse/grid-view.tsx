import { useEffect } from 'react'
import { usePreferences } from '../../app/preferences.ts'
import { GridFrame } from './grid-frame.tsx'
import { TILE_PADDING, TileLines, useTileGrid } from './tile-lines.tsx'
import { useBand } from './use-band.tsx'
import { useGridKeys } from './use-grid-keys.ts'
import { useRowEvents } from './use-row-events.ts'
import { useRowFocus } from './use-row-focus.ts'
import { useSteadyRows } from './use-steady-rows.ts'
import { useVirtualRows } from './use-virtual-rows.ts'
import { useWantedThumbs } from './use-wanted-thumbs.ts'
import type { ViewProps } from './view-props.ts'

/** Lines rendered above and below those that are seen: half a screen. */
const OVERSCAN = 3
/** Lines beyond those whose entries are asked for. */
const ASKED_AHEAD = 6

/** A tile for each entry. */
export function GridView({ folder, label, onOpen }: ViewProps) {
  const { choice, initialTop, listing, onScroll, onSpan, reveal, total } = folder
  const grid = useTileGrid(
    usePreferences((preferences) => preferences.tileSize),
    total,
  )
  const { columnAt, columns, lineHeight, lines, rowsOf, setWidth } = grid
  const virtual = useVirtualRows({
    rows: lines,
    rowHeight: lineHeight,
    padding: TILE_PADDING,
    overscan: OVERSCAN,
    initialTop,
    onScroll,
  })
  const { seen, span, viewport } = virtual
  useEffect(() => setWidth(viewport.width), [setWidth, viewport.width])
  const asked = rowsOf({
    first: Math.max(0, span.first - ASKED_AHEAD),
    last: Math.min(lines - 1, span.last + ASKED_AHEAD),
  })
  useEffect(() => onSpan({ first: asked.first, last: asked.last }), [asked.first, asked.last, onSpan])
  useWantedThumbs(listing, rowsOf(seen))
  useRowFocus(reveal, virtual, columns)
  useSteadyRows(listing, virtual, { rowHeight: lineHeight, columns })
  const onKeyDown = useGridKeys(folder, { columns, lines: Math.floor(viewport.height / lineHeight) })
  const events = useRowEvents(folder, onOpen)
  const band = useBand(folder, virtual, (box) => {
    const [left, right] = [Math.max(0, columnAt(box.left)), Math.min(columns - 1, columnAt(box.right))]
    const [top, bottom] = [Math.max(0, virtual.rowAt(box.top)), Math.min(lines - 1, virtual.rowAt(box.bottom))]
    if (left > right || top > bottom) return []
    if (right - left + 1 === columns) return [{ first: top * columns, last: (bottom + 1) * columns - 1 }]
    return Array.from({ length: bottom - top + 1 }, (_, i) => {
      const start = (top + i) * columns
      return { first: start + left, last: start + right }
    })
  })
  return (
    <GridFrame
      label={label}
      rowCount={lines}
      columnCount={columns}
      virtual={virtual}
      events={events}
      band={band}
      onKeyDown={onKeyDown}
    >
      <TileLines
        grid={grid}
        virtual={virtual}
        total={total}
        choice={choice}
        entryAt={listing.entryAt}
        isFaded={() => !listing.online}
        hasContents={listing.source === 'index'}
      />
    </GridFrame>
  )
}
