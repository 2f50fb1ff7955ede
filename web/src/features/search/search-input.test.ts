import { expect, test } from 'vitest'
import { activeFilters, searchInput } from './search-input.ts'

test('without words and filters nothing is asked', () => {
  expect(searchInput({})).toBeNull()
  expect(searchInput({ q: '  ', names: true, meaning: true })).toBeNull()
})

test('a filter alone is a search, without texts', () => {
  expect(searchInput({ size: '>1GB' })).toEqual({
    query: '',
    type: [],
    ext: [],
    location: [],
    size: '>1GB',
    content: false,
    semantic: false,
    sort: 'relevance',
  })
})

test('names and texts are searched, until names alone are wanted', () => {
  expect(searchInput({ q: 'tax' })).toMatchObject({ content: true, semantic: false })
  expect(searchInput({ q: 'tax', names: true, meaning: true })).toMatchObject({ content: false, semantic: true })
})

test('sizes begin with the largest and names with A, or the other way round', () => {
  expect(searchInput({ q: 'a', sort: 'size' })).toMatchObject({ sort: 'size', order: 'desc' })
  expect(searchInput({ q: 'a', sort: 'size', reverse: true })).toMatchObject({ order: 'asc' })
  expect(searchInput({ q: 'a', sort: 'name' })).toMatchObject({ order: 'asc' })
  expect(searchInput({ q: 'a', reverse: true })).not.toHaveProperty('order')
})

test('filters are told in their order', () => {
  expect(activeFilters({ hidden: true, q: 'x', type: ['image'], sort: 'name' })).toEqual(['type', 'hidden'])
})
