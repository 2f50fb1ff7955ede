import type { SearchItem } from '@spacedrive/core/domain'
import { expect, test } from 'vitest'
import { bestPassage, focusOf, nameMarks, placeText } from './reasons.ts'

const text = { field: 'text', kind: 'ocr', page: 3, snippet: 'the word', ranges: [[4, 8]], box: [0, 0, 1, 1] } as const
const meaning = { field: 'semantic', kind: 'text', similarity: 0.8, page: null, snippet: 'alike', ranges: [] } as const

function item(change: Partial<Record<keyof SearchItem, unknown>>): SearchItem {
  return {
    path: '/home/a/Pictures/2026/cat.jpg',
    location: { id: 'p', name: 'Photos' },
    why: [],
    ...change,
  } as SearchItem
}

test('what a file says comes before what it means', () => {
  expect(bestPassage(item({ why: [{ field: 'name', ranges: [] }, meaning, text] }))).toBe(text)
  expect(bestPassage(item({ why: [meaning] }))).toBe(meaning)
  expect(bestPassage(item({}))).toBeUndefined()
})

test('a preview begins at the page, the box or the time', () => {
  expect(focusOf(item({ why: [text] }))).toEqual({ page: 3, box: [0, 0, 1, 1] })
  expect(focusOf(item({ why: [{ ...text, page: null, box: undefined, timeMs: 900 }] }))).toEqual({ timeMs: 900 })
  expect(focusOf(item({}))).toBeUndefined()
})

test('a place is told from its location down', () => {
  const locations = [{ id: 'p', path: '/home/a/Pictures' }]
  expect(placeText(item({}), locations)).toBe('Photos › 2026')
  expect(placeText(item({ path: '/home/a/Pictures/cat.jpg' }), locations)).toBe('Photos')
  expect(placeText(item({ location: null }), locations)).toBe('/home/a/Pictures/2026')
  expect(placeText(item({ path: '/etc', location: null }), locations)).toBe('/')
})

test('the name has its own marks', () => {
  expect(nameMarks(item({ why: [text, { field: 'name', ranges: [[0, 3]] }] }))).toEqual([[0, 3]])
  expect(nameMarks(item({ why: [text] }))).toBeUndefined()
})
