import { expect, test } from 'vitest'
import { withRecent } from './recent-searches.ts'

test('a search comes to the front, and the beginnings of it go', () => {
  expect(withRecent(['tax', 'hol', 'Holiday'], ' holiday 2024 ')).toEqual(['holiday 2024', 'tax'])
  expect(withRecent(['tax'], '   ')).toEqual(['tax'])
})

test('no more are kept than are looked through', () => {
  const many = Array.from({ length: 30 }, (_, i) => `query ${i + 100}`)
  expect(many.reduce(withRecent, [] as readonly string[])).toHaveLength(10)
})
