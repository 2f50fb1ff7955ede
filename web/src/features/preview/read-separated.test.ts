import { describe, expect, test } from 'vitest'
import { columnLetters, columnWidths } from './column-widths.ts'
import { MAX_TABLE_COLUMNS, MAX_TABLE_ROWS, readSeparated, separatorOf } from './read-separated.ts'

describe('separatorOf', () => {
  test.each([
    ['a,b\n1,2', ','],
    ['a;b\n"1,5";"2,5"', ';'],
    ['a\tb\n1\t2', '\t'],
    ['a|b|c\n1|2|3', '|'],
    ['one column\nonly', ','],
  ])('of %j is %j', (text, separator) => {
    expect(separatorOf(text)).toBe(separator)
  })

  test('looks at the first lines only', () => {
    expect(separatorOf(`${'a,b\n'.repeat(20)}${';'.repeat(1_000)}`)).toBe(',')
  })
})

describe('readSeparated', () => {
  test('the first line has the headings, and quotes keep separators and lines together', () => {
    expect(readSeparated('name,note\n"Ahab","a, b\nc"\nIshmael,', 'csv')).toEqual({
      headings: ['name', 'note'],
      rows: [
        ['Ahab', 'a, b\nc'],
        ['Ishmael', ''],
      ],
      columnCount: 2,
      isCut: false,
    })
  })

  test('the extension decides for tabs, however many commas there are', () => {
    expect(readSeparated('a,b\tc\n1,2\t3', 'tsv').rows).toEqual([['1,2', '3']])
  })

  test('a byte-order mark is no part of the first heading', () => {
    expect(readSeparated('\uFEFFid,x\n1,2', 'csv').headings).toEqual(['id', 'x'])
  })

  test('a longer row makes the table wider, and an empty text is an empty table', () => {
    expect(readSeparated('a\n1,2,3', 'csv').columnCount).toBe(3)
    expect(readSeparated('', 'csv')).toEqual({ headings: [], rows: [], columnCount: 0, isCut: false })
  })

  test('rows and columns beyond the limits are left out, and the table says so', () => {
    const long = readSeparated(`a,b\n${'1,2\n'.repeat(MAX_TABLE_ROWS + 5)}`, 'csv')
    expect([long.rows.length, long.isCut]).toEqual([MAX_TABLE_ROWS, true])
    const wide = readSeparated(`${'a,'.repeat(MAX_TABLE_COLUMNS + 5)}a\n1`, 'csv')
    expect([wide.columnCount, wide.isCut]).toEqual([MAX_TABLE_COLUMNS, true])
  })
})

test('columns are as wide as their longest cell, within limits', () => {
  expect(columnWidths([['id', 'x'.repeat(20), 'y'.repeat(500)], ['1']], 3)).toEqual([56, 170, 360])
})

test.each([
  [0, 'A'],
  [25, 'Z'],
  [26, 'AA'],
  [701, 'ZZ'],
  [702, 'AAA'],
])('column %i is called %s', (column, letters) => {
  expect(columnLetters(column)).toBe(letters)
})
