import { expect, test } from 'vitest'
import { boxAt } from './word-box.ts'

const words = ['the', 'cat', 'the', 'end'].map((text, i) => ({
  text,
  box: [i / 10, 0, 0.1, 0.1] as const,
  confidence: 1,
}))

test.each([
  [0, 0],
  [4, 0.1],
  [8, 0.2],
  [13, 0.3],
])('the word at %i has its own box', (at, x) => {
  expect(boxAt('the cat\nthe end', words, [at, at + 1])?.[0]).toBe(x)
})

test('where the words do not say, there is no box', () => {
  expect(boxAt('a dog', words, [2, 5])).toBeNull()
  expect(boxAt('', [], [0, 0])).toBeNull()
})
