import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { formatTextSidecar, parseTextSidecar } from '../../formats/text-sidecar.ts'
import { EmbeddedTesseract } from './engines/embedded-tesseract.ts'
import type { OcrEngine } from './engines/engine.ts'
import { findTesseract } from './engines/tesseract-program.ts'
import { readContent } from './read-content.ts'
import { accuracyOf } from './test/accuracy.ts'
import { drawPage, drawScene, makePdf } from './test/pictures.ts'

const BUDGET_MS = 600_000
const LINES = [
  'The harbour office opens at eight in the morning,',
  'and every vessel that arrives before noon must be',
  'entered into the register by its own captain.',
  'Nobody may leave the quay without a signed paper.',
  'Letters for the northern islands are collected on',
  'Tuesday, parcels on the second Friday of a month.',
]

const program = await findTesseract()
const embedded = new EmbeddedTesseract()
const engines: { name: string; engine: OcrEngine | null }[] = [
  { name: 'tesseract', engine: program },
  { name: 'tesseract.js', engine: embedded },
]
afterAll(() => embedded[Symbol.asyncDispose]())

function read(source: string, engine: OcrEngine, mime = source.endsWith('.tif') ? 'image/tiff' : 'image/png') {
  const type = mime === 'application/pdf' ? 'document' : 'image'
  return readContent(source, { type, mime, size: 1 }, engine, { budgetMs: BUDGET_MS })
}

async function readBytes(bytes: Uint8Array, engine: OcrEngine, mime?: string) {
  using temp = createTempDir('ocr')
  const source = join(temp.path, 'source')
  writeFileSync(source, bytes)
  return await read(source, engine, mime)
}

function textOf({ pages }: { pages: readonly { text: string }[] }): string {
  return pages.map(({ text }) => text).join('\n')
}

describe.each(engines)('$name', ({ name, engine }) => {
  const reader = engine!
  beforeEach((context) => context.skip(engine === null, 'needs the program tesseract'))

  test('a page is read line by line, each word with its place', async () => {
    const sidecar = await readBytes(await drawPage(LINES), reader)
    expect(sidecar.engine).toEqual({ name, version: expect.stringMatching(/^\d+\.\d+/) })
    expect(sidecar.languages).toContain('eng')
    expect(sidecar.confidence).toBeGreaterThan(0.8)
    const [page] = sidecar.pages
    expect(page).toMatchObject({ page: 1, source: 'ocr' })
    expect(accuracyOf(page!.text, LINES.join('\n')).errorRate).toBeLessThan(0.01)
    expect(page!.text.split(/\n+/)).toHaveLength(LINES.length)
    // The last line but one begins with it.
    const [x, y, width, height] = page!.words!.find(({ text }) => text === 'Letters')!.box
    const [left, top, wide, high] = [60 / 1_100, 200 / 320, 88 / 1_100, 20 / 320]
    const off = [x - left, y - top, width - wide, height - high].map(Math.abs)
    expect(Math.max(...off)).toBeLessThan(0.03)
  })

  test.each([90, 180, 270])('a page turned by %i° is read, and its words lie where they are seen', async (degrees) => {
    const turned = await sharp(await drawPage(LINES))
      .rotate(degrees)
      .png()
      .toBuffer()
    const { pages } = await readBytes(turned, reader)
    expect(accuracyOf(pages[0]!.text, LINES.join('\n')).recall).toBeGreaterThan(0.95)
    const [x, y, width, height] = pages[0]!.words!.find(({ text }) => text === 'Letters')!.box
    const [centreX, centreY] = [x + width / 2, y + height / 2]
    const expected = { 90: [0.36, 0.1], 180: [0.9, 0.36], 270: [0.64, 0.9] }[degrees]!
    expect(Math.hypot(centreX - expected[0]!, centreY - expected[1]!)).toBeLessThan(0.05)
  })

  test.each([-13, -5, 3, 8, 12])(
    'a page askew by %i° is read, and its words lie where they are seen',
    async (degrees) => {
      const [width, height] = [1_100, 320]
      const askew = sharp(await drawPage(LINES)).rotate(degrees, { background: '#fff' })
      const { data, info } = await askew.png().toBuffer({ resolveWithObject: true })
      const { pages } = await readBytes(data, reader)
      expect(accuracyOf(pages[0]!.text, LINES.join('\n')).errorRate).toBeLessThan(0.02)
      const [x, y, wide, high] = pages[0]!.words!.find(({ text }) => text === 'Letters')!.box
      const radians = (degrees * Math.PI) / 180
      const [right, down] = [104 - width / 2, 210 - height / 2]
      const across = right * Math.cos(radians) - down * Math.sin(radians)
      const along = right * Math.sin(radians) + down * Math.cos(radians)
      const off = [(x + wide / 2 - 0.5) * info.width - across, (y + high / 2 - 0.5) * info.height - along]
      expect(Math.hypot(off[0]!, off[1]!)).toBeLessThan(20)
    },
  )

  test('light letters on a dark ground, as on a screen', async () => {
    const screen = await drawPage(LINES, { ink: '#ddd', ground: '#222', size: 15 })
    expect(accuracyOf(textOf(await readBytes(screen, reader)), LINES.join('\n')).recall).toBeGreaterThan(0.9)
  })

  test('of a PDF only the pages without a text layer are read', async () => {
    const pdf = await makePdf('A page that is text already has its text elsewhere', await drawPage(LINES))
    const { pages } = await readBytes(pdf, reader, 'application/pdf')
    expect(pages.map(({ page }) => page)).toEqual([2])
    expect(accuracyOf(pages[0]!.text, LINES.join('\n')).recall).toBeGreaterThan(0.95)
  })

  test('each page of a TIFF is read, as scanners make them', async () => {
    const pages = await Promise.all([LINES.slice(0, 3), LINES.slice(3)].map((lines) => drawPage(lines)))
    const scan = await sharp(pages, { join: { animated: true } })
      .tiff()
      .toBuffer()
    const sidecar = await readBytes(scan, reader, 'image/tiff')
    expect(sidecar.pages.map(({ page }) => page)).toEqual([1, 2])
    expect(accuracyOf(textOf(sidecar), LINES.join('\n')).recall).toBeGreaterThan(0.95)
  })

  // The magazine pages have pictures, drop capitals and columns around them.
  test.skipIf(corpus === null).each([
    ['phototest.tif', 'phototest.txt', 0.01, 1],
    ['phototest_2.tif', 'phototest.txt', 0.01, 1],
    ['phototest-rotated-180.png', 'phototest.txt', 0.01, 1],
    // In five languages, with data of one.
    ['eurotext.tif', 'eurotext.txt', 0.04, 0.88],
    ['8071_093.3B.tif', '8071_093.3B.txt', 0.06, 0.97],
    ['8087_054.3B.tif', '8087_054.3B.txt', 0.09, 0.93],
  ])('the scan %s', async (file, truthFile, mostErrors, leastRecall) => {
    const truth = readFileSync(join(corpus!, 'ocr', truthFile), 'utf8')
    const sidecar = await read(join(corpus!, 'ocr', file), reader)
    const { errorRate, recall } = accuracyOf(textOf(sidecar), truth)
    expect(errorRate).toBeLessThanOrEqual(mostErrors)
    expect(recall).toBeGreaterThanOrEqual(leastRecall)
    expect(sidecar.confidence).toBeGreaterThan(0.8)
  })

  test('letters it has no data of are not taken for others', async (context) => {
    if (corpus === null) return context.skip(NO_CORPUS)
    if (reader.languages.includes('heb')) return context.skip('Hebrew can be read here')
    const sidecar = await read(join(corpus, 'ocr/hebrew.png'), reader)
    expect(sidecar.confidence).toBeLessThan(0.6)
    expect(textOf(sidecar)).toBe('')
  })
})

