import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry } from '@spacedrive/core/domain'
import { aFile, aFolder } from '../../../testing/things.ts'
import { everything, nothing, only, toggled, withRows } from './selection.ts'
import { selectionSize } from './selection-size.ts'

const entry = fc.oneof(
  fc.nat(5_000).map((size) => aFile('/p/a.txt', { size })),
  fc.nat(5_000).map((totalSize) => aFolder('/p/a', { totalSize })),
)
const rows = fc.array(entry, { minLength: 1, maxLength: 30 })
const listingOf = (entries: readonly (Entry | undefined)[]) => ({ entryAt: (row: number) => entries[row] })

test('the size of what is chosen is the sum of its files and folders', () => {
  fc.assert(
    fc.property(rows, fc.array(fc.nat(29)), (entries, picked) => {
      const chosen = new Set(picked.filter((row) => row < entries.length))
      const selection = [...chosen].reduce((all, row) => withRows(all, { first: row, last: row }), nothing)
      const expected = [...chosen].reduce((sum, row) => sum + (entries[row]!.totalSize ?? entries[row]!.size), 0)
      expect(selectionSize(selection, listingOf(entries), null)).toBe(expected)
    }),
  )
})

test('a row that is not loaded, and a folder that is not counted, leave the size unknown', () => {
  const [a, folder] = [aFile('/p/a.txt'), aFolder('/p/f')]
  expect(selectionSize(only({ first: 0, last: 1 }), listingOf([a]), 9_000)).toBeNull()
  expect(selectionSize(only({ first: 0, last: 1 }), listingOf([a, folder]), 9_000)).toBeNull()
  expect(selectionSize(only({ first: 0, last: 0 }), listingOf([a, folder]), 9_000)).toBe(1_000)
})

test('all of a folder is as large as the folder; all but a row is not summed up', () => {
  expect(selectionSize(everything, listingOf([]), 9_000)).toBe(9_000)
  expect(selectionSize(everything, listingOf([]), null)).toBeNull()
  expect(selectionSize(toggled(everything, 3), listingOf([]), 9_000)).toBeNull()
})

test('a selection of thousands is not summed up row by row', () => {
  let asked = 0
  const listing = { entryAt: () => (asked++, aFile('/p/a.txt')) }
  expect(selectionSize(only({ first: 0, last: 1_999 }), listing, null)).toBe(2_000_000)
  expect(selectionSize(only({ first: 0, last: 2_000 }), listing, null)).toBeNull()
  expect(asked).toBe(2_000)
})
