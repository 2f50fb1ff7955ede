import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { describe, expect, test } from 'vitest'
import { makeChm, makeOutlookMessage, makePdf, makeZip, pdfOf, pdfStream } from '../../../../testing/documents/index.ts'
import { seededRandom } from '../../../../testing/memory-network/random.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { FileTypeRegistry } from '../../../content/index.ts'
import { decode } from '../thumb/decoders/pdf.ts'
import { documentText } from './index.ts'
import { joinHyphens } from './join-hyphens.ts'
import { MAX_CHARS } from './limits.ts'
import { readFileText } from './read-file-text.ts'

const types = new FileTypeRegistry()

async function pagesOf(name: string, bytes: string | Uint8Array) {
  using temp = createTempDir('text')
  const source = join(temp.path, name)
  writeFileSync(source, bytes)
  const { category, mimes } = types.detectFromExtension(name)!
  const content = { type: category, mime: mimes[0] ?? null, size: bytes.length }
  expect(documentText.accepts(content)).toBe(true)
  const { pages } = await readFileText(source, content)
  return pages.map(({ title, text }) => (title === undefined ? text : { title, text }))
}

describe('PDF', () => {
  test('values of form fields, and notes, are read and drawn', async () => {
    const pdf = pdfOf([
      '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /DA (/F 12 Tf 0 g) /DR << /Font << /F 6 0 R >> >> >> >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Annots [4 0 R 5 0 R] >>',
      '<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Novakova) /Rect [20 300 280 340] /DA (/F 12 Tf 0 g) /AP << /N 7 0 R >> >>',
      '<< /Type /Annot /Subtype /Text /Rect [20 200 40 220] /Contents (check the address) >>',
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      pdfStream(
        '/Type /XObject /Subtype /Form /BBox [0 0 260 40] /Resources << /Font << /F 6 0 R >> >>',
        '/Tx BMC BT /F 24 Tf 4 8 Td (Novakova) Tj ET EMC',
      ),
    ])
    expect(await pagesOf('a.pdf', pdf)).toEqual(['Novakova\ncheck the address'])
    using temp = createTempDir('form')
    const source = join(temp.path, 'a.pdf')
    writeFileSync(source, pdf)
    const content = { type: 'document', mime: 'application/pdf', size: pdf.length } as const
    const { data, width, height, channels } = await decode(source, content, 400)
    // The field is in the upper part of the page.
    const field = Buffer.from(data).subarray(0, Math.floor(height / 3) * width * channels)
    expect(field.filter((value, i) => i % channels === 0 && value < 100).length).toBeGreaterThan(100)
  })

  test('words that were broken at the end of a line are joined, unless the hyphen belongs to them', () => {
    expect(
      joinHyphens(['an exam\u{fffe}ple of a self\u{fffe}evident far\u{fffe}\nreaching thing', 'the self, evident']),
    ).toEqual(['an example of a self-evident farreaching thing', 'the self, evident'])
    expect(joinHyphens(['far\u{fffe}reaching', 'a far-reaching plan'])).toEqual(['far-reaching', 'a far-reaching plan'])
    expect(joinHyphens(['1990\u{fffe} and so on'])).toEqual(['1990- and so on'])
    expect(joinHyphens(['nothing to do'])).toEqual(['nothing to do'])
  })
})

describe('headers and footers', () => {
  test('of Word', async () => {
    const part = (text: string) => `<w:hdr><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:hdr>`
    const docx = makeZip({
      'word/document.xml': '<w:document><w:p><w:r><w:t>body</w:t></w:r></w:p></w:document>',
      'word/header1.xml': part('Annual report'),
      'word/footer2.xml': part('Confidential'),
      'word/settings.xml': part('no text'),
    })
    expect(await pagesOf('a.docx', docx)).toEqual(['body\nAnnual report\nConfidential'])
  })

  test('of LibreOffice Writer', async () => {
    const odt = makeZip({
      mimetype: 'application/vnd.oasis.opendocument.text',
      'content.xml': '<office:text><text:p>body<text:note><text:p>a note</text:p></text:note></text:p></office:text>',
      'styles.xml':
        '<style:master-page><style:header><text:p>Annual report</text:p></style:header><style:footer><text:p>Page <text:page-number>1</text:page-number></text:p></style:footer></style:master-page>',
    })
    expect(await pagesOf('a.odt', odt)).toEqual(['body\na note\n\nAnnual report\nPage 1'])
  })
})

