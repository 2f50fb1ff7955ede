import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortKey } from './sort-key.ts'

function sorted(names: readonly string[]): string[] {
  return names.toSorted((a, b) => Buffer.compare(sortKey(a, false), sortKey(b, false)))
}

test('names sort as people expect: digits by value, letters without regard to case or accents', () => {
  expect(sorted(['b', 'a10', 'A2', 'ä1', 'a', 'img_9.jpg', 'IMG_10.jpg', '2', '10', '1'])).toEqual([
    '1',
    '2',
    '10',
    'a',
    'ä1',
    'A2',
    'a10',
    'b',
    'img_9.jpg',
    'IMG_10.jpg',
  ])
})

test('folders come first', () => {
  expect(Buffer.compare(sortKey('z', true), sortKey('a', false))).toBeLessThan(0)
})

test('two names never share a key', () => {
  const name = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', 'A', '0', '1', ':', '9', '\u0001', 'é', 'e\u0301', ' '),
      minLength: 1,
      maxLength: 14,
    }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !/[/\0]/.test(text)),
  )
  fc.assert(
    fc.property(name, name, (a, b) => {
      fc.pre(a !== b)
      expect(Buffer.from(sortKey(a, false)).equals(sortKey(b, false))).toBe(false)
    }),
    { numRuns: 20_000 },
  )
})

test('a name of bytes has a key of its own', () => {
  const bytes = new Uint8Array([0x66, 0xff])
  expect(Buffer.from(sortKey(bytes, false)).equals(sortKey('f\ufffd', false))).toBe(false)
})

test('a number longer than nine digits sorts after every shorter one', () => {
  expect(sorted(['x1000000000', 'x999999999', 'x12345678901234567890', 'x99999999999999999999'])).toEqual([
    'x999999999',
    'x1000000000',
    'x12345678901234567890',
    'x99999999999999999999',
  ])
})
