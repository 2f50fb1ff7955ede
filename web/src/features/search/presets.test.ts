import { expect, test } from 'vitest'
import { daysBetween, readExtensions } from './presets.ts'

test('extensions are read however they are typed', () => {
  expect(readExtensions(' .PDF, docx;*.txt  pdf ')).toEqual(['pdf', 'docx', 'txt'])
  expect(readExtensions(' , ')).toEqual([])
})

test('one day is enough for a range, and the order does not matter', () => {
  expect(daysBetween('2024-05-01', '2024-06-01')).toBe('2024-05-01..2024-06-01')
  expect(daysBetween('2024-06-01', '2024-05-01')).toBe('2024-05-01..2024-06-01')
  expect(daysBetween('2024-05-01', '')).toBe('>=2024-05-01')
  expect(daysBetween('', '2024-05-01')).toBe('<=2024-05-01')
  expect(daysBetween('', '')).toBeNull()
})
