import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { makeCjkPdf, makeLockedPdf, makePdf, makeZip } from '../../../../../testing/documents/index.ts'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import type { ContentFacts } from '../../generator.ts'
import { findFont } from '../../text/system-fonts.ts'
import { decode } from './decode.ts'

const OOXML = 'application/vnd.openxmlformats-officedocument'
/** A font that Debian's pictures of documents are drawn with, too. */
const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'

async function pictureOf(bytes: string | Uint8Array, content: Partial<ContentFacts>, side = 512) {
  using temp = createTempDir('picture')
  const source = join(temp.path, 'source')
  writeFileSync(source, bytes)
  const picture = await decode(source, { type: 'document', mime: null, size: bytes.length, ...content }, side)
  const { data, width, height, channels, engine, note } = picture
  const image = sharp(data, { raw: { width, height, channels } })
  /** Part of the pixels in a region, given in parts of the whole, that are darker than paper. */
  const ink = async (left: number, top: number, right: number, bottom: number) => {
    const region = {
      left: Math.floor(left * width),
      top: Math.floor(top * height),
      width: Math.floor((right - left) * width),
      height: Math.floor((bottom - top) * height),
    }
    const grey = await image.clone().extract(region).removeAlpha().greyscale().raw().toBuffer()
    return grey.filter((value) => value < 160).length / grey.length
  }
  return { width, height, engine: engine.name, note, ink, image }
}

const picture = () =>
  sharp({ create: { width: 300, height: 200, channels: 3, background: '#203080' } })
    .jpeg()
    .toBuffer()

describe('the first page of a PDF', () => {
  test('is drawn as large as it is wanted, upright and in its colours', async () => {
    const page = await pictureOf(makePdf(['Hello\nthere', 'second']), { mime: 'application/pdf' }, 800)
    expect([page.width, page.height, page.engine]).toEqual([600, 800, 'pdfium'])
    const [r, g, b] = await page.image.clone().extract({ left: 300, top: 10, width: 1, height: 1 }).raw().toBuffer()
    expect([r, g, b]).toEqual([255, 0, 0])
    expect(await page.ink(0, 0.1, 0.6, 0.3)).toBeGreaterThan(0.02)
    expect(await page.ink(0, 0.5, 1, 1)).toBe(0)
  })

  describe('in Japanese whose font is not in the file', () => {
    const hasFont = findFont('Japanese') !== null
    const bytes = Buffer.from('93fa967b8cea', 'hex')
    const pdf = makeCjkPdf({ name: 'HeiseiMin-W3', encoding: '90ms-RKSJ-H', collection: 'Japan1', bytes })

    test.skipIf(!hasFont)('is drawn with a font of the system', async () => {
      const page = await pictureOf(pdf, { mime: 'application/pdf' })
      expect(page.note).toBeUndefined()
      expect(await page.ink(0, 0.1, 0.6, 0.3)).toBeGreaterThan(0.01)
    })

    test.skipIf(hasFont)('says that the letters are missing if the system has none', async () => {
      const page = await pictureOf(pdf, { mime: 'application/pdf' })
      expect(page.note).toMatch(/^letters in Japanese are missing/)
    })
  })

  test('with a password it is not', async () =>
    expect(pictureOf(makeLockedPdf(), { mime: 'application/pdf' })).rejects.toMatchObject({ code: 'Unsupported' }))
})

describe('a page of text', () => {
  test.skipIf(!existsSync(FONT))('shows its first lines from the top, and nothing after the last', async () => {
    const page = await pictureOf('<b>&amp;\n'.repeat(6), { type: 'code', mime: 'text/x-python' })
    expect([page.width, page.height]).toEqual([384, 512])
    expect(await page.ink(0.05, 0.05, 0.3, 0.2)).toBeGreaterThan(0.03)
    expect(await page.ink(0, 0.25, 1, 1)).toBe(0)
  })

  test.skipIf(!existsSync(FONT))('wraps prose and cuts code', async () => {
    const words = 'words and more of them '.repeat(60)
    const prose = await pictureOf(words, { type: 'text', mime: 'text/plain' })
    const code = await pictureOf(words, { type: 'code', mime: null })
    expect([(await prose.ink(0.1, 0.15, 0.9, 0.35)) > 0.03, await code.ink(0, 0.15, 1, 1)]).toEqual([true, 0])
    expect(await prose.ink(0.97, 0, 1, 1)).toBe(0)
  })

  test.skipIf(!existsSync(FONT))('of a web page shows what it says, not its marks', async () => {
    const page = await pictureOf(`<html><head>${'<meta>'.repeat(99)}</head><p>Hi`, { type: 'web', mime: 'text/html' })
    expect(await page.ink(0, 0.1, 1, 1)).toBe(0)
  })

  test.each([
    ['nothing', ' \n\t'],
    ['control characters', '\u0001\u0002\n'],
    ['bytes', '\0\0\0'],
  ])('is not drawn of %s', async (_, text) =>
    expect(pictureOf(text, { type: 'text', mime: 'text/plain' })).rejects.toMatchObject({
      code: expect.stringMatching(/Unsupported|Unavailable/),
    }),
  )
})

