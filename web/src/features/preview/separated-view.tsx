import { useMemo } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { CellTable } from './cell-table.tsx'
import { messages } from './messages.ts'
import { MAX_TABLE_COLUMNS, MAX_TABLE_ROWS, readSeparated } from './read-separated.ts'
import type { ShownFile } from './use-file.ts'
import { useFormat } from '../../format/index.ts'

/** Separated values as a table. */
export function SeparatedView({ file: { entry }, text }: { file: ShownFile; text: string }) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const { columnCount, headings, isCut, rows } = useMemo(() => readSeparated(text, entry.extension), [entry, text])
  return (
    <>
      {isCut && (
        <p className="text-muted border-line border-b px-4 py-1.5">
          {t.tableCut(count(MAX_TABLE_ROWS), count(MAX_TABLE_COLUMNS))}
        </p>
      )}
      <CellTable
        label={t.tableOf(entry.name)}
        headings={headings}
        rowCount={rows.length}
        columnCount={columnCount}
        rowAt={(row) => rows[row]}
        firstNumber={2}
      />
    </>
  )
}
