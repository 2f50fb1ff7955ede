import { expect, test } from 'vitest'
import { fileTypes } from '../../../domain/stored-lists.ts'
import { parsePattern } from '../pattern.ts'
import { fileTypeTable } from './index.ts'

const ids = new Set(fileTypeTable.map((definition) => definition.id))

test('the table knows more than 230 types of all kinds but the unknown', () => {
  expect(fileTypeTable.length).toBeGreaterThan(230)
  const kinds = new Set<string>(fileTypeTable.map((definition) => definition.category))
  expect(fileTypes.filter((type) => !kinds.has(type))).toEqual(['unknown'])
})

test('every id is there once', () => {
  expect(ids.size).toBe(fileTypeTable.length)
})

test('every parent is in the table', () => {
  const parents = fileTypeTable.flatMap((definition) => definition.parent ?? [])
  expect(parents.filter((parent) => !ids.has(parent))).toEqual([])
})

test('a family of several is named after one of them', () => {
  const families = fileTypeTable.map((definition) => definition.family).filter((family) => family !== 'any')
  expect(families.filter((family) => !ids.has(family))).toEqual([])
})

test('extensions and names are in lower case, without a dot before the extension', () => {
  const words = fileTypeTable.flatMap(({ extensions, names }) => [...extensions, ...names])
  expect(words.filter((word) => word !== word.toLowerCase() || word === '')).toEqual([])
  expect(fileTypeTable.flatMap(({ extensions }) => extensions).filter((each) => each.startsWith('.'))).toEqual([])
})

test('every pattern is understood and pins down a byte', () => {
  const patterns = fileTypeTable.flatMap((definition) => definition.magic)
  expect(patterns.filter((source) => parsePattern(source).specificity === 0)).toEqual([])
})
