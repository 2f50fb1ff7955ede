export { makeMobipocket, makePowerPoint97, makeWorkbook } from './legacy-office.ts'
export { makeOutlookMessage, makeWord97 } from './ole.ts'
export { makeLockedPdf, makePdf, makePdfBomb, makeRecursivePdf, pdfOf, pdfStream } from './pdf.ts'
export { makeZip, type ZipMember } from './zip.ts'
