import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()

/** A location that is watched, and whose scans are done. */
async function watched(): Promise<TestCore> {
  const t = await createTestCore()
  t.write('a.txt')
  t.write('folder/b.txt')
  t.write('folder/deep/c.txt')
  await t.add()
  await t.settle()
  return t
}

async function idOf(t: TestCore, path: string): Promise<string | null> {
  return (await t.library.files.info(t.path(path), signal)).id
}

/** Waits until the index is the disk again. */
async function caughtUp(t: TestCore): Promise<void> {
  await vi.waitFor(async () => expect(await t.differences()).toEqual([]), { interval: 50 })
}

test('files that are made, changed and deleted are recorded as it happens', async () => {
  await using t = await watched()
  t.write('new.txt')
  t.append('a.txt', ' more')
  t.remove('folder/b.txt')
  await caughtUp(t)
  expect(await t.found('txt')).toEqual(['a.txt', 'folder/deep/c.txt', 'new.txt'])
})

test('a renamed file, a moved folder and a file saved by renaming keep their ids', async () => {
  await using t = await watched()
  const [file, folder, inside] = [await idOf(t, 'a.txt'), await idOf(t, 'folder'), await idOf(t, 'folder/deep/c.txt')]
  t.move('a.txt', 'renamed.txt')
  t.move('folder', 'moved')
  await caughtUp(t)
  expect([await idOf(t, 'renamed.txt'), await idOf(t, 'moved'), await idOf(t, 'moved/deep/c.txt')]).toEqual([
    file,
    folder,
    inside,
  ])
  writeFileSync(t.path('.renamed.txt.swp'), 'edited')
  renameSync(t.path('.renamed.txt.swp'), t.path('renamed.txt'))
  await caughtUp(t)
  expect(await idOf(t, 'renamed.txt')).toBe(file)
})

test('a file moved from one location to another keeps its id', async () => {
  await using t = await createTestCore()
  t.write('one/a.txt')
  t.write('two/b.txt')
  await t.add({ path: t.path('one') })
  await t.add({ path: t.path('two') })
  await t.settle()
  // Both are watched once a file made in each is found; and neither is emptied by the move.
  t.write('one/probe.bin')
  t.write('two/probe.bin')
  await vi.waitFor(async () => expect(await t.found('probe')).toHaveLength(2))
  await t.settle()
  const id = await idOf(t, 'one/a.txt')
  t.move('one/a.txt', 'two/a.txt')
  await vi.waitFor(async () => expect(await t.found('a.txt')).toEqual(['two/a.txt']))
  await vi.waitFor(async () => expect(await idOf(t, 'two/a.txt')).toBe(id))
})

test('a file gone from one location that turns up in another only later keeps its id', async () => {
  await using t = await watched()
  const outside = `${t.root}-outside`
  const [file, folder, inside] = [await idOf(t, 'a.txt'), await idOf(t, 'folder'), await idOf(t, 'folder/deep/c.txt')]
  mkdirSync(outside)
  t.write('kept.txt')
  renameSync(t.path('a.txt'), join(outside, 'a.txt'))
  renameSync(t.path('folder'), join(outside, 'folder'))
  await caughtUp(t)
  await t.add({ path: outside })
  const ids = ['a.txt', 'folder', 'folder/deep/c.txt'].map((path) => idOf(t, join('../files-outside', path)))
  expect(await Promise.all(ids)).toEqual([file, folder, inside])
})

test('a tree made in one go is complete, however deep, and so is what is put into folders a moment old', async () => {
  await using t = await watched()
  for (let i = 0; i < 20; i++) {
    mkdirSync(t.path(`x${i}/y/z`), { recursive: true })
    for (let j = 0; j < 5; j++) writeFileSync(t.path(`x${i}/y/z/${j}`), 'x')
  }
  await caughtUp(t)
  const [location] = await t.library.locations.list()
  expect(location?.counts).toMatchObject({ files: 103, directories: 62 })
})

test('files moved out of the location disappear from the index, and files moved in appear', async () => {
  await using t = await watched()
  const outside = `${t.root}-outside`
  renameSync(t.path('folder'), outside)
  await caughtUp(t)
  expect(await t.found('c.txt')).toEqual([])
  renameSync(outside, t.path('back'))
  await caughtUp(t)
  expect(await t.found('c.txt')).toEqual(['back/deep/c.txt'])
})

test('listeners are told what changed in which folder', async () => {
  await using t = await watched()
  const seen: { path: string; created: number }[] = []
  using _ = t.core.events.subscribe((event) => {
    if (event.type === 'entries.changed') seen.push({ path: event.data.path, created: event.data.created.length })
  })
  t.write('folder/new.txt')
  await vi.waitFor(() => expect(seen).toContainEqual({ path: t.path('folder'), created: 1 }))
})

test('a change of an ignore file hides what it names, and shows it again', async () => {
  await using t = await watched()
  writeFileSync(join(t.root, '.spacedriveignore'), 'deep\n')
  await vi.waitFor(async () => expect(await t.found('c.txt')).toEqual([]))
  t.remove('.spacedriveignore')
  await vi.waitFor(async () => expect(await t.found('c.txt')).toEqual(['folder/deep/c.txt']))
  await caughtUp(t)
})
