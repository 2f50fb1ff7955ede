import { read as readWorkbook, set_cptable as setCodePages, type WorkBook } from '@e965/xlsx'
import * as codePages from '@e965/xlsx/dist/cpexcel'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import { silently } from './silently.ts'

setCodePages(codePages)

/**
 * Opens a workbook, up to a number of rows of each sheet. Throws `Unsupported` if it is locked; otherwise SheetJS's
 * errors.
 */
export function openWorkbook(bytes: Buffer, sheetRows: number): WorkBook {
  return silently(() => {
    try {
      return readWorkbook(bytes, {
        type: 'buffer',
        dense: true,
        cellDates: true,
        UTC: true,
        cellFormula: false,
        cellHTML: false,
        sheetRows,
      })
    } catch (cause) {
      if (cause instanceof CoreError || !/password|encrypt/i.test(errorMessage(cause))) throw cause
      throw new CoreError('Unsupported', 'it is locked with a password', { cause })
    }
  })
}
