import assert from 'node:assert/strict'
import { documentFacts } from '../../../core/src/content/media/document/document-facts.ts'
import { readOffice } from '../../../core/src/content/media/document/office.ts'
import { isPdf, readPdf, withPacket } from '../../../core/src/content/media/document/pdf.ts'
import { checkFacts } from '../../../core/src/content/media/media-facts.ts'
import { bytesSource } from '../../../core/src/content/types/byte-source.ts'
import { makePdf, makeZip, pdfOf } from '../../../core/testing/documents/index.ts'
import type { FuzzTarget } from '../target.ts'

const core =
  '<cp:coreProperties><dc:title>Plan &amp; price</dc:title><cp:keywords>a, b</cp:keywords></cp:coreProperties>'

export const target: FuzzTarget = {
  reads: 'properties of documents: PDF objects and tables, Office and OpenDocument',
  guides: ['core/src/content/media/document/', 'core/src/content/types/structure/zip-directory.ts'],
  maxBytes: 2_000,
  tokens: [
    'xref',
    'trailer',
    'startxref',
    '/Prev ',
    '/XRefStm ',
    '/Type /ObjStm',
    ' 0 R',
    ' 0 obj',
    '<<',
    '>>',
    '[',
    '\\(',
  ],
  seeds: () => [
    makePdf(['one']),
    pdfOf(
      ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 2 >>', '<< /Title (a) /CreationDate (D:2024) >>'],
      '/Info 3 0 R',
    ),
    makeZip({ 'word/document.xml': '<w/>', 'docProps/core.xml': core }),
    makeZip({ 'meta.xml': '<office:meta><meta:keyword>a</meta:keyword></office:meta>' }),
  ],
  async run(bytes) {
    const source = bytesSource(bytes)
    const found = isPdf(bytes) ? await withPacket(readPdf(source)) : readOffice(source)
    const { refused, values } = checkFacts('document', documentFacts(found))
    assert.deepEqual(refused, [])
    return `${isPdf(bytes)} ${values.map((value) => value !== null).join()}`
  },
}
