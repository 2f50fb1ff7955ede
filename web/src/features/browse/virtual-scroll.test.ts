import { expect, test } from 'vitest'
import { MAX_SCROLL_PX, positionAfter, positionAt, scrollHeight, spanAt, topToShow } from './virtual-scroll.ts'

const small = { rows: 1_000, rowHeight: 28, padding: 0, viewport: 560 }
const huge = { ...small, rows: 2_000_000 }

test('up to half a million rows every pixel is one', () => {
  expect(scrollHeight(small)).toBe(28_000)
  expect(positionAt(small, 700)).toEqual({ top: 700, scrollTop: 700 })
  expect(positionAfter(small, positionAt(small, 0), 812)).toEqual({ top: 812, scrollTop: 812 })
})

test('the last of two million rows is at the end of the scrollbar', () => {
  expect(scrollHeight(huge)).toBe(MAX_SCROLL_PX)
  const end = positionAfter(huge, positionAt(huge, 0), MAX_SCROLL_PX - huge.viewport)
  expect(spanAt(huge, end.top, 0)).toEqual({ first: 1_999_980, last: 1_999_999 })
})

test('a wheel goes on row by row where the scrollbar is coarse', () => {
  const from = positionAt(huge, 28_000_000)
  const after = positionAfter(huge, from, from.scrollTop + 28)
  expect(after.top - from.top).toBeCloseTo(28)
})

test('a scrollbar that is taken to the middle is in the middle', () => {
  const middle = (MAX_SCROLL_PX - huge.viewport) / 2
  const { top } = positionAfter(huge, positionAt(huge, 0), middle)
  expect(Math.round(top / 28)).toBe(999_990)
})

test('of rows those are kept that are seen, and some around', () => {
  expect(spanAt(small, 280, 5)).toEqual({ first: 5, last: 34 })
  expect(spanAt(small, 0, 5)).toEqual({ first: 0, last: 24 })
  expect(spanAt({ ...small, rows: 0 }, 0, 5)).toEqual({ first: 0, last: -1 })
})

test('a row that is not seen whole is scrolled to, by the shorter way', () => {
  expect(topToShow(small, 5, 280)).toBe(140)
  expect(topToShow(small, 15, 280)).toBeNull()
  expect(topToShow(small, 40, 280)).toBe(588)
})
