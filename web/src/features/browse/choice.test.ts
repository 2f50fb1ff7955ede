import { expect, test } from 'vitest'
import { choose, chooseForMenu, noChoice, rowAfterKey } from './choice.ts'
import { isChosen } from './selection.ts'

const list = { total: 100, columns: 1, lines: 10, isRightToLeft: false }
const grid = { total: 23, columns: 5, lines: 3, isRightToLeft: false }

test('a range goes from where it began, whichever way', () => {
  const ten = choose(noChoice, 10, 'only')
  const down = choose(ten, 12, 'extend')
  const up = choose(down, 8, 'extend')
  expect([down.selection.spans, up.selection.spans]).toEqual([[{ first: 10, last: 12 }], [{ first: 8, last: 10 }]])
  expect(up.active).toBe(8)
})

test('a menu is about what is chosen, or chooses what is below the pointer', () => {
  const two = choose(choose(noChoice, 1, 'only'), 3, 'toggle')
  expect(isChosen(chooseForMenu(two, 1).selection, 3)).toBe(true)
  expect(isChosen(chooseForMenu(two, 2).selection, 3)).toBe(false)
})

test('keys go by lines and pages, and stop at both ends', () => {
  const after = (key: string, from: number | null) => rowAfterKey(key, from, list)
  expect([after('ArrowDown', null), after('ArrowDown', 4), after('ArrowUp', 0), after('ArrowDown', 99)]).toEqual([
    0, 5, 0, 99,
  ])
  expect([after('PageDown', 4), after('PageDown', 95), after('PageUp', 3), after('Home', 50), after('End', 1)]).toEqual(
    [13, 99, 0, 0, 99],
  )
  expect([after('ArrowRight', 4), after('x', 4)]).toEqual([null, null])
})

test('among tiles keys go to all four sides', () => {
  const after = (key: string, from: number) => rowAfterKey(key, from, grid)
  expect([after('ArrowRight', 4), after('ArrowLeft', 5), after('ArrowUp', 7), after('ArrowUp', 2)]).toEqual([
    5, 4, 2, 2,
  ])
  // The last line is not full: below its gap is its last tile.
  expect([after('ArrowDown', 13), after('ArrowDown', 19), after('ArrowDown', 21)]).toEqual([18, 22, 21])
  expect(rowAfterKey('ArrowLeft', 4, { ...grid, isRightToLeft: true })).toBe(5)
})
