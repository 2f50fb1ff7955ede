import { expect, test } from 'vitest'
import {
  HEADING_HEIGHT,
  layoutTimeline,
  lineOf,
  movedRow,
  rowAfterKey,
  sectionAt,
  topToShow,
  visibleLines,
  yearMarks,
} from './timeline-layout.ts'

const day = (name: string, count: number) => ({ day: name, count, fromFile: 0 })
/** Four columns of 100 pixels, a pitch of 104. */
const sizes = { width: 412, tileSize: 100 }
const layout = layoutTimeline([day('2024-06-01', 6), day('2024-05-01', 1), day('2022-01-01', 9)], sizes)
const from = (row: number | null) => ({ row, page: 3, isRightToLeft: false })

test('every day has its place before a photo is loaded', () => {
  expect([layout.columns, layout.tile, layout.total, layout.lines]).toEqual([4, 100, 16, 9])
  expect(layout.sections.map(({ first, line, top }) => [first, line, top])).toEqual([
    [0, 0, 0],
    [6, 3, 256],
    [7, 5, 408],
  ])
  expect(layout.height).toBe(408 + HEADING_HEIGHT + 3 * 104 + 12)
})

test('a narrow window has three columns, whatever size was wished for', () => {
  expect(layoutTimeline([], { width: 300, tileSize: 320 })).toMatchObject({ columns: 3, tile: 97, height: 0 })
})

test('a row is found by its place, and its place by the row', () => {
  expect(lineOf(layout, 5)).toMatchObject({ first: 4, count: 2, top: HEADING_HEIGHT + 104, index: 2 })
  expect(lineOf(layout, 15)).toMatchObject({ first: 15, count: 1, index: 8 })
  expect(sectionAt(layout, 407)?.day).toBe('2024-05-01')
  expect(sectionAt(layout, 1e9)?.day).toBe('2022-01-01')
})

test('only what is between two places is shown', () => {
  const { lines, sections } = visibleLines(layout, { top: 150, bottom: 300 })
  expect(sections.map((each) => each.day)).toEqual(['2024-06-01', '2024-05-01'])
  expect(lines.map(({ first }) => first)).toEqual([4, 6])
})

test('of a hundred thousand in one day as few are shown', () => {
  const large = layoutTimeline([day('2024-06-01', 100_000)], sizes)
  expect(visibleLines(large, { top: 1_000_000, bottom: 1_000_800 }).lines).toHaveLength(8)
})

test('keys go along the line and across days, keeping the column where there is one', () => {
  expect(rowAfterKey(layout, 'ArrowRight', from(5))).toBe(6)
  expect(rowAfterKey(layout, 'ArrowDown', from(1))).toBe(5)
  expect(rowAfterKey(layout, 'ArrowDown', from(3))).toBe(5)
  expect(rowAfterKey(layout, 'ArrowDown', from(5))).toBe(6)
  expect(rowAfterKey(layout, 'ArrowUp', from(8))).toBe(6)
  expect(rowAfterKey(layout, 'ArrowUp', from(2))).toBe(2)
  expect(rowAfterKey(layout, 'ArrowDown', from(15))).toBe(15)
  expect(rowAfterKey(layout, 'PageDown', from(0))).toBe(6)
  expect(rowAfterKey(layout, 'End', from(null))).toBe(15)
  expect(rowAfterKey(layout, 'ArrowDown', from(null))).toBe(0)
  expect(rowAfterKey(layout, 'x', from(0))).toBeNull()
  expect(rowAfterKey(layout, 'ArrowLeft', { ...from(0), isRightToLeft: true })).toBe(1)
})

test('a row is shown below the heading that stays', () => {
  expect(topToShow(layout, 4, { top: 120, viewport: 300 })).toBe(104)
  expect(topToShow(layout, 0, { top: 0, viewport: 300 })).toBeNull()
  expect(topToShow(layout, 15, { top: 0, viewport: 300 })).toBe(408 + HEADING_HEIGHT + 3 * 104 - 300)
})

test('what is new moves a row on, and what is gone leaves the next in its place', () => {
  const more = layoutTimeline([day('2024-07-01', 2), day('2024-06-01', 8), day('2022-01-01', 9)], sizes)
  expect(movedRow(layout, more, 5)).toBe(9)
  expect(movedRow(layout, more, 15)).toBe(18)
  expect(movedRow(layout, layoutTimeline([day('2024-06-01', 2)], sizes), 0)).toBe(0)
  expect(movedRow(layout, layoutTimeline([], sizes), 0)).toBeNull()
})

test('years stand where they begin, as many as there is room for', () => {
  expect(yearMarks(layout, 0).map(({ year }) => year)).toEqual(['2024', '2022'])
  expect(yearMarks(layout, 0.9).map(({ year }) => year)).toEqual(['2024'])
})
