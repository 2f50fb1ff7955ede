import type { CellObject } from '@e965/xlsx'
import { packageVersion } from '../../../../util/package-version.ts'
import { biffTexts } from '../biff-texts.ts'
import { dateText } from '../date-text.ts'
import { isOle, openOle } from '../ole-file.ts'
import { openWorkbook } from '../open-workbook.ts'
import { PageCollector } from '../page-collector.ts'
import type { ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

/** Limit on the rows of a sheet; Excel 97 allows as many. */
const MAX_ROWS = 65_536
/** Limit on the size of a workbook. Reading a mebibyte of it takes some sixty mebibytes of memory. */
const MAX_BYTES = 16 * 2 ** 20

/**
 * Reads Excel files from before 2007, binary ones since then, Lotus 1-2-3, and Numbers: a page for each sheet, a line
 * for each row, a tab between cells, dates in ISO 8601. Texts that are not in cells, such as comments, come after the
 * rows.
 */
export const read: ReadText = async (source, maxChars) => {
  const bytes = await readWhole(source, MAX_BYTES)
  const book = openWorkbook(bytes, MAX_ROWS)
  const beside = isOle(bytes) ? biffTexts(openOle(bytes)) : []
  const out = new PageCollector(maxChars)
  for (const [i, name] of book.SheetNames.entries()) {
    if (out.isFull) break
    const rows: readonly (readonly (CellObject | undefined)[] | undefined)[] = book.Sheets[name]?.['!data'] ?? []
    out.begin(name)
    for (const row of rows) {
      if (out.isFull) break
      const cells = (row ?? []).map(cellText).filter((text) => text !== '')
      if (cells.length > 0) out.add(`${cells.join('\t')}\n`)
    }
    if (rows.length >= MAX_ROWS) out.cut()
    for (const text of beside[i] ?? []) out.add(`${text}\n`)
  }
  return { engine: { name: 'SheetJS', version: packageVersion('@e965/xlsx') }, ...out.finish() }
}

function cellText(cell: CellObject | undefined): string {
  if (cell === undefined || cell.t === 'z') return ''
  if (cell.v instanceof Date) return dateText(cell.v)
  // Programs show numbers rounded, so the number itself is searched.
  return cell.t === 'n' ? String(cell.v) : String(cell.w ?? cell.v ?? '')
}
