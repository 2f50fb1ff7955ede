import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn } from '../../ui/index.ts'
import { columnWidths } from './column-widths.ts'
import { messages } from './messages.ts'

export type CellRow = readonly string[]

interface CellTableProps {
  /** Names the table for screen readers. */
  readonly label: string
  /** Rows below the headings. */
  readonly rowCount: number
  readonly columnCount: number
  /** A row, from 0; undefined while it is not loaded. */
  readonly rowAt: (row: number) => CellRow | undefined
  /** The headings of the columns. */
  readonly headings: CellRow
  /** The number of the first row, as the file counts. */
  readonly firstNumber: number
  /** Called with the rows that are in view. */
  readonly onRows?: (first: number, last: number) => void
}

const ROW_HEIGHT = 28
const ROWS_AHEAD = 12
const COLUMNS_AHEAD = 3
/** Rows whose cells decide how wide the columns are. */
const MEASURED_ROWS = 100
const NUMBER_WIDTH = 64

/** Rows of cells; only those in view are in the page. */
export function CellTable(props: CellTableProps) {
  const { columnCount, firstNumber, headings, label, onRows, rowAt, rowCount } = props
  const t = useMessages(messages)
  const { count } = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  const isMeasured = rowAt(0) !== undefined
  const widths = useMemo(
    () => {
      const first = Array.from({ length: Math.min(rowCount, MEASURED_ROWS) }, (_, row) => rowAt(row) ?? [])
      return columnWidths([headings, ...first], columnCount)
    },
    // Measured once, when the first rows are there: columns that change under the pointer cannot be read.
    // oxlint-disable-next-line react/exhaustive-deps
    [headings, columnCount, isMeasured],
  )
  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_AHEAD,
  })
  const columns = useVirtualizer({
    horizontal: true,
    count: columnCount,
    getScrollElement: () => scroller.current,
    estimateSize: (column) => widths[column]!,
    overscan: COLUMNS_AHEAD,
  })
  useEffect(() => columns.measure(), [columns, widths])
  const shown = rows.getVirtualItems()
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0]
  useEffect(() => onRows?.(first, last), [first, last, onRows])
  const width = NUMBER_WIDTH + columns.getTotalSize()
  const cells = (row: CellRow | undefined, role: 'cell' | 'columnheader') =>
    columns.getVirtualItems().map(({ index, size, start }) => (
      <span
        key={index}
        role={role}
        aria-colindex={index + 2}
        dir="auto"
        title={row?.[index]}
        className={cn(
          'border-line absolute inset-y-0 truncate border-e px-2 leading-7',
          role === 'columnheader' ? 'font-medium' : 'whitespace-pre',
          isNumber(row?.[index]) && 'text-end tabular-nums',
        )}
        style={{ insetInlineStart: NUMBER_WIDTH + start, width: size }}
      >
        {row?.[index]}
      </span>
    ))
  return (
    <div ref={scroller} tabIndex={0} role="region" aria-label={label} className="min-h-0 flex-1 overflow-auto">
      <div
        role="table"
        aria-label={label}
        aria-rowcount={rowCount + 1}
        aria-colcount={columnCount + 1}
        style={{ width }}
      >
        <div role="rowgroup" className="bg-panel border-line text-muted sticky top-0 z-20 border-b text-xs">
          <div role="row" aria-rowindex={1} className="relative h-7">
            <span
              role="columnheader"
              aria-colindex={1}
              className="bg-panel border-line sticky start-0 z-10 block h-7 border-e px-2 text-end leading-7"
              style={{ width: NUMBER_WIDTH }}
            >
              {t.rowNumber}
            </span>
            {cells(headings, 'columnheader')}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {shown.map(({ index, start }) => (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              className="border-line hover:bg-hover absolute inset-x-0 top-0 border-b"
              style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
            >
              <span
                role="rowheader"
                aria-colindex={1}
                className="bg-panel text-muted border-line sticky start-0 z-10 block h-full border-e px-2 text-end text-xs leading-7 tabular-nums"
                style={{ width: NUMBER_WIDTH }}
              >
                {count(firstNumber + index)}
              </span>
              {cells(rowAt(index), 'cell')}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\s*[-+−]?[\d.,'  ]*\d(?:[.,]\d+)?(?:e[-+]?\d+)?\s*[%€$£]?\s*$/i.test(text)
}
