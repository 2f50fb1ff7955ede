import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { formatTextSidecar, parseTextSidecar } from '../../formats/text-sidecar.ts'
import { EmbeddedTesseract } from './engines/embedded-tesseract.ts'
import type { OcrEngine } from './engines/engine.ts'
import { findTesseract } from './engines/tesseract-program.ts'
import { readContent } from './read-content.ts'
import { ReadSoFar } from './read-so-far.ts'
import { accuracyOf } from './test/accuracy.ts'
import { drawPage, drawScene, makePdf, makeScan } from './test/pictures.ts'

const BUDGET_MS = 600_000
const LINES = [
  'The harbour office opens at eight in the morning,',
  'and every vessel that arrives before noon must be',
  'entered into the register by its own captain.',
  'Nobody may leave the quay without a signed paper.',
  'Letters for the northern islands are collected on',
  'Tuesday, parcels on the second Friday of a month.',
]

/** A shadow over the left half of a page. */
const SHADOW = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="1100" height="320"><defs><linearGradient id="g"><stop offset="0" stop-color="#505050"/><stop offset="1" stop-color="#fff"/></linearGradient></defs><rect width="1100" height="320" fill="url(#g)"/></svg>',
)

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

  test.each([
    ['is faint', (page: Sharp) => page.linear(0.05, 200)],
    ['lies in shadow', (page: Sharp) => page.composite([{ input: SHADOW, blend: 'multiply' }])],
    ['has light letters', (page: Sharp) => page.negate({ alpha: false })],
  ])('a page that %s is read', async (_, change) => {
    const page = sharp(await drawPage(LINES)).removeAlpha()
    const { pages } = await readBytes(await change(page).png().toBuffer(), reader)
    expect(accuracyOf(pages[0]!.text, LINES.join('\n')).errorRate).toBeLessThan(0.02)
  })

  test.each(['northwest', 'southeast'])('text at the edge of a page alone is read (%s)', async (corner) => {
    const line = await sharp(await drawPage([LINES[0]!]))
      .trim({ threshold: 40 })
      .toBuffer()
    const page = sharp({ create: { width: 1_654, height: 2_339, channels: 3, background: '#fff' } })
    const { pages } = await readBytes(
      await page
        .composite([{ input: line, gravity: corner }])
        .png()
        .toBuffer(),
      reader,
    )
    expect(accuracyOf(pages[0]!.text, LINES[0]!).errorRate).toBeLessThan(0.05)
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

test.for([
  [4_032, 3_024],
  [1_200, 900],
  [640, 480],
] as const)('a scene of %i × %i without letters costs no reading', async ([width, height]) => {
  const engine: OcrEngine = {
    name: 'none',
    version: '0',
    languages: ['eng'],
    recognise: () => Promise.reject(new Error('it is read')),
    [Symbol.asyncDispose]: async () => {},
  }
  expect((await readBytes(await drawScene(width, height), engine, 'image/jpeg')).pages).toEqual([])
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

describe('a scan of several pages', () => {
  const pageLines = [LINES.slice(0, 2), LINES.slice(2, 4), LINES.slice(4)]

  /**
   * Reads parts of a scan, each as another process would; says which pages have text, how many pages were begun, and how
   * many strips were read.
   */
  async function readInParts(partFile: string, source: string, settings = 'all') {
    const engine = program ?? embedded
    let [begun, strips] = [0, 0]
    const counting: OcrEngine = {
      name: engine.name,
      version: engine.version,
      languages: engine.languages,
      prepare: () => void begun++,
      recognise: (pgm, options) => {
        strips++
        return engine.recognise(pgm, options)
      },
      [Symbol.asyncDispose]: async () => {},
    }
    const soFar = await ReadSoFar.open(partFile, counting, settings)
    const facts = { type: 'document', mime: 'application/pdf', size: 1 } as const
    const found = await readContent(source, facts, counting, { budgetMs: BUDGET_MS, soFar })
    return { found, begun, strips }
  }

  test('the text of the first page is shown before the second page is drawn', async () => {
    using temp = createTempDir('ocr')
    const [source, part] = [join(temp.path, 'scan'), join(temp.path, 'part')]
    writeFileSync(source, await scanOf(pageLines, 'application/pdf'))
    const first = await readInParts(part, source)
    expect([first.begun, first.found.unfinished]).toEqual([1, true])
    expect((await readInParts(part, source)).begun).toBe(2)
  })

  test.each(['application/pdf', 'image/tiff'])('(%s) is read on where an earlier run has stopped', async (mime) => {
    using temp = createTempDir('ocr')
    const [source, part] = [join(temp.path, 'scan'), join(temp.path, 'parts/scan')]
    writeFileSync(source, await scanOf(pageLines, mime))
    const facts = { type: mime === 'image/tiff' ? 'image' : 'document', mime, size: 1 } as const
    const engine = program ?? embedded
    const readOn = async (settings: string) =>
      readContent(source, facts, engine, {
        budgetMs: BUDGET_MS,
        soFar: await ReadSoFar.open(part, engine, settings),
      })
    const first = await readOn('a')
    expect(first).toMatchObject({ pages: [{ page: 1 }], unfinished: true })
    expect(parseTextSidecar(formatTextSidecar(first))).toMatchObject({ unfinished: true })
    const whole = await readOn('a')
    expect(whole).not.toHaveProperty('unfinished')
    expect(whole.pages.map(({ page }) => page)).toEqual([1, 2, 3])
    expect(whole.pages[0]).toEqual(first.pages[0])
    const atOnce = await readContent(source, facts, engine, { budgetMs: BUDGET_MS })
    expect(whole).toEqual(atOnce)
    // Other languages may find other words: nothing is taken over.
    expect(await readOn('b')).toMatchObject({ pages: [{ page: 1 }], unfinished: true })
  })

  test('reads no page twice, not even with a line that was cut off', async () => {
    using temp = createTempDir('ocr')
    const [source, part] = [join(temp.path, 'scan'), join(temp.path, 'part')]
    writeFileSync(source, await scanOf(pageLines, 'application/pdf'))
    const first = await readInParts(part, source)
    const kept = readFileSync(part)
    const rest = await readInParts(part, source)
    expect(rest.found.pages).toHaveLength(3)
    expect(rest.strips).toBe(2 * first.strips)
    // The second page was written half.
    const lines = readFileSync(part, 'utf8').split('\n')
    expect(lines).toHaveLength(3)
    writeFileSync(part, Buffer.concat([kept, Buffer.from(`\n${lines[2]!.slice(0, 40)}`)]))
    expect((await readInParts(part, source)).found).toEqual(rest.found)
  })
})

test('an engine that was started before the picture came reads the same, also if the start failed', async () => {
  const picture = await drawPage(LINES.slice(0, 2))
  const text = textOf(await readBytes(picture, embedded))
  for (const languages of [['eng'], ['no-such-language']]) {
    await using early = new EmbeddedTesseract()
    early.prepare(languages)
    expect(textOf(await readBytes(picture, early))).toBe(text)
  }
})

/** A scan with a page for each list of lines. */
async function scanOf(pages: readonly (readonly string[])[], mime: string): Promise<Buffer> {
  const drawn = await Promise.all(pages.map((lines) => drawPage(lines)))
  if (mime === 'image/tiff')
    return sharp(drawn, { join: { animated: true } })
      .tiff()
      .toBuffer()
  return makeScan(drawn)
}

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
  expect(new Set(asked).size / photos.length).toBeLessThan(0.15)
  expect(times.toSorted((a, b) => a - b)[times.length >> 1]).toBeLessThan(100)
})

test.each([
  ['nothing', new Uint8Array(), 'image/png'],
  ['noise', Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 251), 'image/jpeg'],
  ['the beginning of a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Cat'), 'application/pdf'],
])('%s is refused', async (_, bytes, mime) => {
  await expect(readBytes(bytes, embedded, mime)).rejects.toBeInstanceOf(Error)
})
