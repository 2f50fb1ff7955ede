import type { CellObject, WorkBook } from '@e965/xlsx'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import { dateText } from '../generators/text/date-text.ts'
import { openWorkbook } from '../generators/text/open-workbook.ts'
import { readWhole } from '../generators/text/read-whole.ts'

/** Limits on the rows and columns of a sheet, on the sheets of a workbook, and on the characters of a cell. */
export const MAX_ROWS = 100_000
export const MAX_COLUMNS = 1_000
export const MAX_SHEETS = 200
export const MAX_CELL_CHARACTERS = 2_000
/** Longer names are cut; Excel allows 31 characters. */
export const MAX_SHEET_NAME = 200
/** Limit on the size of a workbook. Reading a mebibyte of it takes some sixty mebibytes of memory. */
const MAX_BYTES = 16 * 2 ** 20

/** A sheet of a workbook. */
export interface Sheet {
  readonly name: string
  /** The cells as a spreadsheet program shows them. Empty cells at the end of a row are left out. */
  readonly rows: string[][]
  readonly columns: number
  readonly truncated: boolean
}

/** Reads the cells of a workbook: Excel of all years, OpenDocument, Lotus 1-2-3 and Numbers. */
export async function readCells(source: RawName): Promise<{ sheets: readonly Sheet[]; truncated: boolean }> {
  const bytes = await readWhole(source, MAX_BYTES)
  const book = open(bytes)
  const sheets = book.SheetNames.slice(0, MAX_SHEETS).map((name) => toSheet(book, name))
  return { sheets, truncated: book.SheetNames.length > MAX_SHEETS }
}

function open(bytes: Buffer): WorkBook {
  try {
    return openWorkbook(bytes, MAX_ROWS + 1)
  } catch (cause) {
    if (cause instanceof CoreError) throw cause
    throw new CoreError('Corrupt', `its sheets cannot be read: ${errorMessage(cause)}`, { cause })
  }
}

function toSheet(book: WorkBook, name: string): Sheet {
  const data: readonly (readonly (CellObject | undefined)[] | undefined)[] = book.Sheets[name]?.['!data'] ?? []
  let columns = 0
  let truncated = data.length > MAX_ROWS
  const rows = data.slice(0, MAX_ROWS).map((row) => {
    const cells = row ?? []
    if (cells.length > MAX_COLUMNS) truncated = true
    const texts = Array.from({ length: Math.min(cells.length, MAX_COLUMNS) }, (_, i) => cellText(cells[i]))
    while (texts.at(-1) === '') texts.pop()
    columns = Math.max(columns, texts.length)
    return texts
  })
  while (rows.at(-1)?.length === 0) rows.pop()
  return { name: name.slice(0, MAX_SHEET_NAME), rows, columns, truncated }
}

function cellText(cell: CellObject | undefined): string {
  if (cell === undefined || cell.t === 'z') return ''
  const text = cell.v instanceof Date ? dateText(cell.v) : String(cell.w ?? cell.v ?? '')
  return text.toWellFormed().slice(0, MAX_CELL_CHARACTERS)
}
