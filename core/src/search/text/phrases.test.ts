import { expect, test } from 'vitest'
import { foldName } from '../../util/fold.ts'
import { phrasesOf } from '../test/texts.ts'
import { findPhrase, toIndexed, toMatch } from './phrases.ts'

test.each([
  ['invoice acme', '"invoice" AND "acme"*'],
  ['invoice acme ', '"invoice" AND "acme"'],
  ['"Final report" ÜBER', '"final report" AND "uber"*'],
  ['"final rep', '"final rep"*'],
  ['"final rep"', '"final rep"'],
  ["it's", '"it s"'],
  ['my-report', '"my report"*'],
  ['user@host', '"user host"*'],
  ['C++', '"c"'],
  ['foo:bar AND NOT a (b)', '"foo bar" AND "and" AND "not" AND "a" AND "b"'],
  ['* ) " -- ^', ''],
  ['東京駅', '"東 京 駅"'],
  ['ﬁnance', '"finance"*'],
])('%j is looked for as %j', (query, match) => expect(toMatch(phrasesOf(query))).toBe(match))

test('a Korean word is found in a longer one, and half a syllable is not', () => {
  const text = foldName('서울대학교에서')
  const [[start, end]] = findPhrase(text, phrasesOf('학교 ')[0]!, 10) as [[number, number]]
  expect(text.slice(start, end).normalize('NFC')).toBe('학교')
  expect(findPhrase(text, phrasesOf('하 ')[0]!, 10)).toEqual([])
  expect(
    toIndexed('대학')
      .trim()
      .split(/\s+/)
      .map((word) => word.normalize('NFC')),
  ).toEqual(['대', '학'])
})

test('each sign of a script without spaces is indexed as a word', () => {
  expect(toIndexed('東京 Tower').trim().split(/\s+/)).toEqual(['東', '京', 'tower'])
})

test.each([
  [
    'the cat concatenates a cat',
    'cat ',
    [
      [4, 7],
      [23, 26],
    ],
  ],
  ['the cat concatenates', 'cat', [[4, 7]]],
  ['category', 'cat', [[0, 3]]],
  ['final, report; final reports', '"final report"', [[0, 13]]],
  [
    'final, report; final reports',
    '"final report',
    [
      [0, 13],
      [15, 27],
    ],
  ],
  ['大東京駅前', '東京', [[1, 3]]],
])('in %j %j stands at %j', (text, query, places) => {
  expect(findPhrase(text, phrasesOf(query)[0]!, 10)).toEqual(places)
})
