import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AT_START, AT_WORD, BEFORE_DOT, INSIDE_WORD, MAX_HITS, NAMES_AT, PLACE_BITS, Scanner } from './scanner.ts'

/** All hits on names put into a scanner, page by page as a caller would read them. */
function scanAll(names: readonly string[], needle: string): number[] {
  const text = Buffer.from(names.map((name) => `${name}\0`).join(''))
  const scanner = new Scanner()
  scanner.reserve(NAMES_AT + text.length)
  scanner.bytes.set(text, NAMES_AT)
  scanner.setNeedle(Buffer.from(needle))
  const count = scanner.scan(NAMES_AT, 0, NAMES_AT + text.length)
  return [...scanner.hits.subarray(0, count)]
}

function plainScan(names: readonly string[], needle: string): number[] {
  return names.flatMap((name, row) =>
    Array.from(name, (_, at) => at)
      .filter((at) => name.startsWith(needle, at))
      .map((at) => (row << PLACE_BITS) | placeOf(name, at, needle)),
  )
}

function kind(char: string): string | null {
  return /[a-z]/.test(char) ? 'letter' : /[0-9]/.test(char) ? 'digit' : null
}

function placeOf(name: string, at: number, needle: string): number {
  if (at === 0) return name === needle || name[needle.length] === '.' ? BEFORE_DOT : AT_START
  const before = kind(name[at - 1]!)
  return before === null || before !== kind(name[at]!) ? AT_WORD : INSIDE_WORD
}

test('it finds every occurrence, with its name and place, wherever names begin and end in memory', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '1', '2', '.', '_'), maxLength: 70 })
  const needle = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.'), minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.array(name, { maxLength: 40, size: 'max' }), needle, (names, wanted) => {
      expect(scanAll(names, wanted)).toEqual(plainScan(names, wanted))
    }),
  )
})

test('a needle of any length is found where it stands, and only there', () => {
  for (let length = 1; length <= 300; length++) {
    const needle = 'x'.repeat(length - 1) + 'y'
    expect(scanAll(['xx', `-${needle}`, 'x'.repeat(length), needle], needle)).toEqual([
      (1 << PLACE_BITS) | AT_WORD,
      (3 << PLACE_BITS) | BEFORE_DOT,
    ])
  }
})

test('it stops when it has found as much as it can report', () => {
  expect(scanAll(['a'.repeat(MAX_HITS + 10)], 'a')).toHaveLength(MAX_HITS)
})

test('it keeps the hits on names that hold another needle too', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.'), maxLength: 70 })
  const needle = fc.string({ unit: fc.constantFrom('a', 'b', '1'), minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.array(name, { maxLength: 40, size: 'max' }), needle, (names, wanted) => {
      const scanner = new Scanner()
      const starts = Uint32Array.from(names, (_, i) => NAMES_AT + names.slice(0, i).join('\0').length + (i > 0 ? 1 : 0))
      const text = Buffer.from(names.map((each) => `${each}\0`).join(''))
      scanner.reserve(NAMES_AT + text.length)
      scanner.bytes.set(text, NAMES_AT)
      scanner.hits.set(names.map((_, row) => (row << PLACE_BITS) | INSIDE_WORD))
      const kept = scanner.keep(names.length, Buffer.from(wanted), starts)
      const rows = [...scanner.hits.subarray(0, kept)].map((hit) => hit >>> PLACE_BITS)
      expect(rows).toEqual(names.flatMap((each, row) => (each.includes(wanted) ? [row] : [])))
    }),
  )
})
