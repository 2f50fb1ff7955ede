import { expect, test } from 'vitest'
import { settingWords } from './setting-words.ts'

test.each([
  ['size of a log: in bytes; 0: any', { name: 'Size of a log', rest: 'In bytes; 0: any' }],
  ['prefix of texts: such as "passage: "', { name: 'Prefix of texts', rest: 'Such as "passage: "' }],
  ['größe: in Bytes', { name: 'Größe', rest: 'In Bytes' }],
  ['notice changes', { name: 'Notice changes', rest: '' }],
  ['', { name: '', rest: '' }],
])('%j names a setting', (summary, words) => {
  expect(settingWords(summary)).toEqual(words)
})
