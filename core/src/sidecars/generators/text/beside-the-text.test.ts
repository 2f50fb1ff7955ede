import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePowerPoint97, makeZip } from '../../../../testing/documents/index.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { FileTypeRegistry } from '../../../content/index.ts'
import { biffTexts } from './biff-texts.ts'
import { withoutHeaderCodes } from './header-codes.ts'
import { MAX_CHARS } from './limits.ts'
import { readFileText } from './read-file-text.ts'

const types = new FileTypeRegistry()

async function pagesOf(name: string, bytes: string | Uint8Array): Promise<{ title?: string; lines: string[] }[]> {
  using temp = createTempDir('beside')
  const source = join(temp.path, name)
  writeFileSync(source, bytes)
  const { category: type, mimes } = types.detectFromExtension(name)!
  const { pages } = await readFileText(source, { type, mime: mimes[0] ?? null, size: bytes.length }, MAX_CHARS)
  return pages.map(({ text, title }) => ({
    ...(title !== undefined && { title }),
    lines: text.split('\n').filter((line) => line.trim() !== ''),
  }))
}

async function linesOf(name: string, bytes: string | Uint8Array): Promise<string[]> {
  return (await pagesOf(name, bytes)).flatMap(({ lines }) => lines)
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url))
}

const related = (...targets: string[]) =>
  `<Relationships>${targets.map((target, i) => `<Relationship Id="r${i}" Target="${target}"/>`).join('')}</Relationships>`

describe('old Office files that LibreOffice wrote', () => {
  test('a Word file has its header, footer, notes, comment, box and shape', async () => {
    const [page] = await pagesOf('letter.doc', fixture('letter.doc'))
    const words = new Set(page!.lines.join(' ').split(/\s+/))
    const beside = 'headerword footerword footnoteword endnoteword commentword boxword shapeword'.split(' ')
    const body = 'headingword bodyword ordinary1 listword cellword linkword böhmword 日本語'.split(' ')
    expect([...body, ...beside].filter((word) => !words.has(word))).toEqual([])
  })

  test('a workbook has the comment, box, shape, header and footer of each sheet, and its hidden sheets', async () => {
    const [sheet, hidden] = await pagesOf('table.xls', fixture('table.xls'))
    expect(sheet!.title).toBe('sheetword')
    const beside = ['headerword', 'footerword', 'shapeword', 'boxword', 'commentword']
    expect(beside.filter((word) => !sheet!.lines.includes(word))).toEqual([])
    expect(hidden).toEqual({ title: 'hiddensheet', lines: ['hiddenword', 'headerword', 'footerword'] })
  })
})

describe('texts beside the cells of a workbook of Excel 97', () => {
  const record = (type: number, data: Uint8Array = new Uint8Array()) => {
    const head = Buffer.alloc(4)
    head.writeUInt16LE(type, 0)
    head.writeUInt16LE(data.length, 2)
    return Buffer.concat([head, data])
  }
  const begin = (version = 0x6_00) => record(0x8_09, Buffer.from([version & 255, version >> 8, 0, 0]))
  const end = record(0x0a)
  const textObject = (count: number) => {
    const data = Buffer.alloc(18)
    data.writeUInt16LE(count, 10)
    return record(0x1_b6, data)
  }
  const book = (sheets: readonly Buffer[], version?: number) => {
    const size = begin().length + sheets.length * record(0x85, Buffer.alloc(8)).length + end.length
    let place = size
    const bounds = sheets.map((sheet) => {
      const data = Buffer.alloc(8)
      data.writeUInt32LE(place, 0)
      place += sheet.length
      return record(0x85, data)
    })
    const stream = Buffer.concat([begin(version), ...bounds, end, ...sheets])
    return biffTexts({ stream: (name) => (name === 'Workbook' ? stream : null) })
  }
  const wide = (text: string) => Buffer.concat([Buffer.of(1), Buffer.from(text, 'utf16le')])

  test('are read over several records, in one byte and in two', () => {
    const sheet = Buffer.concat([
      begin(),
      textObject(8),
      record(0x3c, Buffer.from('\0note')),
      record(0x3c, wide('日本語\r')),
      // Its formats.
      record(0x3c, Buffer.alloc(16)),
      end,
    ])
    expect(book([sheet])).toEqual([['note日本語']])
  })

  test('have the titles of charts, which lie within a sheet', () => {
    const title = record(0x10_0d, Buffer.concat([Buffer.of(0, 0, 5, 0), Buffer.from('Sales')]))
    const sheet = Buffer.concat([begin(), begin(), title, end, record(0x14, Buffer.from('\x04\0\0&CTop')), end])
    expect(book([sheet, Buffer.concat([begin(), end])])).toEqual([['Sales', 'To'], []])
  })

  test('are not looked for in older workbooks, nor beyond the end of a damaged one', () => {
    expect(book([Buffer.concat([begin(), textObject(4), record(0x3c, Buffer.from('\0note')), end])], 0x5_00)).toEqual(
      [],
    )
    const stream = Buffer.concat([begin(), record(0x85, Buffer.of(255, 255, 255, 127, 0, 0)), end])
    expect(biffTexts({ stream: () => stream })).toEqual([[]])
  })

  test('have no codes of headers', () =>
    expect(withoutHeaderCodes('&L&"Arial,Bold"&12Sales && more&RPage &P').trim()).toBe('Sales & more Page'))
})

