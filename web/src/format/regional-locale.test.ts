import { expect, test } from 'vitest'
import { makeFormat, regionalLocale } from './use-format.ts'

test.each([
  ['en', ['en-GB', 'en-US'], 'en-GB'],
  ['en', ['de-AT', 'en-AU'], 'en-AU'],
  ['de', ['de-CH'], 'de-CH'],
  ['de', ['en-US'], 'de'],
  ['en', [], 'en'],
])('a page in %s of a browser with %j writes numbers as in %s', (page, languages, region) => {
  expect(regionalLocale(page, languages)).toBe(region)
})

test('dates and numbers are written as the region writes them', () => {
  const iso = '2019-05-01T10:00:00Z'
  expect([makeFormat('en-GB').date(iso), makeFormat('en-US').date(iso)]).toEqual(['1 May 2019', 'May 1, 2019'])
  expect([makeFormat('de').count(1_204), makeFormat('en').count(1_204)]).toEqual(['1.204', '1,204'])
})
