import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  countChosen,
  everything,
  isChosen,
  moved,
  nothing,
  only,
  type Selection,
  toggled,
  withoutRows,
  withRows,
} from './selection.ts'

const TOTAL = 40
const row = fc.nat({ max: TOTAL - 1 })
const span = fc.tuple(row, row).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }))
const step = fc.oneof(
  span.map((rows) => ({ name: 'add', rows }) as const),
  span.map((rows) => ({ name: 'remove', rows }) as const),
  row.map((first) => ({ name: 'toggle', rows: { first, last: first } }) as const),
  fc.constant({ name: 'all', rows: { first: 0, last: TOTAL - 1 } } as const),
  fc.constant({ name: 'none', rows: { first: 0, last: TOTAL - 1 } } as const),
)

test('a selection holds what a plain set would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let selection: Selection = nothing
      const set = new Set<number>()
      for (const { name, rows } of steps) {
        selection = applied(selection, name, rows)
        for (let i = rows.first; i <= rows.last; i++) {
          const isIn = name === 'add' || name === 'all' || (name === 'toggle' && !set.has(i))
          if (isIn) set.add(i)
          else set.delete(i)
        }
      }
      const chosen = Array.from({ length: TOTAL }, (_, i) => i).filter((i) => isChosen(selection, i))
      expect(chosen).toEqual([...set].toSorted((a, b) => a - b))
      expect(countChosen(selection, TOTAL)).toBe(set.size)
    }),
  )
})

function applied(
  selection: Selection,
  name: 'add' | 'remove' | 'toggle' | 'all' | 'none',
  rows: { first: number; last: number },
): Selection {
  if (name === 'all') return everything
  if (name === 'none') return nothing
  if (name === 'toggle') return toggled(selection, rows.first)
  return name === 'add' ? withRows(selection, rows) : withoutRows(selection, rows)
}

test('everything but some rows stays that when rows come', () => {
  const selection = toggled(everything, 3)
  expect([countChosen(selection, 10), countChosen(selection, 12)]).toEqual([9, 11])
})

test('a selection goes with its rows', () => {
  const selection = only({ first: 2, last: 5 }, { first: 8, last: 8 }, { first: 11, last: 11 })
  const rowAfter = new Map([
    [2, 3],
    [5, 7],
    [8, 10],
    [11, null],
  ])
  expect(moved(selection, rowAfter).spans).toEqual([
    { first: 3, last: 7 },
    { first: 10, last: 10 },
  ])
})
