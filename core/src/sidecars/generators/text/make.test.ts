import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import {
  makeLockedPdf,
  makeMobipocket,
  makeOutlookMessage,
  makePdf,
  makePowerPoint97,
  makeWord97,
  makeWorkbook,
  makeZip,
} from '../../../../testing/documents/index.ts'
import { seededRandom } from '../../../../testing/memory-network/random.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { FileTypeRegistry } from '../../../content/index.ts'
import { parseTextSidecar } from '../../formats/text-sidecar.ts'
import { PLAIN_REQUEST } from '../../processes/test/plain-request.ts'
import { documentText } from './index.ts'
import { MAX_CHARS } from './limits.ts'
import { make } from './make.ts'
import { readFileText } from './read-file-text.ts'

const types = new FileTypeRegistry()

/** Reads bytes as a file of that name: what it is, its name says. */
async function textOf(name: string, bytes: string | Uint8Array) {
  using temp = createTempDir('text')
  const source = join(temp.path, name)
  const path = join(temp.path, 'default.json')
  writeFileSync(source, bytes)
  const { category, mimes } = types.detectFromExtension(name)!
  const content = { type: category, mime: mimes[0] ?? null, size: bytes.length }
  expect(documentText.accepts(content)).toBe(true)
  await make({ ...PLAIN_REQUEST, source, content, outputs: [{ variant: 'default', format: 'json', path }] })
  return parseTextSidecar(readFileSync(path, 'utf8'))!
}

async function pagesOf(name: string, bytes: string | Uint8Array) {
  const { pages } = await textOf(name, bytes)
  return pages.map(({ title, text }) => (title === undefined ? text : { title, text }))
}

const rels = (targets: Readonly<Record<string, string>>) =>
  `<Relationships>${Object.entries(targets)
    .map(([id, target]) => `<Relationship Id="${id}" Target="${target}"/>`)
    .join('')}</Relationships>`

describe('plain text', () => {
  test('is read as it is', async () => {
    expect(await textOf('notes.txt', 'one\r\n\ttwo \u00e9\n')).toEqual({
      version: 1,
      engine: { name: 'spacedrive', version: '1' },
      languages: [],
      pages: [{ page: 1, text: 'one\n\ttwo \u00e9\n', source: 'text' }],
    })
  })

  test.each([
    ['UTF-8 with its mark', Buffer.from('\ufeffcafé', 'utf8')],
    ['UTF-16', Buffer.from('\ufeffcafé', 'utf16le')],
    ['UTF-16, the other way round', Buffer.from('\ufeffcafé', 'utf16le').swap16()],
    ['Latin-1', Buffer.from('café', 'latin1')],
  ])('in %s', async (_, bytes) => expect(await pagesOf('a.txt', bytes)).toEqual(['café']))

  test('an empty one has no pages', async () => expect(await pagesOf('a.txt', ' \n')).toEqual([]))

  test('of a long one the beginning is kept, and it says so', async () => {
    const { pages, truncated } = await textOf('a.log', 'é'.repeat(MAX_CHARS + 1))
    expect([pages[0]!.text.length, truncated]).toEqual([MAX_CHARS, true])
  })

  test('bytes that are no text are refused', async () =>
    expect(textOf('a.txt', Uint8Array.of(1, 0, 2, 0))).rejects.toMatchObject({ code: 'Unsupported' }))

  test.each(['a.py', 'a.md', 'a.json', 'a.yaml', 'a.csv', 'a.ics', 'a.vcf'])('%s', async (name) =>
    expect(await pagesOf(name, 'words')).toEqual(['words']),
  )
})

describe('Mobipocket', () => {
  const html = `<html><body><h1>Chapter one</h1><p>The sea, the sea, the sea — ${'and the shore '.repeat(900)}end</p></body></html>`

  test.each([false, true])('packed: %s', async (isPacked) => {
    const [page] = await pagesOf('a.mobi', makeMobipocket({ title: 'The Sea', html, isPacked }))
    expect(page).toMatchObject({ title: 'The Sea' })
    const { text } = page as { text: string }
    expect(text).toMatch(/^Chapter one\n+The sea, the sea, the sea — and the shore .* shore end$/s)
    expect(text.match(/and the shore/g)).toHaveLength(900)
  })

  test('one that is locked is refused', async () => {
    const book = makeMobipocket({ title: 'Locked', html, isPacked: true, isEncrypted: true })
    await expect(pagesOf('a.mobi', book)).rejects.toMatchObject({ code: 'Unsupported', message: /sold for/ })
  })
})