describe('XPS', () => {
  const glyphs = (y: number, text: string) => `<Glyphs OriginX="1" OriginY="${y}" UnicodeString="${text}"/>`

  test('a page for each page, lines by their height, and parts in pieces', async () => {
    const xps = makeZip({
      'FixedDocSeq.fdseq':
        '<FixedDocumentSequence><DocumentReference Source="Documents/1/FixedDoc.fdoc"/></FixedDocumentSequence>',
      'Documents/1/FixedDoc.fdoc':
        '<FixedDocument><PageContent Source="Pages/2.fpage"/><PageContent Source="/Documents/1/Pages/1.fpage"/></FixedDocument>',
      'Documents/1/Pages/1.fpage': `<FixedPage>${glyphs(1, 'last page')}</FixedPage>`,
      'Documents/1/Pages/2.fpage/[1].last.piece': `${glyphs(9, '{}{braces}')}</FixedPage>`,
      'Documents/1/Pages/2.fpage/[0].piece': `<FixedPage>${glyphs(1, 'Hello')}${glyphs(1, 'world &amp; all')}`,
    })
    expect(await pagesOf('a.xps', xps)).toEqual(['Hello world & all\n{braces}', 'last page'])
    expect(await pagesOf('a.oxps', xps)).toHaveLength(2)
  })

  test('one without a document is damaged', async () =>
    expect(pagesOf('a.xps', makeZip({ 'a.txt': 'a' }))).rejects.toMatchObject({ code: 'Corrupt' }))
})

describe('iWork', () => {
  test('the preview has the text', async () => {
    const pages = makeZip({ 'Index/Document.iwa': 'x', 'QuickLook/Preview.pdf': makePdf(['Dear Ann']) })
    expect(await pagesOf('a.pages', pages)).toEqual(['Dear Ann'])
    expect(await pagesOf('a.keynote', pages)).toEqual(['Dear Ann'])
  })

  test('an old document is read itself', async () => {
    const xml =
      '<sl:document><sl:stylesheet><sf:p>style</sf:p></sl:stylesheet><sf:p>one</sf:p><sf:p>two</sf:p></sl:document>'
    expect(await pagesOf('a.pages', makeZip({ 'index.xml': xml }))).toEqual(['one\ntwo'])
  })

  test('one without a preview says so', async () =>
    expect(pagesOf('a.keynote', makeZip({ 'Index/Document.iwa': 'x' }))).rejects.toMatchObject({
      code: 'Unsupported',
      message: expect.stringContaining('save it as PDF'),
    }))
})

describe('help files', () => {
  const files = {
    '/second.htm': '<html><head><title>Second</title></head><body>hahahahaha, pages</body></html>',
    '/contents.hhc':
      '<UL><LI><OBJECT><param name="Name" value="First"><param name="Local" value="First.HTM#top"></OBJECT><LI><OBJECT><param name="Local" value="second.htm"></OBJECT></UL>',
    '/first.htm': '<html><head><title>First</title></head><body>caf\u00e9 and more</body></html>',
    '/style.css': 'p { color: red }',
  }

  test.each([true, false])('pages come in the order of the contents (compressed: %s)', async (isCompressed) =>
    expect(await pagesOf('a.chm', makeChm(files, { isCompressed }))).toEqual([
      { title: 'First', text: 'café and more' },
      { title: 'Second', text: 'hahahahaha, pages' },
    ]),
  )

  test('damaged ones give text or a clear error', async () => {
    const seed = Date.now()
    const random = seededRandom(seed)
    const whole = makeChm(files)
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(whole)
      for (let i = 0; i < 4; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      const found = await pagesOf(
        'a.chm',
        bytes.subarray(0, random() < 0.2 ? Math.floor(random() * bytes.length) : undefined),
      ).catch((err: { code?: string }) => err.code)
      expect(Array.isArray(found) || found === 'Corrupt' || found === 'Unsupported', `seed ${seed}`).toBe(true)
    }
  })
})

const fb2 =
  '<?xml version="1.0" encoding="windows-1251"?><FictionBook><body><section><p>\u00cf\u00f0\u00e8\u00e2\u00e5\u00f2</p></section></body></FictionBook>'

test('FictionBook in the encoding that it states', async () =>
  expect(await pagesOf('a.fb2', Buffer.from(fb2, 'latin1'))).toEqual(['Привет']))