test('a Word file keeps the words before a box apart, and has its charts and diagrams', async () => {
  const p = (inner: string) => `<w:p><w:r>${inner}</w:r></w:p>`
  const docx = makeZip({
    'word/document.xml': p(
      `<w:t>before</w:t><w:txbxContent>${p('<w:t>in the box</w:t>')}</w:txbxContent><w:t>after</w:t>`,
    ),
    'word/charts/chart1.xml': '<c:title><a:p><a:t>Sales</a:t></a:p></c:title>',
    'word/diagrams/data1.xml': '<a:p><a:t>Step one</a:t></a:p>',
  })
  expect(await linesOf('a.docx', docx)).toEqual(['before', 'in the box', 'after', 'Sales', 'Step one'])
})

test('a new workbook has its comments, boxes, charts, headers and footers', async () => {
  const xlsx = makeZip({
    'xl/workbook.xml': '<workbook><sheets><sheet name="One" sheetId="1" r:id="r0"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': related('worksheets/sheet1.xml'),
    'xl/worksheets/sheet1.xml':
      '<worksheet><row><c t="inlineStr"><is><t>cell</t></is></c></row><headerFooter><oddHeader>&amp;C&amp;"Arial"Top</oddHeader></headerFooter></worksheet>',
    'xl/worksheets/_rels/sheet1.xml.rels': related(
      '../comments1.xml',
      '../threadedComments/threadedComment1.xml',
      '../drawings/drawing1.xml',
      '../printerSettings/printerSettings1.bin',
    ),
    'xl/comments1.xml': '<comments><comment><text><r><t>old</t></r><r><t> comment</t></r></text></comment></comments>',
    'xl/threadedComments/threadedComment1.xml':
      '<ThreadedComments><threadedComment><text>new comment</text></threadedComment></ThreadedComments>',
    'xl/drawings/drawing1.xml': '<xdr:wsDr><xdr:sp><a:p><a:r><a:t>box</a:t></a:r></a:p></xdr:sp></xdr:wsDr>',
    'xl/drawings/_rels/drawing1.xml.rels': related('../charts/chart1.xml'),
    'xl/charts/chart1.xml': '<c:chart><c:title><a:p><a:t>Sales</a:t></a:p></c:title></c:chart>',
  })
  const lines = await linesOf('a.xlsx', xlsx)
  expect(lines.map((line) => line.trim())).toEqual(['cell', 'Top', 'old comment', 'new comment', 'box', 'Sales'])
})

test('a presentation of PowerPoint 97 has its footers and comments, but no names for programs', async () => {
  const slides = [{ title: 'title', box: 'box', footer: 'our footer', comment: 'a comment' }]
  expect(await linesOf('a.ppt', makePowerPoint97(slides, 'say this'))).toEqual([
    'title',
    'box',
    'our footer',
    'Ann',
    'a comment',
    'say this',
  ])
})

test('a new presentation has its comments, charts and diagrams', async () => {
  const pptx = makeZip({
    'ppt/presentation.xml': '<p:presentation><p:sldIdLst><p:sldId id="1" r:id="r0"/></p:sldIdLst></p:presentation>',
    'ppt/_rels/presentation.xml.rels': related('slides/slide1.xml'),
    'ppt/slides/slide1.xml': '<p:sld><a:p><a:t>title</a:t></a:p></p:sld>',
    'ppt/slides/_rels/slide1.xml.rels': related(
      '../comments/comment1.xml',
      '../charts/chart1.xml',
      '../diagrams/data1.xml',
      '../slideLayouts/slideLayout1.xml',
    ),
    'ppt/comments/comment1.xml': '<p:cmLst><p:cm><p:text>a comment</p:text></p:cm></p:cmLst>',
    'ppt/charts/chart1.xml': '<a:p><a:t>Sales</a:t></a:p>',
    'ppt/diagrams/data1.xml': '<a:p><a:t>Step one</a:t></a:p>',
    'ppt/slideLayouts/slideLayout1.xml': '<a:p><a:t>Click to edit</a:t></a:p>',
  })
  expect(await linesOf('a.pptx', pptx)).toEqual(['title', 'a comment', 'Sales', 'Step one'])
})

test('rich text has its headers, footnotes, comments and boxes, each apart, and no box twice', async () => {
  const rtf = String.raw`{\rtf1{\header top}body{\*\footnote{\*\chftn} note}{\*\atnauthor Ann}{\*\annotation remark}{\shp{\*\shpinst{\sp{\sn x}}{\shptxt box}}{\shprslt{\*\do box}}} end{\*\unknown nothing}\par}`
  expect((await linesOf('a.rtf', rtf)).map((line) => line.trim())).toEqual([
    'top',
    'body',
    'note',
    'remark',
    'box',
    'end',
  ])
})

test('slides of OpenDocument have their footer, and comments and notes are apart from the words before them', async () => {
  const odp = `<office:document><office:body><presentation:footer-decl presentation:name="a">our footer</presentation:footer-decl><draw:page draw:name="One"><text:p>word<office:annotation><dc:creator>Ann</dc:creator><text:p>remark</text:p></office:annotation></text:p></draw:page></office:body></office:document>`
  expect(await pagesOf('a.fodp', odp)).toEqual([{ title: 'One', lines: ['our footer', 'word', 'Ann', 'remark'] }])
})
