// @vitest-environment happy-dom
import { show } from '../../../testing/page.tsx'
import { act, renderHook, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { aFile, aFolder, contentId, libraryId } from '../../../testing/things.ts'
import { Thumbnail } from '../../ui/index.ts'
import { crumbsThatFit } from './path-bar.tsx'
import { Tile } from './tile.tsx'
import { useTileGrid } from './tile-lines.tsx'
import { nameInTwoLines } from './tile-name.tsx'

test.each([320, 390, 1_000, 1_207, 2_560])('tiles fill a view of %i pixels, 12 apart', (width) => {
  const { result } = renderHook(() => useTileGrid(144, 50))
  act(() => result.current.setWidth(width))
  const { columns, lineHeight, size, xOf } = result.current
  // On a narrow window two tiles stand side by side, if they are nearly as large.
  expect(size).toBeGreaterThanOrEqual(width === 320 ? 142 : 144)
  for (let column = 1; column < columns; column++) expect(xOf(column) - xOf(column - 1) - size).toBe(12)
  // No room is left for another pixel of each tile.
  const end = xOf(columns - 1) + size
  expect(end).toBeLessThanOrEqual(width - 12)
  expect(end).toBeGreaterThan(width - 12 - columns)
  expect(lineHeight - size).toBe(52)
})

test('a tile is at most half as large again as was asked for, wherever two of 120 pixels have room', () => {
  for (const least of [80, 144, 240, 320])
    for (let width = 280; width <= 2_000; width += 7) {
      const { result, unmount } = renderHook(() => useTileGrid(least, 50))
      act(() => result.current.setWidth(width))
      const { columns, size } = result.current
      // A single tile stands alone because no second one has room.
      const most = columns > 1 ? 1.5 * least + 12 : Math.max(least, 2 * 120 + 12)
      expect({ least, width, size, isInBounds: size <= most }).toMatchObject({ isInBounds: true })
      unmount()
    }
})

test('a tile of a view that is not measured yet has the size that was asked for', () => {
  const { result } = renderHook(() => useTileGrid(144, 5))
  expect([result.current.size, result.current.columns, result.current.lines]).toEqual([144, 1, 5])
})

test('a place of a line is in one column', () => {
  const { result } = renderHook(() => useTileGrid(100, 50))
  act(() => result.current.setWidth(1_000))
  const { columnAt, columns, size, xOf } = result.current
  for (let column = 0; column < columns; column++) {
    expect(columnAt(xOf(column))).toBe(column)
    expect(columnAt(xOf(column) + size - 1)).toBe(column)
  }
})

test.each([
  ['short.txt', 'short.txt'],
  ['exactly as long as two lines.txt', 'exactly as long as two lines.txt'],
  ['a very long name of a letter to somebody far away.txt', 'a very long name of a le…way.txt'],
  ['no extension but a very very very long name', 'no extension but a very very…ame'],
])('the name %j is shown as %j in two lines of 17', (name, shown) => {
  expect(nameInTwoLines(name, 17)).toBe(shown)
})

test('a name is never cut within a character', () => {
  const name = `${'🎈'.repeat(40)}.txt`
  for (let perLine = 8; perLine < 20; perLine++) expect(nameInTwoLines(name, perLine).isWellFormed()).toBe(true)
})

const tile = {
  row: 0,
  column: 0,
  x: 0,
  size: 144,
  library: null,
  isChosen: false,
  isTabStop: true,
  isFaded: false,
  isLater: false,
  hasContents: false,
}

test('a folder says how many things are in it, a file does not', async () => {
  await show(<Tile {...tile} entry={aFolder('/p/box', { childCount: 12 })} />)
  expect(screen.getByText('12 items')).toBeTruthy()
  await show(<Tile {...tile} entry={aFile('/p/a.txt')} />)
  expect(screen.queryAllByText(/item/)).toHaveLength(1)
})

test('a name that is cut is read and pointed at whole', async () => {
  const name = 'a very long name of a letter to somebody who lives very far away from here.txt'
  await show(<Tile {...tile} entry={aFile(`/p/${name}`)} />)
  expect(screen.getByText(name).className).toBe('sr-only')
  expect(screen.getByTitle(name)).toBeTruthy()
})

test('a name breaks before its extension, never within it', async () => {
  await show(<Tile {...tile} entry={aFile('/p/broad-bodied-chaser.avi')} />)
  const extension = screen.getByText('.avi')
  expect(extension.className).toBe('whitespace-nowrap')
  expect(extension.previousElementSibling?.tagName).toBe('WBR')
})

const thumb = { state: 'ready' as const, version: '1', ready: ['grid@1x'], hash: null, width: 100, height: 140 }

test.each([
  ['text', 20, 0],
  ['text', 95, 0],
  ['text', 96, 1],
  ['code', 40, 0],
  ['image', 20, 1],
  ['video', 20, 1],
] as const)('a picture of the type %s in %i pixels: %i', async (type, size, pictures) => {
  const entry = aFile('/p/a', { type, contentId: contentId(1), thumb: thumb as never })
  await show(<Thumbnail entry={entry} library={libraryId(1)} size={size} />)
  expect(document.querySelectorAll('img')).toHaveLength(pictures)
  expect(document.querySelectorAll('svg').length).toBe(1)
})

test.each([
  [['Papers', '2024', 'March'], 800, 3],
  [['Papers', '2024', 'March'], 200, 1],
  [['Papers and letters', '2024', 'March'], 270, 2],
  [['A very long name of a folder in which there are papers', 'b', 'c'], 400, 2],
  [['x'.repeat(300)], 400, 1],
])('of the folders %j there is room for some in %i pixels: %i', (names, width, count) => {
  expect(crumbsThatFit(names, width)).toBe(count)
})
