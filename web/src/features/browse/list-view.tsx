import { useEffect } from 'react'
import type { Sort } from './browse-search.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useLibraryId } from '../../api/index.ts'
import { GridFrame } from './grid-frame.tsx'
import { useColumnLayout } from './columns-kept.ts'
import { ListHeader } from './list-header.tsx'
import { ListRow } from './list-row.tsx'
import { rowsToRender } from './rows-to-render.ts'
import { isChosen } from './selection.ts'
import { useGridKeys } from './use-grid-keys.ts'
import { useRowEvents } from './use-row-events.ts'
import { useRowFocus } from './use-row-focus.ts'
import { useSteadyRows } from './use-steady-rows.ts'
import { useVirtualRows } from './use-virtual-rows.ts'
import type { ViewProps } from './view-props.ts'
import { useBand } from './use-band.tsx'

/** Pixels of a row. */
const ROW_HEIGHT = { compact: 28, comfortable: 36 } as const
const PADDING = 4

interface ListViewProps extends ViewProps {
  readonly onSort: (sort: Sort) => void
}

/** A line for each entry, with columns to sort by. */
export function ListView({ folder, label, onOpen, onSort }: ListViewProps) {
  const density = usePreferences((preferences) => preferences.density)
  const library = useLibraryId()
  const { choice, initialTop, listing, onScroll, onSpan, reveal, total } = folder
  const rowHeight = ROW_HEIGHT[density]
  const { layout } = useColumnLayout(listing.input.path)
  const virtual = useVirtualRows({ rows: total, rowHeight, padding: PADDING, initialTop, onScroll })
  const { span, yOf } = virtual
  const { first, last } = span
  useEffect(() => onSpan({ first, last }), [first, last, onSpan])
  useRowFocus(reveal, virtual, 1)
  useSteadyRows(listing, virtual, { rowHeight, columns: 1 })
  const onKeyDown = useGridKeys(folder, { columns: 1, lines: Math.floor(virtual.viewport.height / rowHeight) })
  const events = useRowEvents(folder, onOpen)
  const band = useBand(folder, virtual, ({ bottom, top }) => [
    { first: virtual.rowAt(top), last: virtual.rowAt(bottom) },
  ])

  return (
    <GridFrame
      label={label}
      rowCount={total + 1}
      columnCount={layout.shown.length + 1}
      virtual={virtual}
      events={events}
      band={band}
      onKeyDown={onKeyDown}
      header={<ListHeader listing={listing.input} onSort={onSort} />}
      className="@container"
    >
      {rowsToRender(span, choice.active ?? 0, total).map((row) => (
        <ListRow
          key={row}
          row={row}
          entry={listing.entryAt(row)}
          y={yOf(row)}
          height={rowHeight}
          library={library}
          layout={layout}
          isChosen={isChosen(choice.selection, row)}
          isTabStop={row === (choice.active ?? 0)}
          isFaded={!listing.online}
        />
      ))}
    </GridFrame>
  )
}
