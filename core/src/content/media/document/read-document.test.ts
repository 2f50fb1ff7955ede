import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { makeLockedPdf, makePdf, makePdfBomb, makeZip, pdfOf, pdfStream } from '../../../../testing/documents/index.ts'
import { factsIn } from '../../../../testing/media/index.ts'
import { readDocument } from './read-document.ts'

const read = (content: Uint8Array | string) => factsIn(content, readDocument)

const catalog = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 12 >>']

/** `Über` in UTF-16 with a mark. */
const UEBER = '<FEFF00DC006200650072>'

test('a PDF gives its properties and the number of its pages', async () => {
  const info = String.raw`<< /Title ${UEBER} /Author (Ada \(Countess\) L\157velace) /Subject (Engines\
, analytical) /Keywords (engine; number) /Creator (Writer\222s) /CreationDate (D:20240501102030+02'00') /ModDate (D:2025) >>`
  expect(await read(pdfOf([...catalog, info], '/Info 3 0 R'))).toEqual({
    title: 'Über',
    author: 'Ada (Countess) Lovelace',
    subject: 'Engines, analytical',
    keywords: '["engine","number"]',
    program: 'Writer™s',
    pages: 12,
    created_at: '2024-05-01T10:20:30+02:00',
    modified_at: '2025-01-01T00:00:00',
  })
  expect(await read(makePdf(['one', 'two', 'three']))).toEqual({ pages: 3 })
})

test('a PDF that was saved again gives its last properties', async () => {
  const first = pdfOf([...catalog, '<< /Title (Draft) >>'], '/Info 3 0 R')
  const start = first.toString('latin1').lastIndexOf('xref\n0')
  const at = first.length
  const object = '3 0 obj\n<< /Title (Final) >>\nendobj\n'
  const table = `xref\n3 1\n${String(at).padStart(10, '0')} 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R /Info 3 0 R /Prev ${start} >>\n`
  const second = Buffer.from(`${object}${table}startxref\n${at + object.length}\n%%EOF\n`, 'latin1')
  expect(await read(Buffer.concat([first, second]))).toEqual({ title: 'Final', pages: 12 })
})

/** A PDF whose objects and table are in streams, as programs since 2003 write it. */
function packedPdf({ predictor }: { predictor: boolean }): Buffer {
  const inner = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 7 >>', '<< /Title (Packed) >>']
  const offsets = inner.map((_, i) => inner.slice(0, i).join(' ').length + (i > 0 ? 1 : 0))
  const list = inner.map((_, i) => `${i + 1} ${offsets[i]}`).join(' ') + ' '
  const data = deflateSync(Buffer.from(list + inner.join(' '))).toString('latin1')
  const heading = '%PDF-1.5\n'
  const objects = `4 0 obj\n${pdfStream(`/Type /ObjStm /N 3 /First ${list.length} /Filter /FlateDecode`, data)}\nendobj\n`
  const tableAt = heading.length + objects.length
  const rows = [
    [0, 0, 0, 255],
    [2, 0, 4, 0],
    [2, 0, 4, 1],
    [2, 0, 4, 2],
    [1, heading.length >> 8, heading.length & 255, 0],
    [1, tableAt >> 8, tableAt & 255, 0],
  ]
  const plain = Buffer.from(rows.flat())
  // Each row as its difference from the one above it.
  const predicted = Buffer.from(
    rows.flatMap((row, y) => [2, ...row.map((byte, x) => (byte - (rows[y - 1]?.[x] ?? 0)) & 255)]),
  )
  const parms = predictor ? '/DecodeParms << /Predictor 12 /Columns 4 >>' : ''
  const table = deflateSync(predictor ? predicted : plain).toString('latin1')
  const dictionary = `/Type /XRef /W [1 2 1] /Size 6 /Root 1 0 R /Info 3 0 R /Filter /FlateDecode ${parms}`
  return Buffer.from(
    `${heading}${objects}5 0 obj\n${pdfStream(dictionary, table)}\nendobj\nstartxref\n${tableAt}\n%%EOF\n`,
    'latin1',
  )
}

test.each([{ predictor: false }, { predictor: true }])('a PDF with packed objects is read (%o)', async (of) => {
  expect(await read(packedPdf(of))).toEqual({ title: 'Packed', pages: 7 })
})

test('a PDF whose table is damaged, or that begins with other bytes, is read', async () => {
  const whole = pdfOf([...catalog, '<< /Title (Whole) >>'], '/Info 3 0 R').toString('latin1')
  const expected = { title: 'Whole', pages: 12 }
  expect(await read(Buffer.from(whole.replace(/startxref\n\d+/, 'startxref\n7'), 'latin1'))).toEqual(expected)
  expect(await read(Buffer.from(whole.slice(0, whole.indexOf('xref')), 'latin1'))).toEqual({ pages: 12 })
  expect(await read(Buffer.from(`\r\nfrom the web\r\n${whole}`, 'latin1'))).toEqual(expected)
})

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'