test('the cover of a book', async () => {
  const book = (manifest: string, more = '') => ({
    'META-INF/container.xml': '<rootfile full-path="OPS/a.opf"/>',
    'OPS/a.opf': `<package>${more}<manifest>${manifest}</manifest></package>`,
  })
  const items = '<item id="i1" href="img/front.jpg" media-type="image/jpeg"'
  const cover = { 'OPS/img/front.jpg': await picture() }
  for (const parts of [
    book(`${items} properties="cover-image"/>`),
    book(`${items}/>`, '<meta name="cover" content="i1"/>'),
  ]) {
    const page = await pictureOf(makeZip({ ...parts, ...cover }), { mime: 'application/epub+zip' })
    expect([page.width, page.height]).toEqual([300, 200])
  }
  const without = makeZip(book(`${items}/>`))
  await expect(pictureOf(without, { mime: 'application/epub+zip' })).rejects.toMatchObject({
    message: 'it has no cover',
  })
})

test.each([
  [`${OOXML}.presentationml.presentation`, 'docProps/thumbnail.jpeg'],
  ['application/vnd.oasis.opendocument.text', 'Thumbnails/thumbnail.png'],
  ['application/vnd.apple.pages', 'preview.jpg'],
])('the picture a program put into a document: %s', async (mime, name) => {
  const page = await pictureOf(makeZip({ [name]: await picture() }), { mime })
  expect([page.width, page.height]).toEqual([300, 200])
})

const paragraphs = (...texts: string[]) => texts.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('')
const workbook = (row: string) => ({
  'xl/workbook.xml': '<workbook><sheets><sheet name="One" sheetId="1" r:id="a"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="a" Target="worksheets/sheet1.xml"/></Relationships>',
  'xl/worksheets/sheet1.xml': `<worksheet><row>${row}</row></worksheet>`,
})
const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`

test.skipIf(!existsSync(FONT)).each([
  ['document', 'wordprocessingml.document', { 'word/document.xml': paragraphs('The harbour was quiet') }],
  ['spreadsheet', 'spreadsheetml.sheet', workbook(cell('a name '.repeat(40)))],
] as const)('a %s without one shows the first lines of its text', async (type, name, parts) => {
  const page = await pictureOf(makeZip(parts), { type, mime: `${OOXML}.${name}` })
  expect([page.width, page.height]).toEqual([384, 512])
  expect(await page.ink(0.05, 0.05, 0.4, 0.09)).toBeGreaterThan(0.02)
  expect(await page.ink(0, 0.12, 1, 1)).toBe(0)
})

test.each([
  ['word/other.xml', `${OOXML}.wordprocessingml.document`, 'its text cannot be drawn: there is no document in it'],
  ['word/document.xml', `${OOXML}.wordprocessingml.document`, 'there is no text in it to show'],
  ['Index/Document.iwa', 'application/vnd.apple.pages', 'it was saved without a preview'],
])('a document without one and without text has none, and why: %s', async (name, mime, message) => {
  await expect(pictureOf(makeZip({ [name]: '<w:p/>' }), { mime })).rejects.toMatchObject({
    code: 'Unsupported',
    message: expect.stringContaining(message),
  })
})

describe('letters of a font', () => {
  test.skipIf(!existsSync(FONT))('are drawn by their outlines', async () => {
    const page = await pictureOf(readFileSync(FONT), { type: 'font', mime: 'font/ttf' })
    expect([page.width, page.height, page.engine]).toEqual([512, 384, 'fontkit'])
    expect(await page.ink(0.2, 0.2, 0.8, 0.8)).toBeGreaterThan(0.1)
    expect(await page.ink(0, 0, 0.05, 1)).toBe(0)
  })

  test.skipIf(!existsSync(FONT))('not of a damaged one', async () => {
    const damaged = readFileSync(FONT).subarray(0, 3_000)
    await expect(pictureOf(damaged, { type: 'font', mime: 'font/ttf' })).rejects.toMatchObject({ code: 'Corrupt' })
  })
})
