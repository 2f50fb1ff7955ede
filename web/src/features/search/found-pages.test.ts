import type { SearchItem, Thumb } from '@spacedrive/core/domain'
import { expect, test } from 'vitest'
import { firstPageOf, PAGE_ROWS, pagesIn, reachable, withPage, withThumbs } from './found-pages.ts'

const first: { total: number; cursor: string | null } = { total: 1_000, cursor: 'one' }

test('one page more than is known can be scrolled to, and is asked for when it is seen', () => {
  const found = firstPageOf(null, { key: 'a', answer: first, known: undefined })
  expect(reachable(found)).toBe(2 * PAGE_ROWS)
  expect(pagesIn(found, { first: 0, last: PAGE_ROWS - 1 })).toEqual([])
  expect(pagesIn(found, { first: PAGE_ROWS - 1, last: PAGE_ROWS + 1 })).toEqual([1])
  const grown = withPage(found, 1, { total: 1_000, cursor: 'two' })
  expect(grown.cursors).toEqual([undefined, 'one', 'two'])
  expect(reachable(grown)).toBe(3 * PAGE_ROWS)
  expect(pagesIn(grown, { first: PAGE_ROWS, last: 900 })).toEqual([1, 2])
})

test('behind the last page there is nothing, and no more rows than there are', () => {
  const found = firstPageOf(null, { key: 'a', answer: { ...first, total: 61 }, known: undefined })
  const grown = withPage(found, 1, { total: 61, cursor: null })
  expect(reachable(grown)).toBe(61)
  expect(withPage(grown, 1, { total: 61, cursor: null })).toBe(grown)
})

test('the same search that is answered anew keeps where its pages begin; another one does not', () => {
  const found = withPage(firstPageOf(null, { key: 'a', answer: first, known: undefined }), 1, {
    total: 1_000,
    cursor: 'two',
  })
  const again = firstPageOf(found, { key: 'a', answer: { total: 999, cursor: 'uno' }, known: undefined })
  expect(again.cursors).toEqual([undefined, 'uno', 'two'])
  expect(firstPageOf(found, { key: 'b', answer: first, known: undefined }).cursors).toEqual([undefined, 'one'])
  expect(firstPageOf(null, { key: 'a', answer: first, known: found.cursors }).cursors).toEqual(found.cursors)
})

test('what was found gets the thumbnails that are new, and an answer without any stays the same', () => {
  const [some, other] = ['a', 'b'].map((contentId) => ({ contentId, thumb: { state: 'pending' } }) as SearchItem)
  const answer = { total: 2, items: [some!, other!] }
  const ready = { state: 'ready' } as Thumb
  const { items, total } = withThumbs(answer, new Map([[some!.contentId!, ready]]))
  expect(total).toBe(2)
  expect(items.map(({ thumb }) => thumb?.state)).toEqual(['ready', 'pending'])
  expect(withThumbs(answer, new Map())).toBe(answer)
})
