import { expect, test } from 'vitest'
import { type Known, reconcile } from './reconcile.ts'

function file(name: string, object: number, nlink = 1): Known {
  return { name, kind: 0, object, nlink, birthtime: null }
}
function summary(rows: Known[], listing: Known[]) {
  const { kept, renamed, added, removed } = reconcile(rows, listing)
  return {
    kept: kept.map(({ found }) => found.name),
    renamed: renamed.map(({ row, found }) => `${row.name} → ${found.name}`),
    added: added.map((found) => found.name),
    removed: removed.map((row) => row.name),
  }
}

test('a new name with a known inode whose old name is gone is a rename', () => {
  expect(summary([file('a', 1), file('b', 2)], [file('c', 1), file('b', 2)])).toEqual({
    kept: ['b'],
    renamed: ['a → c'],
    added: [],
    removed: [],
  })
})

test('a file saved by renaming a new one over it stays the same file', () => {
  expect(summary([file('a', 1)], [file('a', 9)])).toEqual({ kept: ['a'], renamed: [], added: [], removed: [] })
})

test('a file saved through an indexed temporary file stays the same file, and the temporary one is gone', () => {
  expect(summary([file('a', 1), file('.a.tmp', 2)], [file('a', 2)])).toEqual({
    kept: ['a'],
    renamed: [],
    added: [],
    removed: ['.a.tmp'],
  })
})

test('a backup made by renaming the old file away does not take its identity', () => {
  expect(summary([file('a', 1)], [file('a~', 1), file('a', 2)])).toEqual({
    kept: ['a'],
    renamed: [],
    added: ['a~'],
    removed: [],
  })
})

test('two files that changed places keep their identities', () => {
  expect(summary([file('a', 1), file('b', 2)], [file('a', 2), file('b', 1)])).toEqual({
    kept: [],
    renamed: ['b → a', 'a → b'],
    added: [],
    removed: [],
  })
})

test('a hard link is never taken for a rename', () => {
  expect(summary([file('a', 1, 2)], [file('b', 1, 2)])).toEqual({ kept: [], renamed: [], added: ['b'], removed: ['a'] })
})

test('a folder in the place of a file is another thing', () => {
  expect(summary([file('a', 1)], [{ name: 'a', kind: 1, object: 2, nlink: 2, birthtime: null }])).toEqual({
    kept: [],
    renamed: [],
    added: ['a'],
    removed: ['a'],
  })
})

test('a renamed folder keeps its identity', () => {
  const folder = (name: string) => ({ name, kind: 1, object: 7, nlink: 4, birthtime: null })
  expect(summary([folder('old')], [folder('new')]).renamed).toEqual(['old → new'])
})