test('a PDF whose properties are XMP gives them', async () => {
  const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Press"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Leaves</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>Walt</rdf:li></rdf:Seq></dc:creator><dc:subject><rdf:Bag><rdf:li>grass</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>`
  const root = '<< /Type /Catalog /Pages 2 0 R /Metadata 3 0 R >>'
  expect(await read(pdfOf([root, catalog[1]!, pdfStream('/Type /Metadata /Subtype /XML', packet)]))).toEqual({
    title: 'Leaves',
    author: 'Walt',
    keywords: '["grass"]',
    program: 'Press',
    pages: 12,
  })
})

test('of an encrypted PDF the number of its pages is read, and no encrypted text', async () => {
  const bodies = [...catalog, '<< /Title (secret) >>', '<< /Filter /Standard >>']
  expect(await read(pdfOf(bodies, '/Info 3 0 R /Encrypt 4 0 R'))).toEqual({ pages: 12 })
  expect(await read(makeLockedPdf())).toBeNull()
})

test('references in a circle and deep lists end', async () => {
  expect(await read(pdfOf(['<< /Pages 2 0 R >>', '2 0 R']))).toBeNull()
  expect(await read(pdfOf([catalog[0]!, `<< /Kids ${'['.repeat(100_000)} /Count 3 >>`]))).toBeNull()
  expect(await read(makePdfBomb(1_000_000))).toEqual({ pages: 1 })
})

const core = (inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties xmlns:cp="a" xmlns:dc="b" xmlns:dcterms="c" xmlns:xsi="d">${inside}</cp:coreProperties>`
const words = core(
  '<dc:title>Plan &amp; price</dc:title><dc:creator>Ada</dc:creator><cp:keywords>budget, 2024</cp:keywords><dc:description>First</dc:description><dcterms:created xsi:type="dcterms:W3CDTF">2024-05-01T10:20:30Z</dcterms:created>',
)

test('a Word document, a workbook and a presentation give their properties and their length', async () => {
  const about = {
    title: 'Plan & price',
    author: 'Ada',
    keywords: '["budget","2024"]',
    description: 'First',
    created_at: '2024-05-01T10:20:30Z',
  }
  const app = (inside: string) => `<Properties><Application>Office</Application>${inside}</Properties>`
  const parts = { 'docProps/core.xml': words }
  expect(
    await read(makeZip({ ...parts, 'word/document.xml': '<w/>', 'docProps/app.xml': app('<Pages>12</Pages>') })),
  ).toEqual({ ...about, pages: 12, program: 'Office' })
  const workbook = '<workbook><sheets><sheet name="a"/><sheet name="b"/></sheets></workbook>'
  expect(await read(makeZip({ ...parts, 'xl/workbook.xml': workbook, 'docProps/app.xml': app('') }))).toEqual({
    ...about,
    sheets: 2,
    program: 'Office',
  })
  expect(
    await read(makeZip({ ...parts, 'ppt/presentation.xml': '<p/>', 'docProps/app.xml': app('<Slides>9</Slides>') })),
  ).toEqual({ ...about, slides: 9, program: 'Office' })
})

test('an OpenDocument gives its properties and the number of its pages or sheets', async () => {
  const meta = (statistic: string) =>
    `<office:document-meta><office:meta><dc:title>Brief</dc:title><meta:initial-creator>Ada</meta:initial-creator><dc:creator>Bob</dc:creator><meta:keyword>one</meta:keyword><meta:keyword>two, three</meta:keyword><meta:generator>Writer</meta:generator><meta:creation-date>2024-05-01T10:20:30.123456789</meta:creation-date><meta:document-statistic ${statistic}/></office:meta></office:document-meta>`
  const about = {
    title: 'Brief',
    author: 'Ada',
    keywords: '["one","two, three"]',
    program: 'Writer',
    created_at: '2024-05-01T10:20:30',
  }
  const text = { mimetype: 'application/vnd.oasis.opendocument.text', 'content.xml': '<a/>' }
  expect(await read(makeZip({ ...text, 'meta.xml': meta('meta:page-count="4" meta:table-count="1"') }))).toEqual({
    ...about,
    pages: 4,
  })
  expect(await read(makeZip({ ...text, 'meta.xml': meta('meta:table-count="3" meta:cell-count="8"') }))).toEqual({
    ...about,
    sheets: 3,
  })
})

test('properties that unpack to a huge text, other archives and other documents give nothing', async () => {
  const bomb = makeZip({ 'word/document.xml': '<w/>', 'docProps/core.xml': Buffer.alloc(8_000_000, ' ') })
  expect(await read(bomb)).toBeNull()
  expect(await read(makeZip({ 'a.txt': 'a' }))).toBeNull()
  expect(await read('a plain text')).toBeNull()
  expect(await read('')).toBeNull()
})

test('every beginning of a document is read without an error that escapes', async () => {
  const word = makeZip({ 'word/document.xml': '<w/>', 'docProps/core.xml': words })
  for (const whole of [word, packedPdf({ predictor: true }), makePdf(['one'])])
    for (let length = 0; length < whole.length; length += 7)
      expect(await read(whole.subarray(0, length)).catch(() => 'escaped')).not.toBe('escaped')
})
