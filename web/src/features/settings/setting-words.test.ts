import { expect, test } from 'vitest'
import { settingWords } from './setting-words.ts'

test.each([
  ['size of a log, in bytes', { name: 'Size of a log', rest: 'In bytes' }],
  ['port of the explorer; 0: any', { name: 'Port of the explorer', rest: '0: any' }],
  ['ask the router (UPnP)', { name: 'Ask the router', rest: '(UPnP)' }],
  ['notice changes at once', { name: 'Notice changes at once', rest: '' }],
  ['größe eines Protokolls, in Bytes', { name: 'Größe eines Protokolls', rest: 'In Bytes' }],
  ['', { name: '', rest: '' }],
])('%j names a setting', (summary, words) => {
  expect(settingWords(summary)).toEqual(words)
})