describe('damaged files of old formats give text or a clear error', () => {
  const seed = 20_261_124
  const whole = {
    'a.xls': makeWorkbook({ S: [['one', 2, new Date(0)]] }, 'biff8'),
    'a.xlsb': makeWorkbook({ S: [['one', 2, new Date(0)]] }, 'xlsb'),
    'a.ppt': makePowerPoint97([{ title: 'one', box: 'two' }], 'three'),
    'a.mobi': makeMobipocket({ title: 'one', html: '<p>two two two</p>'.repeat(50), isPacked: true }),
  }
  test.each(Object.entries(whole))(`%s (seed ${seed})`, async (name, bytes) => {
    const random = seededRandom(seed)
    const said = new Set<string>()
    for (let i = 0; i < 100; i++) {
      const damaged = Buffer.from(
        bytes.subarray(0, random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length),
      )
      for (let n = 0; n < 1 + i / 4 && damaged.length > 0; n++)
        damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256)
      const outcome = await textOf(name, damaged).then(
        () => 'text',
        (err: unknown) => (err as { code?: string }).code ?? String(err),
      )
      said.add(outcome)
    }
    expect(['text', 'Corrupt', 'Unsupported']).toEqual(expect.arrayContaining([...said]))
  })
})

test('a web page: its title and what it shows', async () => {
  const html = `<!doctype html><head><meta charset="iso-8859-2"><title>The  title</title><style>p{}</style></head><script>no()</script>
    <h1>Head\xb1</h1><p>one <b>two</b>\n three&nbsp;&mdash; four<br>five<img src="http://127.0.0.1:9/x"></p>
    <pre>a\n  b</pre><table><tr><td>1</td><td>2</td></tr></table><!-- note -->`
  expect(await pagesOf('a.html', Buffer.from(html, 'latin1'))).toEqual([
    { title: 'The title', text: 'Headą\n\none two three — four\nfive\n\na\n  b\n\n1\t2' },
  ])
})

