import type { SearchItem } from '@spacedrive/core/domain'
import { expect, test } from 'vitest'
import { aFolder, aResult } from '../../../testing/things.ts'
import { placeAmongFiles, rowAround } from './found-around.ts'

/** `d`: a folder, `f`: a file, `.`: not loaded. */
function found(rows: string, row: number) {
  const items = Array.from(rows, (kind, i): SearchItem | undefined =>
    kind === '.' ? undefined : { ...aResult(`/p/${i}`), ...(kind === 'd' && aFolder(`/p/${i}`)) },
  )
  return { entryAt: (at: number) => items[at], row, rows: rows.length }
}

test('the files after and before a file leave out the folders between them', () => {
  const rows = found('fdffdf', 2)
  expect([-2, -1, 0, 1, 2, 3].map((offset) => rowAround(rows, offset))).toEqual([null, 0, 2, 3, 5, null])
})

test('beside a folder are the other folders', () => {
  expect([-1, 1].map((offset) => rowAround(found('dffd', 0), offset))).toEqual([null, 3])
})

test('what is not loaded ends the way', () => {
  expect(rowAround(found('f.f', 0), 1)).toBeNull()
  expect(placeAmongFiles(found('f.f', 0))).toBeNull()
})

test('a file is counted among the files, a folder among the folders', () => {
  expect(placeAmongFiles(found('fdffdf', 3))).toEqual({ index: 3, total: 4 })
  expect(placeAmongFiles(found('fdffdf', 4))).toEqual({ index: 2, total: 2 })
})
