import { fileSource, type FilePath, readFully, type ReadFailure, withRegularFile } from '../../regular-file.ts'
import { startsAt } from '../../types/structure/bytes.ts'
import { type DocumentFacts, documentFacts } from './document-facts.ts'
import { readOffice } from './office.ts'
import { isPdf, type PdfProperties, readPdf, withPacket } from './pdf.ts'

const HEAD_BYTES = 16_384

export interface DocumentReading {
  readonly kind: 'document'
  readonly row: DocumentFacts
}

/** Reads the properties of a PDF, Office or OpenDocument file; null if it has none that are supported. */
export async function readDocument(path: FilePath): Promise<DocumentReading | ReadFailure | null> {
  const found = withRegularFile(path, (fd, { size: bigSize }): PdfProperties | null => {
    const size = Number(bigSize)
    const head = new Uint8Array(Math.min(size, HEAD_BYTES))
    const read = readFully(fd, head, { start: 0, length: head.length, position: 0 })
    const source = fileSource(fd, size, head.subarray(0, read))
    if (isPdf(source.head)) return readPdf(source)
    if (startsAt(source.head, 0, 'PK')) return { found: readOffice(source), packet: null }
    return null
  })
  if (found === null || 'state' in found) return found
  const row = documentFacts(await withPacket(found))
  return Object.values(row).every((value) => value === null) ? null : { kind: 'document', row }
}
