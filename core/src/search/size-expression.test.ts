import { expect, test } from 'vitest'
import { parseSizeExpression } from './size-expression.ts'

test.each([
  ['>100MB', 100_000_001, Infinity],
  ['>=100MB', 100_000_000, Infinity],
  ['<1kb', 0, 999],
  ['<=5GiB', 0, 5_368_709_120],
  ['1kb..2mb', 1_000, 2_000_000],
  ['..2mb', 0, 2_000_000],
  ['1 KiB ..', 1_024, Infinity],
  ['> 1kb < 2kb', 1_001, 1_999],
  ['>=1k, <=2k', 1_000, 2_000],
  ['>1.5kb', 1_501, Infinity],
  ['=10', 10, 10],
  ['100MB', 99_500_000, 100_499_999],
  ['1.5GB', 1_450_000_000, 1_549_999_999],
  ['0', 0, 0],
  ['empty', 0, 0],
])('%s', (text, min, max) => {
  expect(parseSizeExpression(text)).toEqual({ min, max })
})

test.each(['2mb..1kb', '>2mb <1mb', '>=5 <=4'])('%s is refused, because no size fits', (text) => {
  expect(() => parseSizeExpression(text)).toThrow(/write the smaller size first/)
})

test.each(['', 'big', '>', '..', '5 apples', '>100MB big', '1..2..3', '-5', '1e3', '>>5'])('%j is refused', (text) => {
  expect(() => parseSizeExpression(text)).toThrow(/cannot read the size/)
})
