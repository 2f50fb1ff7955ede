import { expect, test } from 'vitest'
import { readSearchSearch } from './search-search.ts'

test('an address is read as it was written, whatever the router made of its values', () => {
  expect(
    readSearchSearch({ q: 2024, type: ['image', 'folder'], ext: 'pdf', size: '>1MB', hidden: true, sort: 'size' }),
  ).toEqual({ q: '2024', type: ['image', 'folder'], ext: ['pdf'], size: '>1MB', hidden: true, sort: 'size' })
})

test('what makes no sense in an address is passed over', () => {
  expect(readSearchSearch({ q: null, type: [], sort: 'colour', view: 'cube', hidden: 'perhaps', other: 1 })).toEqual({})
})
