import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toTimestamp } from './timestamp.ts'

test('a time is written as Date writes it', () => {
  const times = fc.integer({ min: Date.parse('0001-01-01T00:00:00.000Z'), max: Date.parse('9999-12-31T23:59:59.999Z') })
  fc.assert(
    fc.property(times, (ms) => toTimestamp(ms) === new Date(ms).toISOString()),
    { numRuns: 20_000 },
  )
})

test('every day of four centuries is written as Date writes it', () => {
  const last = Date.UTC(2200, 0, 1) - 1
  const wrong: string[] = []
  for (let ms = Date.UTC(1800, 0, 1) - 1; ms <= last; ms += 86_400_000) {
    if (toTimestamp(ms) !== new Date(ms).toISOString()) wrong.push(new Date(ms).toISOString())
  }
  expect(wrong).toEqual([])
})

test('a time that a date cannot hold shows as the nearest it can', () => {
  expect(toTimestamp(-1e18)).toBe('0001-01-01T00:00:00.000Z')
  expect(toTimestamp(1e18)).toBe('9999-12-31T23:59:59.999Z')
})
