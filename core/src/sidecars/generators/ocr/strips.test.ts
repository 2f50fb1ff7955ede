import { expect, test } from 'vitest'
import type { GreyPage } from './grey-page.ts'
import { cutIntoStrips } from './strips.ts'

const SIZE = 400
const LINE = 20

/** A page of lines, black bars where `isInk` says so. */
function page(isInk: (x: number, line: number) => boolean): GreyPage {
  const data = new Uint8Array(SIZE * SIZE).fill(255)
  for (let y = 0; y < SIZE; y++)
    for (let x = 20; x < SIZE - 20; x++)
      if (y % LINE < LINE / 2 && isInk(x, Math.floor(y / LINE))) data[y * SIZE + x] = 0
  return { data, width: SIZE, height: SIZE }
}

/** Words of different lengths in each line. */
function isWord(x: number, line: number): boolean {
  return (x + line * 7) % (30 + line) > 3
}

test('a page is cut between two lines into halves of the same ink', () => {
  const strips = cutIntoStrips(page(isWord), 2)
  expect(strips).toHaveLength(2)
  const cut = strips[1]!.top
  expect(Math.abs(cut - SIZE / 2)).toBeLessThan(2 * LINE)
  expect(cut % LINE).toBeGreaterThanOrEqual(LINE / 2)
  expect(strips).toEqual([
    { top: 0, height: cut },
    { top: cut, height: SIZE - cut },
  ])
})

test('columns are not cut through', () => {
  const columns = page((x, line) => (x < 190 || x > 210) && isWord(x, line))
  expect(cutIntoStrips(columns, 2)).toEqual([{ top: 0, height: SIZE }])
})

test('a page without blank rows is left whole, and so is an empty one', () => {
  const whole = [{ top: 0, height: SIZE }]
  expect(cutIntoStrips({ data: new Uint8Array(SIZE * SIZE), width: SIZE, height: SIZE }, 2)).toEqual(whole)
  expect(cutIntoStrips({ data: new Uint8Array(SIZE * SIZE).fill(255), width: SIZE, height: SIZE }, 2)).toEqual(whole)
})
