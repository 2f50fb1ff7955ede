import { ChevronDown, ChevronUp } from 'lucide-react'
import { useEffect } from 'react'
import type { Sort } from './browse-search.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useLibraryId } from '../../api/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn } from '../../ui/index.ts'
import { GridFrame } from './grid-frame.tsx'
import { columns, ListRow } from './list-row.tsx'
import { messages } from './messages.ts'
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
      columnCount={columns.length}
      virtual={virtual}
      events={events}
      band={band}
      onKeyDown={onKeyDown}
      header={<Header listing={listing.input} onSort={onSort} />}
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
          isChosen={isChosen(choice.selection, row)}
          isTabStop={row === (choice.active ?? 0)}
          isFaded={!listing.online}
        />
      ))}
    </GridFrame>
  )
}

function Header({ listing, onSort }: { listing: { sort: Sort; reverse: boolean }; onSort: (sort: Sort) => void }) {
  const t = useMessages(messages)
  return (
    <div role="rowgroup" className="border-line overflow-y-scroll border-b [scrollbar-color:transparent_transparent]">
      <div role="row" aria-rowindex={1} className="flex h-7 items-center gap-3 px-4">
        {columns.map(({ className, id, isDescending, isEnd }) => {
          const isSorted = listing.sort === id
          const isDown = isDescending !== listing.reverse
          const Arrow = isDown ? ChevronDown : ChevronUp
          return (
            <div
              key={id}
              role="columnheader"
              aria-sort={isSorted ? (isDown ? 'descending' : 'ascending') : 'none'}
              className={className}
            >
              <button
                type="button"
                onClick={() => onSort(id)}
                className={cn(
                  'press rounded-control hover:bg-hover flex h-6 items-center gap-1 px-1 text-xs',
                  isSorted ? 'text-text font-medium' : 'text-muted',
                  isEnd ? 'ms-auto -me-1' : '-ms-1',
                )}
              >
                {t[id]}
                {isSorted && <Arrow size={12} strokeWidth={2} aria-hidden />}
              </button>
            </div>
          )
        })}
      </div>
    </div>
  )
}
