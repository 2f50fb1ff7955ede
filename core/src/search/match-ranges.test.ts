import { expect, test } from 'vitest'
import { foldName } from '../util/fold.ts'
import { matchRanges, someReasons } from './match-ranges.ts'

const marked = (name: string, ...words: string[]): string | null => {
  const ranges = matchRanges(name, words.map(foldName))
  return (
    ranges &&
    ranges
      .toReversed()
      .reduce((text, [start, end]) => `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`, name)
  )
}

test('every occurrence of every word is marked in the name as it is written', () => {
  expect(marked('Report_final_report.PDF', 'report', 'pdf')).toBe('[Report]_final_[report].[PDF]')
})

test('an accent is marked with its letter, however it is encoded', () => {
  expect(marked('Résumé.pdf', 'resume')).toBe('[Résumé].pdf')
  expect(marked('Re\u0301sume\u0301.pdf', 'sume')).toBe('Re\u0301[sume\u0301].pdf')
})

test('a letter that folds to two is marked whole', () => {
  expect(marked('Große Straße', 'ss')).toBe('Gro[ß]e Stra[ß]e')
  expect(marked('😀 ﬁle', 'i')).toBe('😀 [ﬁ]le')
})

test('matches that touch or overlap are one', () => {
  expect(marked('holiday', 'holi', 'day')).toBe('[holiday]')
  expect(marked('banana', 'ana')).toBe('b[anana]')
})

test('a name without one of the words does not match', () => {
  expect(marked('holiday', 'holi', 'x')).toBe(null)
})

test('of words that are partly in the text, those in the name are marked there', () => {
  expect(someReasons('Acme bill.pdf', ['invoice', 'acme'])).toEqual([{ field: 'name', ranges: [[0, 4]] }])
  expect(someReasons('scan.pdf', ['invoice', 'acme'])).toEqual([])
})