describe('archives', () => {
  const members = {
    'read me.txt': 'the quick fox',
    'pictures/a.jpg': 'no text',
    'letters/plan.pdf': makePdf(['the plan']),
    'book.fb2': Buffer.from(fb2, 'latin1'),
  }
  const names = Object.keys(members).join('\n')
  const texts = [
    { title: 'read me.txt', text: 'the quick fox' },
    { title: 'letters/plan.pdf', text: 'the plan' },
    { title: 'book.fb2', text: 'Привет' },
  ]

  test('zip: the names, then the text of each member', async () =>
    expect(await pagesOf('a.zip', makeZip(members))).toEqual([names, ...texts]))

  test('tar, and behind gzip and Zstandard', async () => {
    const entries = Object.entries(members).map(([name, data]) => {
      const body = Buffer.from(data as Uint8Array)
      return { header: { name, size: body.length, type: 'file' as const }, body }
    })
    const tar = await packTar(entries)
    expect(await pagesOf('a.tar', tar)).toEqual([names, ...texts])
    expect(await pagesOf('a.tgz', gzipSync(tar))).toEqual([names, ...texts])
    expect(await pagesOf('a.tar.zst', zstdCompressSync(tar))).toEqual([names, ...texts])
  })

  test.each([
    ['notes.txt.gz', gzipSync('only this')],
    ['notes.txt.zst', zstdCompressSync('only this')],
  ])('the single file in %s is read itself', async (name, bytes) =>
    expect(await pagesOf(name, bytes)).toEqual(['only this']),
  )

  test('archives inside archives are read to a limited depth', async () => {
    let bytes = makeZip({ 'deep.txt': 'deep down' })
    for (let depth = 0; depth < 6; depth++) bytes = makeZip({ [`level ${depth}.zip`]: bytes })
    const text = JSON.stringify(await pagesOf('a.zip', bytes))
    expect(text).toContain('level 4.zip')
    expect(text).not.toContain('deep down')
  })

  test('many members are read up to a limit, and the text says so', async () => {
    using temp = createTempDir('text')
    const source = join(temp.path, 'a.zip')
    writeFileSync(source, makeZip(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`${i}.txt`, `text ${i}`]))))
    const { pages, truncated } = await readFileText(source, { type: 'archive', mime: 'application/zip', size: 1 })
    expect([pages.length, truncated]).toEqual([201, true])
  })

  test('a zip with more members than are read is cut, and the text says so', async () => {
    using temp = createTempDir('text')
    const source = join(temp.path, 'a.zip')
    const many = Array.from({ length: 20_001 }, (_, i) => `${i}.jpg`)
    writeFileSync(source, makeZip(Object.fromEntries(many.map((name) => [name, '']))))
    const { pages, truncated } = await readFileText(source, { type: 'archive', mime: 'application/zip', size: 1 })
    expect([pages.map(({ text }) => text), truncated]).toEqual([[many.slice(0, 5_000).join('\n')], true])
  })

  test('a tar with more than 10,000 members is read as far as that, and says that it is cut', async () => {
    const files = Array.from({ length: 100 }, (_, i) => ({ header: { name: `${i}.bin`, size: 0 } }))
    const folders = Array.from({ length: 10_000 }, (_, i) => {
      return { header: { name: `folder-${i}/`, size: 0, type: 'directory' as const } }
    })
    using temp = createTempDir('tar')
    const source = join(temp.path, 'a.tar')
    writeFileSync(source, await packTar([...files, ...folders]))
    const content = { type: 'archive', mime: 'application/x-tar', size: 1 } as const
    const { pages, truncated } = await readFileText(source, content, MAX_CHARS)
    expect([pages[0]!.text.split('\n').length, truncated]).toEqual([100, true])
  })

  test('names of a tar that are longer than its header are read', async () => {
    const name = `${'long/'.repeat(30)}plan.txt`
    const body = Buffer.from('the plan')
    const header = { name, size: body.length, type: 'file' as const, pax: { path: name } }
    expect(await pagesOf('a.tar', await packTar([{ header, body }]))).toEqual([name, { title: name, text: 'the plan' }])
  })
})

describe('attachments', () => {
  test('of e-mail are read after the message', async () => {
    const pdf = makePdf(['Pay 20 crowns']).toString('base64')
    const part = (type: string, name: string, body: string) =>
      `--b\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}\r\n`
    const zip = makeZip({ 'inside.txt': 'in the zip' }).toString('base64')
    const eml = `Subject: Bill\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n${part('application/pdf', 'bill.pdf', pdf)}${part('application/zip', 'more.zip', zip)}--b--\r\n`
    expect(await pagesOf('a.eml', eml)).toEqual([
      { title: 'Bill', text: 'Subject: Bill\n\nsee below\n\nAttachments: bill.pdf, more.zip' },
      { title: 'bill.pdf', text: 'Pay 20 crowns' },
      { title: 'more.zip', text: 'inside.txtinside.txt\nin the zip' },
    ])
  })

  test('of Outlook do not hide the message', async () => {
    const msg = makeOutlookMessage({ subject: 'Plans', body: 'See you', to: 'bob@example.org', file: 'map.png' })
    expect((await pagesOf('a.msg', msg))[0]).toMatchObject({ title: 'Plans' })
  })
})

test.each(['a.djvu', 'a.lit', 'a.indd', 'a.7z', 'a.rar', 'a.tar.xz', 'a.bz2'])(
  '%s has no reader, and says so',
  async (name) => {
    const type = types.detectFromExtension(name)
    const content = { type: type?.category ?? 'document', mime: type?.mimes[0] ?? null, size: 10 } as const
    expect(documentText.accepts(content)).toBe(true)
    await expect(readFileText(name, content)).rejects.toMatchObject({
      code: 'Unsupported',
      message: expect.stringMatching(/^no engine here reads text in /),
    })
  },
)
