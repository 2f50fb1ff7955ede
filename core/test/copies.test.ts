import { linkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const all = { types: [], below: [], thumbs: false, limit: 100 }

test('contents are paged by the room they take, with what all of them take together', async () => {
  await using t = await createTestCore()
  for (const [name, size] of [
    ['small', 10],
    ['large', 3_000],
    ['middle', 200],
  ] as const)
    for (const copy of ['a', 'b']) t.write(`${copy}/${name}.txt`, name.repeat(size))
  t.write('a/alone.txt', 'nothing like it')
  await t.add({ mode: 'content' })
  await t.settle()
  const first = await t.library.copies.list({ ...all, limit: 2 })
  expect(first).toMatchObject({ totalGroups: 3, extraFiles: 3, reclaimableBytes: 15_000 + 1_200 + 50 })
  expect(first.groups.map(({ copies, reclaimableBytes }) => [copies, reclaimableBytes])).toEqual([
    [2, 15_000],
    [2, 1_200],
  ])
  expect(first.groups[0]?.files.map(({ path }) => path)).toEqual([t.path('a/large.txt'), t.path('b/large.txt')])
  const second = await t.library.copies.list({ ...all, limit: 2, cursor: first.cursor ?? undefined })
  expect(second.groups.map(({ size }) => size)).toEqual([50])
  expect(second).toMatchObject({ totalGroups: 3, cursor: null })
  await expect(t.library.copies.list({ ...all, cursor: 'x' })).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('every page of duplicates shows the current sum of all copies', async () => {
  await using t = await createTestCore()
  for (const copy of ['a', 'b', 'c']) for (const name of ['x', 'y', 'z']) t.write(`${copy}/${name}`, name.repeat(100))
  const { locationId } = await t.add({ mode: 'content' })
  await t.settle()
  const pages = async () => {
    const seen = []
    let cursor: string | undefined
    do {
      const page = await t.library.copies.list({ ...all, limit: 1, cursor })
      seen.push([page.groups[0]!.copies, page.totalGroups, page.extraFiles, page.reclaimableBytes])
      cursor = page.cursor ?? undefined
    } while (cursor !== undefined)
    return seen
  }
  expect(await pages()).toEqual(Array.from({ length: 3 }, () => [3, 3, 6, 600]))
  t.remove('a/x')
  t.remove('b/y')
  t.remove('c/y')
  await t.library.locations.rescan({ location: locationId, force: false })
  await t.settle()
  expect(await pages()).toEqual([
    [3, 2, 3, 300],
    [2, 2, 3, 300],
  ])
})

test('copies are narrowed to types, and to contents of which one lies below a folder', async () => {
  await using t = await createTestCore()
  for (const copy of ['a', 'b']) {
    t.write(`${copy}/note.txt`, 'the same note')
    t.write(`${copy}/page.html`, '<!doctype html><html><body>the same page</body></html>')
  }
  t.write('c/note.txt', 'the same note')
  await t.add({ mode: 'content' })
  await t.settle()
  const names = async (filter: object) =>
    (await t.library.copies.list({ ...all, ...filter })).groups.map(({ files }) => files[0]?.name)
  expect(await names({ types: ['text'] })).toEqual(['note.txt'])
  expect(await names({ below: [t.path('c')] })).toEqual(['note.txt'])
  expect((await names({ below: [t.path('a'), t.path('c')] })).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(
    ['note.txt', 'page.html'],
  )
  await expect(names({ below: [t.path('none')] })).rejects.toMatchObject({ code: 'NotFound' })
})

test('files that exist once are listed, even with two names', async () => {
  await using t = await createTestCore()
  t.write('twice/a.txt', 'two of it')
  t.write('twice/b.txt', 'two of it')
  t.write('once.txt', 'only one')
  linkSync(t.write('linked.txt', 'one with two names'), t.path('other-name.txt'))
  await t.add({ mode: 'content' })
  await t.settle()
  const { items, total, totalBytes } = await t.library.copies.unique(all)
  expect(items.map(({ name }) => name)).toEqual([expect.stringMatching(/^(linked|other-name)\.txt$/), 'once.txt'])
  expect([total, totalBytes]).toEqual([2, 18 + 8])
})

test('the list of files that exist once is paged and up to date', async () => {
  await using t = await createTestCore()
  for (const [name, size] of [
    ['a', 30],
    ['b', 10],
    ['c', 30],
    ['d', 20],
  ] as const)
    t.write(name, name.repeat(size))
  const { locationId } = await t.add({ mode: 'content' })
  await t.settle()
  const pages = async () => {
    const seen = []
    let cursor: string | undefined
    do {
      const page = await t.library.copies.unique({ ...all, limit: 2, cursor })
      seen.push([page.items.map(({ size }) => size), page.total, page.totalBytes])
      cursor = page.cursor ?? undefined
    } while (cursor !== undefined)
    return seen
  }
  expect(await pages()).toEqual([
    [[30, 30], 4, 90],
    [[20, 10], 4, 90],
  ])
  t.write('e', 'd'.repeat(20))
  t.remove('a')
  await t.library.locations.rescan({ location: locationId, force: false })
  await t.settle()
  expect(await pages()).toEqual([[[30, 10], 2, 40]])
})

test('copies are compared to the last byte', async () => {
  await using t = await createTestCore()
  const bytes = Buffer.alloc(300_000, 'the same ')
  t.write('a.bin', bytes)
  t.write('b.bin', bytes)
  // Nothing of the samples is in the last of the bytes that differ.
  const other = Buffer.from(bytes)
  other[20_000] = 0
  t.write('c.bin', other)
  await t.add({ mode: 'content' })
  await t.settle()
  const { groups } = await t.library.copies.list(all)
  expect(groups).toMatchObject([{ verified: 'sampled', copies: 3 }])
  const compared = await t.library.copies.compare(groups[0]!.contentId, signal)
  expect(compared).toEqual({
    groups: [{ files: [{ path: t.path('a.bin') }, { path: t.path('b.bin') }] }],
    notes: [{ path: t.path('c.bin'), message: expect.stringContaining('other content') as string }],
    same: false,
  })
})