describe('office', () => {
  test('docx: paragraphs, tabs, notes; the title from its properties; what was deleted is not read', async () => {
    const docx = makeZip({
      'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>
        <w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Dear</w:t><w:tab/><w:t xml:space="preserve"> Ann &amp; Bob</w:t></w:r></w:p>
        <w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r></w:p></w:body></w:document>`,
      'word/footnotes.xml': '<w:footnotes><w:p><w:r><w:t>a note</w:t></w:r></w:p></w:footnotes>',
      'docProps/core.xml':
        '<cp:coreProperties><dc:title>A letter</dc:title><dc:creator>Me</dc:creator></cp:coreProperties>',
    })
    expect(await pagesOf('a.docx', docx)).toEqual([{ title: 'A letter', text: 'Dear\t Ann & Bob\none\ntwo\na note' }])
  })

  test('xlsx: a page for each sheet as the workbook orders and names them, a line for each row', async () => {
    const xlsx = makeZip({
      'xl/workbook.xml':
        '<workbook><sheets><sheet name="Second" sheetId="2" r:id="b"/><sheet name="First" sheetId="1" r:id="a"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels': rels({ a: 'worksheets/sheet1.xml', b: '/xl/worksheets/sheet2.xml' }),
      'xl/sharedStrings.xml':
        '<sst><si><t>Name</t></si><si><r><t>Rich</t></r><r><t> text</t></r><rPh><t>no</t></rPh></si></sst>',
      'xl/worksheets/sheet1.xml':
        '<worksheet><row><c t="s"><v>0</v></c><c><v>1.5</v></c></row><row><c t="inlineStr"><is><t>inline</t></is></c></row></worksheet>',
      'xl/worksheets/sheet2.xml': '<worksheet><row><c t="s"><v>1</v></c><c t="s"><v>99</v></c></row></worksheet>',
    })
    expect(await pagesOf('a.xlsx', xlsx)).toEqual([
      { title: 'Second', text: 'Rich text' },
      { title: 'First', text: 'Name\t1.5\ninline' },
    ])
  })

  test('xlsx: numbers are dates where their format shows them as dates', async () => {
    const xlsx = (date1904: string) =>
      makeZip({
        'xl/workbook.xml': `<workbook><workbookPr ${date1904}/><sheets><sheet name="S" r:id="a"/></sheets></workbook>`,
        'xl/_rels/workbook.xml.rels': rels({ a: 'worksheets/sheet1.xml' }),
        'xl/styles.xml': `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/><numFmt numFmtId="165" formatCode="[Red]0.00&quot; days&quot;"/></numFmts>
          <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
          <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs></styleSheet>`,
        'xl/worksheets/sheet1.xml': `<worksheet><row><c s="0"><v>45429</v></c><c s="1"><v>45429</v></c><c s="2"><v>45429.604166666664</v></c></row>
          <row><c s="3"><v>45429</v></c><c s="4"><v>0.75</v></c><c s="1"><v>-5</v></c></row></worksheet>`,
      })
    expect(await pagesOf('a.xlsx', xlsx(''))).toEqual([
      { title: 'S', text: '45429\t2024-05-17\t2024-05-17 14:30\n45429\t18:00\t-5' },
    ])
    const [page] = await pagesOf('a.xlsx', xlsx('date1904="1"'))
    expect(page).toMatchObject({ text: expect.stringContaining('45429\t2028-05-18') as string })
  })

  test.each([
    ['a.xls', 'biff8'],
    ['a.xlsb', 'xlsb'],
  ] as const)('%s: as xlsx, in all scripts', async (name, format) => {
    const day = new Date(Date.UTC(2024, 4, 17))
    const book = makeWorkbook(
      {
        Счета: [
          ['Сумма', '金額'],
          [1.5, day, 'Überweisung'],
        ],
        Empty: [],
      },
      format,
    )
    const [page, ...others] = await pagesOf(name, book)
    expect(page).toEqual({ title: 'Счета', text: 'Сумма\t金額\n1.5\t2024-05-17\tÜberweisung' })
    expect(others).toEqual([{ title: 'Empty', text: '' }])
  })

  test('ppt: a page for each slide with all of its boxes, then one for its notes', async () => {
    const slides = [
      { title: 'Plan für 東京', box: 'a box' },
      { title: 'Second', box: 'another' },
    ]
    expect(await pagesOf('a.ppt', makePowerPoint97(slides, 'say this'))).toEqual([
      'Plan für 東京\na box',
      'Second\nanother',
      'say this',
    ])
  })

  test('pptx: a page for each slide in the order they are shown in, with its notes', async () => {
    const slide = (text: string) => `<p:sld><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sld>`
    const pptx = makeZip({
      'ppt/presentation.xml':
        '<p:presentation><p:sldIdLst><p:sldId id="257" r:id="r2"/><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>',
      'ppt/_rels/presentation.xml.rels': rels({ r1: 'slides/slide1.xml', r2: 'slides/slide2.xml' }),
      'ppt/slides/slide1.xml': slide('one'),
      'ppt/slides/slide2.xml': slide('two'),
      'ppt/slides/_rels/slide2.xml.rels': rels({ n: '../notesSlides/notesSlide1.xml' }),
      'ppt/notesSlides/notesSlide1.xml': slide('say this'),
    })
    expect(await pagesOf('a.pptx', pptx)).toEqual(['two\nsay this', 'one'])
  })

  test('odt', async () => {
    const content = `<office:document-content><office:automatic-styles>x</office:automatic-styles><office:body><office:text>
      <text:h>Head</text:h><text:p>a<text:tab/>b<text:s text:c="3"/>c<text:line-break/>d <text:span>e</text:span></text:p></office:text></office:body></office:document-content>`
    expect(await pagesOf('a.odt', makeZip({ 'content.xml': content }))).toEqual(['Head\na\tb   c\nd e'])
    expect(await pagesOf('a.fodt', content)).toEqual(['Head\na\tb   c\nd e'])
  })

  test('ods and odp: a page for each sheet and slide', async () => {
    const cell = (text: string) => `<table:table-cell><text:p>${text}</text:p></table:table-cell>`
    const ods = `<office:spreadsheet><table:table table:name="S1"><table:table-row>${cell('a')}${cell('b')}</table:table-row><table:table-row>${cell('c')}</table:table-row></table:table><table:table table:name="S2"/></office:spreadsheet>`
    expect(await pagesOf('a.ods', makeZip({ 'content.xml': ods }))).toEqual([
      { title: 'S1', text: 'a\tb\nc' },
      { title: 'S2', text: '' },
    ])
    const odp = '<office:presentation><draw:page draw:name="p1"><text:p>a</text:p></draw:page></office:presentation>'
    expect(await pagesOf('a.odp', makeZip({ 'content.xml': odp }))).toEqual([{ title: 'p1', text: 'a' }])
  })
})

test('no more of a document is read than is asked for', async () => {
  using temp = createTempDir('text')
  const source = join(temp.path, 'source')
  const item = `<si><t>${'a'.repeat(60)}</t></si>`
  const cells = [0, 1, 2].map((index) => `<c t="s"><v>${index}</v></c>`).join('')
  const sheet = makeZip({
    'xl/workbook.xml': '<workbook><sheets><sheet name="One" sheetId="1" r:id="a"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': rels({ a: 'worksheets/sheet1.xml' }),
    'xl/sharedStrings.xml': `<sst>${item.repeat(3)}</sst>`,
    'xl/worksheets/sheet1.xml': `<worksheet><row>${cells}</row></worksheet>`,
  })
  writeFileSync(source, sheet)
  const mime = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  const content = { type: 'spreadsheet' as const, mime, size: sheet.length }
  const { pages, truncated } = await readFileText(source, content, 100)
  expect([pages[0]!.text.length, truncated]).toEqual([100, true])
})

test('epub: a page for each chapter, in the order of reading', async () => {
  const epub = makeZip({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': '<container><rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles></container>',
    'OEBPS/a.opf': `<package><manifest><item id="x" href="text/one%20.xhtml"/><item id="y" href="../two.xhtml"/>
      <item id="z" href="gone.xhtml"/></manifest><spine><itemref idref="y"/><itemref idref="x"/><itemref idref="z"/></spine></package>`,
    'OEBPS/text/one .xhtml':
      '<html><head><title>no</title></head><body><h1>Chapter 2</h1><p>and&hellip;</p></body></html>',
    'two.xhtml': '<html><body><h2>Chapter <i>1</i></h2><p>once</p></body></html>',
  })
  expect(await pagesOf('a.epub', epub)).toEqual([
    { title: 'Chapter 1', text: 'Chapter 1\n\nonce' },
    { title: 'Chapter 2', text: 'Chapter 2\n\nand…' },
  ])
})

test('rich text: code pages, Unicode with its fallback, groups that are not text', async () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}{\*\generator X;}\'cf\'f0\'e8 \u8364? {\b bold}\par a\tab b\line
{\pict 89504e}\{c\}~\~d}`
  expect(await pagesOf('a.rtf', rtf)).toEqual(['При € bold\na\tb\n{c}~ d'])
  expect(await pagesOf('b.rtf', String.raw`{\rtf1\ansicpg932 \'83e\'83X\'83g}`)).toEqual(['テスト'])
})

describe('e-mail', () => {
  const head =
    'From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nTo: a@example.org\r\nSubject: Hello\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n'
  const top = 'From: Jürgen <j@example.org>\nTo: a@example.org\nDate: 2026-03-02T10:00:00.000Z\nSubject: Hello\n\n'

  test('plain, quoted', async () => {
    const eml = `${head}Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9\r\n`
    expect(await pagesOf('a.eml', eml)).toEqual([{ title: 'Hello', text: `${top}café` }])
  })

  test('in HTML, with a file', async () => {
    const eml = `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>see <b>this</b></p>\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="bill.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n`
    expect(await pagesOf('a.eml', eml)).toEqual([
      { title: 'Hello', text: `${top.trim()}\n\nsee this\n\nAttachments: bill.pdf` },
    ])
  })
})

test('an Outlook message', async () => {
  const msg = makeOutlookMessage({ subject: 'Plans', body: 'See you\r\nthere', to: 'bob@example.org', file: 'map.png' })
  expect(await pagesOf('a.msg', msg)).toEqual([
    {
      title: 'Plans',
      text: 'From: Ann <ann@example.org>\nTo: Bob <bob@example.org>\nSubject: Plans\n\nSee you\nthere\n\nAttachments: map.png',
    },
  ])
})

test('a Word 97 document', async () =>
  expect(await pagesOf('a.doc', makeWord97('Dear Ann,\rcaf\u00e9'))).toEqual(['Dear Ann,\ncafé']))

describe('PDF', () => {
  test('text of each page; one without a text layer has none', async () => {
    const { pages, engine } = await textOf('a.pdf', makePdf(['Hello (world)\nagain', '', 'third']))
    expect(pages).toEqual([
      { page: 1, text: 'Hello (world)\nagain', source: 'layer' },
      { page: 2, text: '', source: 'layer' },
      { page: 3, text: 'third', source: 'layer' },
    ])
    expect(engine).toEqual({ name: 'pdfium', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  })

  test('one with a password says so', async () =>
    expect(textOf('a.pdf', makeLockedPdf())).rejects.toMatchObject({
      code: 'Unsupported',
      message: 'it is locked with a password',
    }))

  test.each([
    ['noise', Buffer.from('%PDF-1.7 and nothing more')],
    ['the first half of one', makePdf(['a', 'b']).subarray(0, 300)],
  ])('%s is damaged', async (_, bytes) => expect(textOf('a.pdf', bytes)).rejects.toMatchObject({ code: 'Corrupt' }))
})

test.skipIf(!corpus)(`real files${corpus ? '' : `: ${NO_CORPUS}`}`, async () => {
  const read = async (name: string) => (await textOf(name, readFileSync(join(corpus!, 'small', name)))).pages[0]!.text
  expect(await read('rtf.rtf')).not.toMatch(/[\\{}]/)
  expect(await read('html5.html')).not.toContain('<')
  expect(await read('java.java')).toContain('class')
  expect((await textOf('pdf.pdf', readFileSync(join(corpus!, 'small', 'pdf.pdf')))).pages).toHaveLength(1)
})
