import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { describe, expect, test } from 'vitest'
import { makeCjkPdf, makeFont, makeFontCollection } from '../../../../testing/documents/index.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { lendFonts } from './pdf-fonts.ts'
import { openPdf } from './pdf-file.ts'
import { findFont, type Script, tableOf } from './system-fonts.ts'

/** A word in each script, in the encodings that files use. */
const samples: readonly Sample[] = [
  { encoding: '90ms-RKSJ-H', collection: 'Japan1', script: 'Japanese', text: '日本語', bytes: '93fa967b8cea' },
  { encoding: 'UniJIS-UCS2-H', collection: 'Japan1', script: 'Japanese', text: '日本語', bytes: '65e5672c8a9e' },
  { encoding: 'GBK-EUC-H', collection: 'GB1', script: 'Simplified Chinese', text: '中文', bytes: 'd6d0cec4' },
  { encoding: 'ETen-B5-H', collection: 'CNS1', script: 'Traditional Chinese', text: '中文', bytes: 'a4a4a4e5' },
  { encoding: 'KSCms-UHC-H', collection: 'Korea1', script: 'Korean', text: '한글', bytes: 'c7d1b1db' },
]

interface Sample {
  readonly encoding: string
  readonly collection: string
  readonly script: Script
  readonly text: string
  /** In hexadecimal digits. */
  readonly bytes: string
}

function pdfOf({ bytes, collection, encoding }: Sample): Buffer {
  return makeCjkPdf({ encoding, collection, name: 'Missing', bytes: Buffer.from(bytes, 'hex') })
}

/** Dark pixels of the first page, and the scripts without a font. */
async function draw(pdf: Buffer, font: (script: Script) => ReturnType<typeof findFont>) {
  const library = await PDFiumLibrary.init()
  const { missing } = lendFonts(library, font)
  const document = await library.loadDocument(pdf)
  const { data } = await document.getPage(0).render({ scale: 1, render: 'bitmap' })
  document.destroy()
  const dark = data.filter((value, i) => i % 4 === 0 && value < 100).length
  return { dark, missing: [...missing] }
}

describe.each(samples)('a page in $encoding, whose font is not in the file', (sample) => {
  const { script, text } = sample

  test('has its text', async () => {
    using temp = createTempDir('pdf-fonts')
    const source = join(temp.path, 'a.pdf')
    writeFileSync(source, pdfOf(sample))
    using pdf = await openPdf(source)
    expect(pdf.text(0).trim()).toBe(text)
  })

  test('is drawn with the font of its script', async () => {
    const asked: Script[] = []
    const font = { bytes: makeFont(text), offset: 0 }
    const drawn = await draw(pdfOf(sample), (each) => {
      asked.push(each)
      return font
    })
    expect(asked).toEqual([script])
    expect(drawn.missing).toEqual([])
    // Each letter is a square of 36 by 36 points.
    const square = 36 * 36
    expect(drawn.dark / (text.length * square)).toBeGreaterThan(0.9)
  })

  test('is blank without a font, and the script is known', async () => {
    expect(await draw(pdfOf(sample), () => null)).toEqual({ dark: 0, missing: [script] })
  })
})

test('of a collection, the font at the place of the script is used', async () => {
  using temp = createTempDir('fonts')
  writeFileSync(join(temp.path, 'NotoSansCJK-Regular.ttc'), makeFontCollection(['日', '한', '中文', '日']))
  const chinese = samples.find(({ script }) => script === 'Simplified Chinese')!
  const drawn = await draw(pdfOf(chinese), (script) => findFont(script, [temp.path]))
  expect(drawn.dark / (2 * 36 * 36)).toBeGreaterThan(0.9)
})

describe('a font of the system', () => {
  const inFolders = (names: readonly string[], script: Script) => {
    using temp = createTempDir('fonts')
    for (const [i, name] of names.entries()) {
      const path = join(temp.path, name)
      mkdirSync(dirname(path), { recursive: true })
      // The number of letters tells the fonts apart.
      writeFileSync(path, makeFont('日本語中文'.slice(0, i + 1)))
    }
    const font = findFont(script, [join(temp.path, 'missing'), temp.path])
    return font && names[tableOf(font, 0x6d_61_78_70)!.readUInt16BE(4) - 2]
  }

  test('is found in folders below, the regular one first, by the best of the known names', () => {
    const names = ['a/NotoSansJP-Bold.otf', 'b/c/NotoSansJP-Regular.otf', 'ipag.ttf', 'DroidSansFallbackFull.ttf']
    expect(inFolders(names, 'Japanese')).toBe('b/c/NotoSansJP-Regular.otf')
    expect(inFolders(names, 'Traditional Chinese')).toBe('DroidSansFallbackFull.ttf')
    // It has no Korean letters.
    expect(inFolders(names, 'Korean')).toBeNull()
  })

  test('is null if none has the letters', () => expect(inFolders(['DejaVuSans.ttf'], 'Japanese')).toBeNull())

  test('is not a damaged file', () => {
    using temp = createTempDir('fonts')
    writeFileSync(join(temp.path, 'msgothic.ttc'), 'ttcf')
    expect(findFont('Japanese', [temp.path])).toBeNull()
  })
})
