import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../../testing/corpus.ts'
import { EmbeddedTesseract } from './engines/embedded-tesseract.ts'
import { readContent } from './read-content.ts'
import { boxQuality } from './test/word-boxes.ts'

test('the boxes of words lie on their ink', async ({ skip }) => {
  if (!corpus) return skip(NO_CORPUS)
  await using engine = new EmbeddedTesseract()
  const scan = join(corpus, 'ocr/phototest.tif')
  const { pages } = await readContent(scan, { type: 'image', mime: 'image/tiff', size: 1 }, engine, {
    budgetMs: 100_000,
  })
  const { covered, tight } = await boxQuality(scan, pages[0]!)
  expect(covered).toBeGreaterThan(0.98)
  expect(tight).toBeGreaterThan(0.85)
})
