import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTextSidecar } from '../../formats/text-sidecar.ts'
import { formatTranscript } from '../../formats/transcript-sidecar.ts'
import { chunkText } from './chunk-text.ts'
import { collectChunks, readSpokenText, type SpokenText } from './collect-chunks.ts'
import { CHUNK_BYTES, MAX_CHUNKS, MAX_NAMES } from './limits.ts'

const engine = { name: 'test', version: '1' }

function spoken(pages: SpokenText['pages'], truncated = false): SpokenText[] {
  return [{ kind: 'text', pages, truncated }]
}

const pieces = (text: string) => [...chunkText(text)].map(({ start, end }) => text.slice(start, end))

test('a short text is one piece, and nothing is none', () => {
  expect(pieces('  The plumber comes. ')).toEqual(['The plumber comes.'])
  expect(pieces(' \n\t ')).toEqual([])
})

test('a long text is cut between sentences, and each piece begins with the end of the last', () => {
  const text = Array.from({ length: 60 }, (_, i) => `This is what sentence ${i} of the whole has to say.`).join(' ')
  const found = pieces(text)
  expect(found.length).toBeGreaterThan(3)
  for (const piece of found) expect(piece.endsWith('.')).toBe(true)
  for (const [i, piece] of found.slice(1).entries()) expect(found[i]).toContain(piece.slice(0, 40))
})

test('every word of a text is in some piece, no piece is too long, and it comes to an end', () => {
  const word = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
    fc.constant('水'.repeat(400)),
    fc.constant('\n\n'),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 300 }), (words) => {
      const text = words.join(' ')
      let covered = 0
      for (const { start, end } of chunkText(text)) {
        expect(text.slice(covered, start).trim()).toBe('')
        expect(end).toBeGreaterThan(start)
        expect(Buffer.byteLength(text.slice(start, end))).toBeLessThanOrEqual(CHUNK_BYTES)
        covered = end
      }
      expect(text.slice(covered).trim()).toBe('')
    }),
    { numRuns: 100 },
  )
})

test('each piece says where it stands', () => {
  const words = [
    { text: 'Dear', box: [0.1, 0.2, 0.1, 0.05] as const, confidence: 1 },
    { text: 'plumber', box: [0.25, 0.2, 0.2, 0.05] as const, confidence: 1 },
  ]
  const { chunks } = collectChunks(
    spoken([
      { page: 3, text: 'Dear plumber', words },
      { page: 4, title: 'Prices', text: 'Forty euros.' },
    ]),
    [],
  )
  expect(chunks).toEqual([
    { source: 'text', page: 3, text: 'Dear plumber', box: [0.1, 0.2, 0.35, 0.05] },
    { source: 'text', page: 4, text: 'Prices\nForty euros.' },
  ])
})

test('a recording says when, a file of one page does not say which', () => {
  const transcript = formatTranscript({
    engine,
    model: 'toy',
    language: 'en',
    durationMs: 90_000,
    segments: [
      { startMs: 0, endMs: 40_000, text: `First ${'a long word '.repeat(60)}end.` },
      { startMs: 40_000, endMs: 90_000, text: `Then ${'another word '.repeat(60)}end.` },
    ],
  })
  const said = readSpokenText('transcript', transcript)!
  const { chunks } = collectChunks([said], [])
  // The second begins with the end of the first.
  expect(chunks.map(({ timeMs }) => timeMs)).toEqual([0, 0, 40_000])
  expect(chunks[0]).toMatchObject({
    source: 'transcript',
    page: null,
    text: expect.stringContaining('First a long word'),
  })
  const text = formatTextSidecar({ engine, languages: [], pages: [{ page: 1, text: 'one page', source: 'text' }] })
  expect(readSpokenText('text', text)!.pages[0]!.page).toBeNull()
  expect(readSpokenText('text', '{"version": 9}')).toBeNull()
  expect(readSpokenText('transcript', 'no json')).toBeNull()
})

test('names go along with text, those that say something, and alone they are nothing', () => {
  const names = ['IMG_1234.JPG', 'Holiday in Spain (2).pdf', 'holiday in spain.pdf', 'scan0003.pdf', 'a1b2c3d4e5.bin']
  const { chunks, names: count } = collectChunks(spoken([{ page: null, text: 'Sun.' }]), names)
  expect(chunks.slice(1).map(({ source, text }) => `${source}: ${text}`)).toEqual([
    'name: Holiday in Spain',
    'name: holiday in spain',
  ])
  expect(count).toBe(2)
  expect(collectChunks(spoken([{ page: null, text: ' ' }]), names)).toEqual({ chunks: [], names: 0, truncated: false })
})

test('of a whole shelf the first pieces are taken, and it says that there is more', () => {
  const pages = Array.from({ length: MAX_CHUNKS + 10 }, (_, i) => ({ page: i + 1, text: `Page ${i}` }))
  const names = Array.from({ length: 20 }, (_, i) => `novel ${'abcdefghijklmnopqrst'[i]}ay.txt`)
  const { chunks, names: count, truncated } = collectChunks(spoken(pages), names)
  expect({ chunks: chunks.length, count, truncated }).toEqual({
    chunks: MAX_CHUNKS + MAX_NAMES,
    count: MAX_NAMES,
    truncated: true,
  })
})

test('what was read in a photo and is no word gets no piece; the same in a document does', () => {
  const pages = [{ page: null, text: 'i | . ~ l1' }]
  expect(collectChunks([{ kind: 'ocr', pages, truncated: false }], ['Holiday in Spain.jpg'])).toEqual({
    chunks: [],
    names: 0,
    truncated: false,
  })
  expect(collectChunks([{ kind: 'text', pages, truncated: false }], []).chunks).toHaveLength(1)
  const sign = [{ page: null, text: 'Harbour office, opens at eight' }]
  expect(collectChunks([{ kind: 'ocr', pages: sign, truncated: false }], []).chunks).toHaveLength(1)
})
