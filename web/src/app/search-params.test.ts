import { defaultParseSearch, defaultStringifySearch } from '@tanstack/react-router'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BrowseSearch, readBrowseSearch, sorts, views } from '../features/browse/browse-search.ts'
import { flagOf, listOf, oneOf, textOf } from './search-params.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const state: fc.Arbitrary<BrowseSearch> = fc.record(
  {
    path: fc.oneof(text, fc.constantFrom('/home', '7', 'true', 'null', '[1,2]', '{"a":1}', 'base64:L/8=')),
    sel: text,
    view: fc.constantFrom(...views),
    sort: fc.constantFrom(...sorts),
    only: fc.constantFrom('image' as const, 'video' as const),
    reverse: fc.constant(true as const),
    all: fc.constant(true as const),
    inspector: fc.constant(true as const),
    preview: fc.constant(true as const),
  },
  { requiredKeys: [] },
)

test('what a page writes into its address it reads again, whatever the names in it', () => {
  fc.assert(
    fc.property(state, (search) => {
      expect(readBrowseSearch(defaultParseSearch(defaultStringifySearch(search)))).toEqual(search)
    }),
  )
})

test('an address that somebody made up is read without an error, and never as a value that does not exist', () => {
  const anything = fc.dictionary(
    fc.constantFrom('path', 'sel', 'view', 'sort', 'only', 'reverse', 'all', 'inspector', 'preview', '__proto__'),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(anything, (search) => {
      const { all, inspector, only, path, preview, reverse, sel, sort, view } = readBrowseSearch(search)
      expect([path, sel].every((value) => value === undefined || typeof value === 'string')).toBe(true)
      expect([undefined, true]).toEqual(expect.arrayContaining([all, inspector, preview, reverse]))
      expect([undefined, ...views]).toContain(view)
      expect([undefined, ...sorts]).toContain(sort)
      expect([undefined, 'image', 'video']).toContain(only)
    }),
  )
})

test('a text that reads as a number, a list or an object stays the text that it was', () => {
  expect(textOf({ path: 2024 }, 'path')).toEqual({ path: '2024' })
  expect(textOf({ path: [1, 2] }, 'path')).toEqual({ path: '[1,2]' })
  expect(textOf({ path: null }, 'path')).toEqual({})
  expect(textOf({}, 'path')).toEqual({})
})

test('a list may be one value alone; empty texts are left out', () => {
  expect(listOf({ in: ['/a', '/b'] }, 'in')).toEqual({ in: ['/a', '/b'] })
  expect(listOf({ in: '/a' }, 'in')).toEqual({ in: ['/a'] })
  expect(listOf({ in: 2024 }, 'in')).toEqual({ in: ['2024'] })
  expect(listOf({ in: ['', ''] }, 'in')).toEqual({})
  expect(listOf({ in: [] }, 'in')).toEqual({})
})

test('a choice is one of its values, and a flag is set or absent', () => {
  expect(oneOf({ view: 'grid' }, 'view', views)).toEqual({ view: 'grid' })
  expect(oneOf({ view: 'cube' }, 'view', views)).toEqual({})
  for (const value of [true, 1, 'true']) expect(flagOf({ all: value }, 'all')).toEqual({ all: true })
  for (const value of [false, 0, 'false', 'yes', null, []]) expect(flagOf({ all: value }, 'all')).toEqual({})
})
