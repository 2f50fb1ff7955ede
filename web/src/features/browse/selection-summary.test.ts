// @vitest-environment happy-dom
// oxlint-disable-next-line import/no-unassigned-import
import '../../../testing/browser.ts'
import { expect, test } from 'vitest'
import { aFile, aFolder } from '../../../testing/things.ts'
import { summaryOf } from './selection-summary.ts'

test('selected entries are added up by kind, the largest first', () => {
  const entries = [
    aFile('/p/a.jpg', { size: 10, type: 'image' }),
    aFile('/p/b.png', { size: 20, type: 'image' }),
    aFile('/p/c.mp4', { size: 500, type: 'video' }),
    aFolder('/p/d', { totalSize: 100 }),
  ]
  expect(summaryOf(entries)).toEqual({
    files: 3,
    folders: 1,
    bytes: 630,
    isAtLeast: false,
    kinds: [
      { kind: 'video', count: 1, bytes: 500 },
      { kind: 'folder', count: 1, bytes: 100 },
      { kind: 'image', count: 2, bytes: 30 },
    ],
  })
})

test('a folder whose size is not known makes the sum a lower limit', () => {
  expect(summaryOf([aFolder('/p/d', { totalSize: null }), aFile('/p/a', { size: 1 })])).toMatchObject({
    bytes: 1,
    isAtLeast: true,
  })
})

test('an empty selection is nothing', () => {
  expect(summaryOf([])).toEqual({ files: 0, folders: 0, bytes: 0, isAtLeast: false, kinds: [] })
})
