import { expect, test } from 'vitest'
import { stripOf } from './strip-of.ts'

const strip = { width: 120, height: 40 }

test('a word in the middle of a page is in the middle of the strip', () => {
  const { left, mark, page, top } = stripOf([0.45, 0.5, 0.1, 0.02], { width: 1_000, height: 1_000 }, strip)
  expect(page).toEqual({ width: 800, height: 800 })
  expect(mark).toEqual([20, 12, 80, 16])
  expect([left, top]).toEqual([-340, -388])
})

test('at the edge of a page the strip ends with it', () => {
  const { left, mark, top } = stripOf([0, 0, 0.2, 0.05], { width: 1_000, height: 1_000 }, strip)
  expect([left, top, mark[0], mark[1]].map(Math.abs)).toEqual([0, 0, 0, 0])
})

test('a box as wide as the page is seen whole, and a page that is lower than the strip stands in its middle', () => {
  const { mark, page, top } = stripOf([0, 0, 1, 1], { width: 1_000, height: 100 }, strip)
  expect(page).toEqual({ width: 120, height: 12 })
  expect(top).toBe(14)
  expect(mark).toEqual([0, 14, 120, 12])
})
