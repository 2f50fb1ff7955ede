import { expect, test } from 'vitest'
import { leadIn } from './lead-in.ts'

const shown = (text: string, word: string, before: number) => {
  const at = text.indexOf(word)
  const { offset, text: rest } = leadIn(text, [[at, at + word.length]], before)
  expect(text.slice(offset)).toBe(rest)
  return rest
}

test('a match near the beginning leaves the text as it is', () => {
  expect(shown('the whale sang', 'whale', 12)).toBe('the whale sang')
  expect(leadIn('no match', [], 12)).toEqual({ text: 'no match', offset: 0 })
})

test('a later match has at most so many letters before it, from the beginning of a word', () => {
  expect(shown('it was late when the whale sang', 'whale', 12)).toBe('when the whale sang')
  expect(shown('it was late when the whale sang', 'whale', 5)).toBe('the whale sang')
  expect(shown('an-unbroken-word-before-whale', 'whale', 3)).toBe('re-whale')
})

test('a text without spaces is cut between characters', () => {
  // The family is one character of eleven code units.
  expect(shown('一二三👩‍👩‍👧‍👦五六鯨', '鯨', 4)).toBe('五六鯨')
  expect(shown('が'.normalize('NFD').repeat(4) + '鯨', '鯨', 3)).toBe(`${'が'.normalize('NFD')}鯨`)
})
