import { expect, test } from 'vitest'
import { findFolder, type FolderSize, layoutTreemap } from './treemap-layout.ts'

const file = (path: string, size: number): FolderSize => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  kind: 'file',
  type: 'image',
  size,
  files: 1,
})
const folder = (path: string, children: FolderSize[], rest = { count: 0, size: 0 }): FolderSize => ({
  ...file(
    path,
    children.reduce((sum, { size }) => sum + size, rest.size),
  ),
  kind: 'directory',
  files: children.length + rest.count,
  children,
  rest,
})
const size = { width: 800, height: 600 }

test('the area of a tile is its size', () => {
  const tiles = layoutTreemap(folder('/a', [file('/a/large', 300), file('/a/small', 100)]), size)
  expect(tiles.map(({ node }) => node.name)).toEqual(['large', 'small'])
  const [large, small] = tiles.map(({ height, width }) => height * width)
  expect(large! / small!).toBeCloseTo(3, 1)
  expect((large! + small!) / (size.width * size.height)).toBeGreaterThan(0.99)
})

test('what is too small to be told apart is one tile', () => {
  const tiles = layoutTreemap(folder('/a', [file('/a/b', 90)], { count: 1_204, size: 10 }), size)
  expect(tiles[1]).toMatchObject({ node: { path: '/a' }, rest: { count: 1_204, size: 10 }, top: null })
})

test('a folder is drawn with what is in it, and knows where it belongs', () => {
  const tiles = layoutTreemap(
    folder('/a', [folder('/a/b', [file('/a/b/c', 50), file('/a/b/d', 50)]), file('/a/e', 1)]),
    size,
  )
  expect(tiles.map(({ heading, node, top }) => [node.path, top, heading > 0])).toEqual([
    ['/a/b', '/a/b', true],
    ['/a/b/c', '/a/b', false],
    ['/a/b/d', '/a/b', false],
    ['/a/e', '/a/e', false],
  ])
  const [outer, inner] = tiles
  expect(inner!.y).toBeGreaterThanOrEqual(outer!.y + outer!.heading)
})

test('what nobody could see is counted with the rest', () => {
  const tiny = [file('/a/c', 2), file('/a/d', 1)]
  const tiles = layoutTreemap(folder('/a', [file('/a/b', 100_000), ...tiny], { count: 5, size: 30_000 }), size)
  expect(tiles.map(({ node, rest }) => rest ?? node.name)).toEqual(['b', { count: 7, size: 30_003 }])
})

test('where there is nothing, or no room, nothing is drawn', () => {
  expect(layoutTreemap(folder('/a', []), size)).toEqual([])
  expect(layoutTreemap(folder('/a', [file('/a/b', 1)]), { width: 0, height: 600 })).toEqual([])
})

test('of two thousand nodes none is larger than the map', () => {
  const folders = Array.from({ length: 40 }, (_, i) =>
    folder(
      `/a/${i}`,
      Array.from({ length: 49 }, (__, k) => file(`/a/${i}/${k}`, 1 + ((i * 31 + k * 17) % 97))),
    ),
  )
  const tiles = layoutTreemap(folder('/a', folders), { width: 1_400, height: 900 })
  expect(tiles.length).toBeGreaterThan(1_000)
  for (const { height, width, x, y } of tiles) {
    expect(x + width).toBeLessThanOrEqual(1_400)
    expect(y + height).toBeLessThanOrEqual(900)
  }
})

test('a folder is found in what is known of one above it', () => {
  const inner = folder('/a/b', [file('/a/b/c', 1)])
  const outer = folder('/a', [inner, file('/a/bc', 1)])
  expect(findFolder(outer, '/a/b')).toBe(inner)
  expect(findFolder(outer, '/a/bc')).toBeUndefined()
  expect(findFolder(outer, '/x')).toBeUndefined()
})
