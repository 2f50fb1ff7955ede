import type { SearchItem } from '@spacedrive/core/domain'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useState } from 'react'
import { useLibraryId, useOperation } from '../../api/index.ts'
import {
  GridFrame,
  isChosen,
  rowsToRender,
  useRowEvents,
  useRowFocus,
  useVirtualRows,
  useWantedThumbs,
} from '../browse/index.ts'
import { followPlace } from './place-link.ts'
import { placeText } from './reasons.ts'
import { ResultRow } from './result-row.tsx'
import type { FoundRows } from './use-found.ts'
import { useFoundKeys } from './use-found-keys.ts'

export interface ResultViewProps {
  readonly found: FoundRows
  readonly label: string
  readonly onOpen: (item: SearchItem) => void
  /** Shows the file where it says what was searched for. */
  readonly onShow: (item: SearchItem) => void
}

/** Pixels of a row, where what was found stands beside the name and where it stands below it. */
const ROW_HEIGHT = { wide: 52, narrow: 68 }
const WIDE = 640
const PADDING = 4
/** Rows rendered above and below those that are seen: all of them are rendered anew with every letter that is typed. */
const OVERSCAN = 3

/** A line for each result, that says why it is one. */
export function ResultList({ found, label, onOpen, onShow }: ResultViewProps) {
  const library = useLibraryId()
  const locations = useOperation('locations.list', {}).data ?? []
  const { choice, listing, onScroll, onSpan, results, reveal, start, total } = found
  const [isNarrow, setNarrow] = useState(false)
  const rowHeight = isNarrow ? ROW_HEIGHT.narrow : ROW_HEIGHT.wide
  const virtual = useVirtualRows({
    rows: total,
    rowHeight,
    padding: PADDING,
    overscan: OVERSCAN,
    initialTop: start.top,
    onScroll,
  })
  const { element, scrollTo, seen, span, viewport, yOf } = virtual
  const { first, last } = span
  if (viewport.width > 0 && isNarrow !== viewport.width < WIDE) setNarrow(!isNarrow)
  useEffect(() => onSpan({ first, last }), [first, last, onSpan])
  useLayoutEffect(() => {
    if (element) scrollTo(start.top)
    // Only where a list begins anew; what it scrolls to later is its own.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [element, start])
  useWantedThumbs(listing, seen)
  useRowFocus(reveal, virtual, 1)
  const onKeyDown = useFoundKeys(found, { columns: 1, lines: Math.floor(viewport.height / rowHeight) })
  const events = useRowEvents(found, onOpen)
  const { history } = useRouter()
  const active = choice.active ?? 0
  return (
    <GridFrame
      label={label}
      rowCount={results.answer?.total ?? 0}
      virtual={virtual}
      events={{
        ...events,
        onClick: (event) => followPlace(event, (href) => history.push(href)) || events.onClick(event),
      }}
      onKeyDown={onKeyDown}
    >
      {rowsToRender(span, active, total).map((row) => {
        const item = listing.entryAt(row)
        return (
          <ResultRow
            key={row}
            row={row}
            item={item}
            y={yOf(row)}
            height={rowHeight}
            isNarrow={isNarrow}
            library={library}
            place={item ? placeText(item, locations) : ''}
            isChosen={isChosen(choice.selection, row)}
            isTabStop={row === active}
            onShow={onShow}
          />
        )
      })}
    </GridFrame>
  )
}
