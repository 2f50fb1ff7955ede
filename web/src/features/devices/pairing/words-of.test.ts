import { expect, test } from 'vitest'
import { CODE_WORDS, withWords, wordsOf } from './words-of.ts'

const empty = Array.from({ length: CODE_WORDS }, () => '')
const twelve = 'legal winner thank year wave sausage worth useful legal winner thank yellow'.split(' ')

test('words are found between numbers, commas and lines', () => {
  expect(wordsOf('1. Legal\n2. WINNER, thank').words).toEqual(['legal', 'winner', 'thank'])
  expect(wordsOf(' 12 ')).toEqual({ words: [], invitation: null })
})

test('the text of a picture has the words, and is kept for what else it says', () => {
  const invitation = `spacedrive:pair?words=${twelve.join('-')}&address=192.168.1.5:4433`
  expect(wordsOf(` ${invitation}\n`)).toEqual({ words: twelve, invitation })
})

test('all twelve take all places, wherever they are pasted; fewer go on from there', () => {
  expect(withWords(empty, 5, twelve)).toEqual(twelve)
  expect(withWords(twelve, 10, ['one', 'two', 'three'])).toEqual([...twelve.slice(0, 10), 'one', 'two'])
})
