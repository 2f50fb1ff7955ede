import { useCallback, useMemo, useState } from 'react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { ErrorNote, Select, Skeleton } from '../../ui/index.ts'
import { CellTable } from './cell-table.tsx'
import { columnLetters } from './column-widths.ts'
import { messages } from './messages.ts'
import type { ShownFile } from './use-file.ts'
import { type DocumentPage, useDocumentItems, useSheet } from './use-document.ts'

interface SheetViewProps {
  readonly file: ShownFile
  readonly book: DocumentPage
  /** From 1; one that is not there is the first. */
  readonly firstSheet: number
}

/** The sheets of a workbook, one at a time. */
export function SheetView({ book: { sheets }, file, firstSheet }: SheetViewProps) {
  const t = useMessages(messages)
  const [sheet, setSheet] = useState(firstSheet <= sheets.length ? firstSheet : 1)
  const { data, error, refetch } = useSheet(file, sheet)
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      {sheets.length > 1 && (
        <div className="border-line flex items-center gap-2 border-b px-4 py-1">
          <Select
            aria-label={t.sheet}
            value={String(sheet)}
            choices={sheets.map((name, i) => ({ value: String(i + 1), label: name || `${t.sheet} ${i + 1}` }))}
            onChange={(value) => setSheet(Number(value))}
            className="max-w-72 min-w-0"
          />
        </div>
      )}
      {error && <ErrorNote error={error} onRetry={() => void refetch()} className="m-auto" />}
      {!data && !error && <Skeleton className="m-6 flex-1" />}
      {data && data.total === 0 && <p className="text-muted m-auto">{t.sheetEmpty}</p>}
      {data && data.total > 0 && <Cells key={sheet} file={file} sheet={data} name={sheets[sheet - 1] ?? ''} />}
    </div>
  )
}

function Cells({ file, name, sheet: { columns, sheet, total, truncated } }: CellsProps) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const [{ first, last }, setRows] = useState({ first: 0, last: 0 })
  const onRows = useCallback((from: number, to: number) => setRows({ first: from, last: to }), [])
  const headings = useMemo(() => Array.from({ length: columns }, (_, column) => columnLetters(column)), [columns])
  const rowAt = useDocumentItems(file, { sheet, columns, first, last }, ({ rows }) => rows)
  return (
    <>
      <CellTable
        label={t.tableOf(name || file.entry.name)}
        headings={headings}
        rowCount={total}
        columnCount={columns}
        rowAt={rowAt}
        firstNumber={1}
        onRows={onRows}
      />
      <footer className="border-line text-muted flex gap-3 border-t px-4 py-1.5 text-xs tabular-nums">
        <span>{t.cellsCount(count(total), count(columns))}</span>
        {truncated && <span className="text-warn">{t.sheetTruncated}</span>}
      </footer>
    </>
  )
}

interface CellsProps {
  readonly file: ShownFile
  readonly sheet: DocumentPage
  readonly name: string
}
