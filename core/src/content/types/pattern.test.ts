import { expect, test } from 'vitest'
import { matchesPattern, parsePattern } from './pattern.ts'

function matches(source: string, bytes: string): boolean {
  return matchesPattern(Buffer.from(bytes, 'latin1'), parsePattern(source))
}

test('bytes, text, any byte and ranges', () => {
  expect(matches('89 "PNG"', '\x89PNG and more')).toBe(true)
  expect(matches('"a" ?? "c"', 'abc')).toBe(true)
  expect(matches('"a" [30-39]', 'a5')).toBe(true)
  expect(matches('"a" [30-39]', 'ab')).toBe(false)
})

test('a pattern may begin further in', () => {
  expect(matches('@4 "ftyp"', '\0\0\0\x18ftypmp42')).toBe(true)
  expect(matches('@4 "ftyp"', 'ftyp')).toBe(false)
})

test('bytes that end before the pattern do not match', () => {
  expect(matches('"abc"', 'ab')).toBe(false)
})

test('a pattern that is not understood is a mistake in the table', () => {
  expect(() => parsePattern('"a" xyz')).toThrow('bad byte pattern')
})
