import { useEffect, useLayoutEffect } from 'react'
import { usePreferences } from '../../app/preferences.ts'
import {
  GridFrame,
  TILE_PADDING,
  TileLines,
  useRowEvents,
  useRowFocus,
  useTileGrid,
  useVirtualRows,
  useWantedThumbs,
} from '../browse/index.ts'
import type { ResultViewProps } from './result-list.tsx'
import { useFoundKeys } from './use-found-keys.ts'

/** A tile for each result: for pictures. */
export function ResultGrid({ found, label, onOpen }: ResultViewProps) {
  const { choice, listing, onScroll, onSpan, reveal, start, total } = found
  const grid = useTileGrid(
    usePreferences((preferences) => preferences.tileSize),
    total,
  )
  const { columns, lineHeight, lines, rowsOf, setWidth } = grid
  const virtual = useVirtualRows({
    rows: lines,
    rowHeight: lineHeight,
    padding: TILE_PADDING,
    initialTop: start.top,
    onScroll,
  })
  const { element, scrollTo, seen, span, viewport } = virtual
  useEffect(() => setWidth(viewport.width), [setWidth, viewport.width])
  const { first, last } = rowsOf(span)
  useEffect(() => onSpan({ first, last }), [first, last, onSpan])
  useLayoutEffect(() => {
    if (element) scrollTo(start.top)
    // Only where the results begin anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [element, start])
  useWantedThumbs(listing, rowsOf(seen))
  useRowFocus(reveal, virtual, columns)
  const onKeyDown = useFoundKeys(found, { columns, lines: Math.floor(viewport.height / lineHeight) })
  const events = useRowEvents(found, onOpen)
  return (
    <GridFrame
      label={label}
      rowCount={lines}
      columnCount={columns}
      virtual={virtual}
      events={events}
      onKeyDown={onKeyDown}
    >
      <TileLines
        grid={grid}
        virtual={virtual}
        total={total}
        choice={choice}
        entryAt={listing.entryAt}
        isFaded={(entry) => entry?.online === false}
        hasContents
      />
    </GridFrame>
  )
}
