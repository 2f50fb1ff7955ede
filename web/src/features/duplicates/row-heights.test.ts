import { expect, test } from 'vitest'
import { groupHeight, indexAt, startsOf, UNIT } from './row-heights.ts'

test('a group is as high as what stands in it', () => {
  expect(groupHeight({ files: 2, copies: 2, notes: 0 })).toBe(120)
  expect(groupHeight({ files: 20, copies: 25, notes: 2 })).toBe(50 + 600 + 30 + 40 + 10)
  expect(groupHeight({ files: 3, copies: 4, notes: 1 }) % UNIT).toBe(0)
})

test('a place in the list is that of the group around it', () => {
  const starts = startsOf([100, 50, 200])
  expect(starts).toEqual([0, 10, 15, 35])
  expect([-5, 0, 9, 10, 14, 15, 34, 99].map((unit) => indexAt(starts, unit))).toEqual([0, 0, 0, 1, 1, 2, 2, 2])
  expect(indexAt(startsOf([]), 4)).toBe(0)
})
