import { expect, test } from 'vitest'
import { Rate } from './rate.ts'

test('a second is saved up, and what goes beyond it has to wait', () => {
  let now = 0
  const rate = new Rate(1_000, () => now)
  expect(rate.take(1_000)).toBe(0)
  expect(rate.take(500)).toBe(500)
  now += 500
  expect(rate.take(0)).toBe(0)
  expect(rate.take(100)).toBe(100)
  now += 3_600_000
  expect(rate.take(1_000)).toBe(0)
  expect(rate.take(1)).toBe(1)
})