test('a scene without letters has no pages, which is no failure', async () => {
  const sidecar = await readBytes(await drawScene(), embedded, 'image/jpeg')
  expect(sidecar).toMatchObject({ engine: { name: 'tesseract.js' }, pages: [] })
  expect(sidecar).not.toHaveProperty('confidence')
})

test('what was not read of a long file is told, and nothing where all was', async () => {
  const pages = await Promise.all([LINES.slice(0, 3), LINES.slice(3)].map((lines) => drawPage(lines)))
  const scan = await sharp(pages, { join: { animated: true } })
    .tiff()
    .toBuffer()
  using temp = createTempDir('ocr')
  const source = join(temp.path, 'scan.tif')
  writeFileSync(source, scan)
  const facts = { type: 'image', mime: 'image/tiff', size: 1 } as const
  const readWithin = (limits: { budgetMs?: number; maxPages?: number }) =>
    readContent(source, facts, program ?? embedded, { budgetMs: BUDGET_MS, ...limits })
  const cut = await readWithin({ maxPages: 1 })
  expect(cut.pages.map(({ page }) => page)).toEqual([1])
  expect(parseTextSidecar(formatTextSidecar(cut))).toMatchObject({ truncated: true })
  expect(await readWithin({ budgetMs: -1 })).toMatchObject({ pages: [], truncated: true })
  expect(await readWithin({ maxPages: 2 })).not.toHaveProperty('truncated')
})

test.skipIf(corpus === null)('of the photos of the corpus few are read, the others cost little', async () => {
  const folder = join(corpus!, 'exif-samples/jpg')
  const photos = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    /(gps|orientation)\/.*jpg$/.test(name),
  )
  const asked: string[] = []
  const counting: OcrEngine = {
    name: 'none',
    version: '0',
    languages: ['eng'],
    recognise: async () => [],
    [Symbol.asyncDispose]: async () => {},
  }
  /** Milliseconds of a core: what else is at work does not count. */
  const times: number[] = []
  for (const photo of photos) {
    const before = process.cpuUsage()
    const engine = { ...counting, recognise: async () => (asked.push(photo), []) }
    await read(join(folder, photo), engine, 'image/jpeg')
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1_000)
  }
  expect(photos.length).toBeGreaterThan(20)
  expect(new Set(asked).size / photos.length).toBeLessThan(0.25)
  expect(times.toSorted((a, b) => a - b)[times.length >> 1]).toBeLessThan(100)
})

test.each([
  ['nothing', new Uint8Array(), 'image/png'],
  ['noise', Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 251), 'image/jpeg'],
  ['the beginning of a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Cat'), 'application/pdf'],
])('%s is refused', async (_, bytes, mime) => {
  await expect(readBytes(bytes, embedded, mime)).rejects.toBeInstanceOf(Error)
})
