export { makeLockedPdf, makePdf, makePdfBomb, makeRecursivePdf } from './pdf.ts'
export { makeZip, type ZipMember } from './zip.ts'
