import { expect, test } from 'vitest'
import { lineAt } from './line-at.ts'
import { readPagedText, readTranscript } from './sidecar-texts.ts'

test('pages are read with their words; what is not as it should be is left out', () => {
  const word = { text: 'whale', box: [0.1, 0.2, 0.3, 0.04], confidence: 0.9 }
  const json = {
    version: 1,
    pages: [
      { page: 1, text: 'a whale', source: 'ocr', words: [word, { text: 'bad', box: [1, 2] }, null] },
      { page: 2, text: 'no words', title: 'Two', source: 'layer' },
      { page: 'three', text: 'lost' },
    ],
    truncated: true,
  }
  expect(readPagedText(json)).toEqual({
    pages: [
      { page: 1, text: 'a whale', title: null, words: [{ text: 'whale', box: [0.1, 0.2, 0.3, 0.04] }] },
      { page: 2, text: 'no words', title: 'Two', words: [] },
    ],
    isTruncated: true,
    isUnfinished: false,
  })
  expect(readPagedText({ pages: [], unfinished: true })).toEqual({ pages: [], isTruncated: false, isUnfinished: true })
  expect(readPagedText({ pages: 3 })).toBeNull()
  expect(readPagedText(null)).toBeNull()
})

test('the lines of a transcript are in the order of time', () => {
  const json = {
    language: 'en',
    segments: [
      { startMs: 2000, endMs: 3000, text: 'second', confidence: 0.4 },
      { startMs: 0, endMs: 1500, text: 'first' },
      { startMs: 'later', endMs: 9, text: 'lost' },
    ],
  }
  expect(readTranscript(json)).toEqual({
    language: 'en',
    lines: [
      { startMs: 0, endMs: 1500, text: 'first' },
      { startMs: 2000, endMs: 3000, text: 'second' },
    ],
    isTruncated: false,
  })
})

test('the line at a time is the one that began last', () => {
  const lines = [0, 1000, 1000, 5000].map((startMs) => ({ startMs }))
  expect([-1, 0, 999, 1000, 4999, 5000, 1e9].map((ms) => lineAt(lines, ms))).toEqual([-1, 0, 0, 2, 2, 3, 3])
  expect(lineAt([], 5)).toBe(-1)
})
