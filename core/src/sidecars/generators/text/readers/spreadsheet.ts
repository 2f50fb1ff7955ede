import { read as readWorkbook, set_cptable as setCodePages, type CellObject, type WorkBook } from '@e965/xlsx'
import * as codePages from '@e965/xlsx/dist/cpexcel'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { packageVersion } from '../../../../util/package-version.ts'
import { dateText } from '../date-text.ts'
import { PageCollector } from '../page-collector.ts'
import type { ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

/** Rows read of a sheet: as many as Excel 97 allows. */
const MAX_ROWS = 65_536
/** A mebibyte of a workbook takes some sixty of memory. */
const MAX_BYTES = 16 * 2 ** 20

setCodePages(codePages)

/**
 * Reads Excel files from before 2007, binary ones since then, Lotus 1-2-3, and Numbers: a page for each sheet, a line for
 * each row, a tab between cells, dates as ISO 8601 writes them.
 */
export const read: ReadText = async (source, maxChars) => {
  const bytes = await readWhole(source, MAX_BYTES)
  const book = silently(() => parse(bytes))
  const out = new PageCollector(maxChars)
  for (const name of book.SheetNames) {
    if (out.isFull) break
    const rows: readonly (readonly (CellObject | undefined)[] | undefined)[] = book.Sheets[name]?.['!data'] ?? []
    out.begin(name)
    for (const row of rows) {
      if (out.isFull) break
      const cells = (row ?? []).map(cellText).filter((text) => text !== '')
      if (cells.length > 0) out.add(`${cells.join('\t')}\n`)
    }
    if (rows.length >= MAX_ROWS) out.cut()
  }
  return { engine: { name: 'SheetJS', version: packageVersion('@e965/xlsx') }, ...out.finish() }
}

function parse(bytes: Buffer): WorkBook {
  try {
    return readWorkbook(bytes, {
      type: 'buffer',
      dense: true,
      cellDates: true,
      UTC: true,
      cellFormula: false,
      cellHTML: false,
      sheetRows: MAX_ROWS,
    })
  } catch (cause) {
    if (!/password|encrypt/i.test(errorMessage(cause))) throw cause
    throw new CoreError('Unsupported', 'it is locked with a password', { cause })
  }
}

function cellText(cell: CellObject | undefined): string {
  if (cell === undefined || cell.t === 'z') return ''
  if (cell.v instanceof Date) return dateText(cell.v)
  // What a program shows of a number may be rounded, so the number itself is searched.
  return cell.t === 'n' ? String(cell.v) : String(cell.w ?? cell.v ?? '')
}

/** The library prints what it does not know in old formats: for some files, thousands of lines. */
function silently<T>(work: () => T): T {
  const { debug, error, log, warn } = console
  const ignore = () => {}
  Object.assign(console, { debug: ignore, error: ignore, log: ignore, warn: ignore })
  try {
    return work()
  } finally {
    Object.assign(console, { debug, error, log, warn })
  }
}
