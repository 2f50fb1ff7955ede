import { expect, test } from 'vitest'
import { formatTextSidecar, parseTextSidecar } from './text-sidecar.ts'

const sidecar = {
  engine: { name: 'reader', version: '1.2' },
  languages: ['eng'],
  confidence: 0.8,
  truncated: true,
  pages: [
    { page: 1, title: 'Cover', text: 'Hello', source: 'layer' },
    {
      page: 2,
      text: 'there',
      source: 'ocr',
      confidence: 0.7,
      words: [{ text: 'there', box: [0, 0.5, 0.25, 1], confidence: 0.7 }],
    },
  ],
} as const

test('what is written is read again', () => {
  expect(parseTextSidecar(formatTextSidecar(sidecar))).toEqual({ version: 1, ...sidecar })
})

test.each(['', 'null', '[]', '{"version":2,"pages":[]}', '{"version":1}', '{"version":1,"pages":'])(
  'none is read of %j',
  (json) => expect(parseTextSidecar(json)).toBeNull(),
)

test('what is not as it should be is left out, and the rest is read', () => {
  const odd = {
    version: 1,
    languages: 'eng',
    confidence: 7,
    pages: [
      null,
      { page: 0, text: 'a' },
      { page: 1 },
      { page: 2, text: 'b', words: [{ text: 'b', box: [1, 2] }, { box: [] }, 3], source: 'guess' },
    ],
  }
  expect(parseTextSidecar(JSON.stringify(odd))).toEqual({
    version: 1,
    engine: { name: '', version: '' },
    languages: [],
    pages: [{ page: 2, text: 'b', source: 'text', words: [] }],
  })
})
