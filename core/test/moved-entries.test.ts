import { basename, join } from 'node:path'
import { renameSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'

interface Move {
  readonly id: string
  readonly from: string
  readonly to: string
}

/** The moves that events tell from now on, with paths from the root of the test. */
function listen(t: TestCore): Move[] {
  const moves: Move[] = []
  const below = (path: string) => path.slice(t.root.length + 1)
  t.core.events.subscribe((event) => {
    if (event.type !== 'entry.moved') return
    const { entryId: id, from, to } = event.data
    moves.push({ id, from: below(from), to: below(to) })
  })
  return moves
}

async function idOf(t: TestCore, path: string): Promise<string> {
  const info = await t.library.files.info(t.path(path), new AbortController().signal)
  return info.id!
}

async function rescan(t: TestCore): Promise<void> {
  const [location] = await t.library.locations.list()
  await t.library.locations.rescan({ location: location!.id, force: true })
  await t.settle()
}

test('a renamed file is told with its former path and its new one', async () => {
  await using t = await createTestCore()
  t.write('folder/a.txt')
  await t.add()
  const id = await idOf(t, 'folder/a.txt')
  const moves = listen(t)
  t.move('folder/a.txt', 'folder/b.txt')
  await rescan(t)
  expect(moves).toEqual([{ id, from: 'folder/a.txt', to: 'folder/b.txt' }])
  expect(await idOf(t, 'folder/b.txt')).toBe(id)
})

test.each([
  ['a/file.txt', 'z/file.txt'],
  ['z/file.txt', 'a/other.txt'],
  ['a/file.txt', 'file.txt'],
])('a file that moves from %s to %s is told once', async (from, to) => {
  await using t = await createTestCore()
  t.write(from)
  t.write('a/stays.txt')
  t.write('z/stays.txt')
  await t.add()
  const id = await idOf(t, from)
  const moves = listen(t)
  t.move(from, to)
  await rescan(t)
  expect(moves).toEqual([{ id, from, to }])
})

test.each([
  ['a', 'renamed'],
  ['a', 'z/a'],
  ['z', 'a/z'],
])('of a folder that moves from %s to %s, the folder is told and nothing below it', async (from, to) => {
  await using t = await createTestCore()
  for (const path of ['a/1.txt', 'a/deep/2.txt', 'z/3.txt', 'z/deep/4.txt']) t.write(path)
  await t.add()
  const id = await idOf(t, from)
  const moves = listen(t)
  t.move(from, to)
  await rescan(t)
  expect(moves).toEqual([{ id, from, to }])
  expect(await t.differences()).toEqual([])
})

test('a file that is renamed in a folder that is renamed is told with the path that it had', async () => {
  await using t = await createTestCore()
  t.write('a/deep/1.txt')
  t.write('a/deep/2.txt')
  await t.add()
  const [folder, file] = [await idOf(t, 'a'), await idOf(t, 'a/deep/1.txt')]
  const moves = listen(t)
  t.move('a', 'b')
  t.move('b/deep/1.txt', 'b/deep/new.txt')
  await rescan(t)
  expect(moves).toEqual([
    { id: folder, from: 'a', to: 'b' },
    // The folder's move was committed before.
    { id: file, from: expect.stringMatching(/^[ab]\/deep\/1\.txt$/), to: 'b/deep/new.txt' },
  ])
})

test('folders that swap names are told with their paths before and after, and no path holds a NUL', async () => {
  await using t = await createTestCore()
  t.write('a/1.txt')
  t.write('b/2.txt')
  await t.add()
  const before = new Map([
    [await idOf(t, 'a'), 'a'],
    [await idOf(t, 'b'), 'b'],
    [await idOf(t, 'a/1.txt'), 'a/1.txt'],
    [await idOf(t, 'b/2.txt'), 'b/2.txt'],
  ])
  const moves = listen(t)
  for (const [from, to] of [
    ['a', 'c'],
    ['b', 'a'],
    ['c', 'b'],
  ] as const)
    t.move(from, to)
  await rescan(t)
  expect(await t.differences()).toEqual([])
  for (const { from, id, to } of moves) {
    expect(before.get(id)).toBe(from)
    expect(await idOf(t, to)).toBe(id)
    expect(basename(from + to)).not.toContain('\0')
  }
})

test('files that swap names are both told', async () => {
  await using t = await createTestCore()
  t.write('a.txt', 'a')
  t.write('b.txt', 'b, longer')
  await t.add()
  const ids = [await idOf(t, 'a.txt'), await idOf(t, 'b.txt')]
  const moves = listen(t)
  for (const [from, to] of [
    ['a.txt', 'c.txt'],
    ['b.txt', 'a.txt'],
    ['c.txt', 'b.txt'],
  ] as const)
    t.move(from, to)
  await rescan(t)
  expect([await idOf(t, 'b.txt'), await idOf(t, 'a.txt')]).toEqual(ids)
  expect(moves.toSorted((one, other) => one.from.localeCompare(other.from))).toEqual([
    { id: ids[0], from: 'a.txt', to: 'b.txt' },
    { id: ids[1], from: 'b.txt', to: 'a.txt' },
  ])
})

test('a file that is renamed while a scan runs is told once, at the latest by the next scan', async () => {
  await using t = await createTestCore()
  for (let i = 0; i < 300; i++) t.write(`folder ${i % 30}/file ${i}.txt`)
  await t.add()
  const id = await idOf(t, 'folder 29/file 29.txt')
  const moves = listen(t)
  const [location] = await t.library.locations.list()
  const running = t.library.locations.rescan({ location: location!.id, force: true })
  renameSync(join(t.root, 'folder 29/file 29.txt'), join(t.root, 'folder 0/moved.txt'))
  await running
  await t.settle()
  await rescan(t)
  expect(moves).toEqual([{ id, from: 'folder 29/file 29.txt', to: 'folder 0/moved.txt' }])
})

test('more moves than are told one by one are told as a change of the tree', async () => {
  await using t = await createTestCore()
  for (let i = 0; i < 250; i++) t.write(`a/${i}.txt`)
  t.write('b/stays.txt')
  await t.add()
  const moves = listen(t)
  const trees: string[] = []
  t.core.events.subscribe((event) => void (event.type === 'tree.changed' && trees.push(event.data.path)))
  for (let i = 0; i < 250; i++) t.move(`a/${i}.txt`, `a/${i} renamed.txt`)
  await rescan(t)
  expect({ moves, trees: new Set(trees) }).toEqual({ moves: [], trees: new Set([t.root]) })
})
