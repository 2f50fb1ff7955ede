import { expect, test } from 'vitest'
import { areaPath, growthPoints, nearestPoint } from './growth-points.ts'
import { filesOf } from './links.ts'

const month = (modified: string, bytes: number, totalBytes: number) => ({
  modified,
  files: 1,
  bytes,
  totalFiles: 1,
  totalBytes,
})

test('months stand as far apart as they are, and reach up to all there is', () => {
  const points = growthPoints([month('2023-11', 50, 50), month('2024-01', 25, 75), month('2024-11', 25, 100)])
  expect(points.map(({ x, y }) => [x, y])).toEqual([
    [0, 0.5],
    [2 / 13, 0.75],
    [12 / 13, 1],
  ])
})

test('a file of a clock that was wrong does not press all else together', () => {
  const points = growthPoints([month('1970-01', 1, 1), month('2023-01', 4_999, 5_000), month('2024-01', 5_000, 10_000)])
  expect(points.map((point) => point.month.modified)).toEqual(['2023-01', '2024-01'])
})

test('one month and none are drawn too', () => {
  expect(growthPoints([])).toEqual([])
  expect(growthPoints([month('2024-01', 0, 0)])).toEqual([])
  const one = growthPoints([month('2024-01', 5, 5)])
  expect(one.map(({ x, y }) => [x, y])).toEqual([[0, 1]])
  expect(areaPath(one, { width: 100, height: 10 })).toBe('M0,10H0.0V0.0H100V10Z')
})

test('the pointer finds the month that is nearest', () => {
  const points = growthPoints([month('2023-01', 50, 50), month('2024-01', 50, 100)])
  expect(nearestPoint(points, 0.4)?.month.modified).toBe('2023-01')
  expect(nearestPoint(points, 0.6)?.month.modified).toBe('2024-01')
  expect(nearestPoint([], 0.6)).toBeUndefined()
})

test('a figure leads to a search for the files it counts, hidden ones too', () => {
  expect(filesOf.type('image')).toEqual({ type: ['image'], hidden: true, sort: 'size' })
  expect(filesOf.extension('pdf')).toEqual({ ext: ['pdf'], hidden: true, sort: 'size' })
  expect(filesOf.extension('')).toBeNull()
  expect(filesOf.modified('2024-05')).toEqual({ modified: '2024-05', hidden: true, sort: 'size' })
  expect(filesOf.folders(['/a'])).toEqual({ in: ['/a'], hidden: true, sort: 'size' })
})
