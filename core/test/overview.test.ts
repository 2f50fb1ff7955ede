import { linkSync, utimesSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()

/** Noon on the clock of this machine. */
const noon = (date: string) => new Date(`${date}T12:00:00`)

function touch(path: string, date: string): void {
  utimesSync(path, noon(date), noon(date))
}

async function writePhoto(t: TestCore, path: string, taken: string | null, file: string): Promise<void> {
  const shade = Buffer.from(path).reduce((sum, byte) => sum + byte, 0) % 256
  const photo = sharp({ create: { width: 8, height: 6, channels: 3, background: { r: shade, g: 0, b: 0 } } }).jpeg()
  if (taken) photo.withExif({ IFD2: { DateTimeOriginal: taken } })
  touch(t.write(path, await photo.toBuffer()), file)
}

test('photos are in the order they were taken in, and it is said what tells so', async () => {
  await using t = await createTestCore()
  await writePhoto(t, 'a/old.jpg', '2019:05:03 10:20:30', '2024-01-01')
  await writePhoto(t, 'a/new.jpg', '2024:02:01 00:00:01', '2023-01-01')
  await writePhoto(t, 'b/plain.jpg', null, '2024-01-31')
  await writePhoto(t, '.hidden/secret.jpg', null, '2024-01-31')
  t.write('b/notes.txt')
  await t.add({ mode: 'deep', watch: false })
  await t.settle()
  const types = ['image', 'video'] as const
  expect(await t.library.overview.timeline({ types })).toEqual({
    total: 3,
    months: [
      { month: '2024-02', count: 1, fromFile: 0 },
      { month: '2024-01', count: 1, fromFile: 1 },
      { month: '2019-05', count: 1, fromFile: 0 },
    ],
    basis: { metadata: 2, file: 1 },
  })
  const list = async (input: object) => {
    const { items, total } = await t.library.overview.media({ types, limit: 10, offset: 0, thumbs: true, ...input })
    return { total, items: items.map(({ name, takenAt, takenFrom }) => [name, takenAt, takenFrom]) }
  }
  expect(await list({})).toEqual({
    total: 3,
    items: [
      ['new.jpg', '2024-02-01T00:00:01', 'metadata'],
      ['plain.jpg', '2024-01-31T12:00:00', 'file'],
      ['old.jpg', '2019-05-03T10:20:30', 'metadata'],
    ],
  })
  expect(await list({ offset: 1, limit: 1 })).toMatchObject({
    total: 3,
    items: [['plain.jpg', expect.any(String), 'file']],
  })
  expect(await list({ path: t.path('a') })).toMatchObject({ total: 2 })
  expect(await list({ path: t.path('.hidden') })).toMatchObject({ total: 1 })
  const seek = (path: string, input: object = {}) =>
    t.library.overview.seek({ types, entryPath: t.path(path), ...input })
  expect(await seek('a/old.jpg')).toEqual({ offset: 2 })
  expect(await seek('a/old.jpg', { path: t.path('a') })).toEqual({ offset: 1 })
  expect(await seek('a/old.jpg', { types: ['video'] })).toEqual({ offset: null })
  expect(await seek('b/notes.txt')).toEqual({ offset: null })
  expect(await seek('b/gone.jpg')).toEqual({ offset: null })
  expect(await list({ types: ['video'] })).toEqual({ total: 0, items: [] })
  await writePhoto(t, 'a/later.jpg', null, '2024-03-01')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  expect((await list({})).items[0]).toEqual(['later.jpg', '2024-03-01T12:00:00', 'file'])
  await expect(t.library.overview.timeline({ types, path: t.dataDir })).rejects.toMatchObject({ code: 'Unavailable' })
})

test('the largest children of a folder are listed first, and the rest is one sum', async () => {
  await using t = await createTestCore()
  t.write('a/deep/huge.bin', 'x'.repeat(5_000))
  t.write('a/small.bin', 'x'.repeat(10))
  t.write('b/middle.bin', 'x'.repeat(500))
  for (let i = 0; i < 5; i++) t.write(`c/${i}.txt`, 'x'.repeat(i))
  await t.add()
  const file = (path: string, size: number) => {
    return { name: path.split('/').at(-1), path: t.path(path), kind: 'file', type: expect.any(String), size, files: 1 }
  }
  const folder = (path: string, size: number, files: number) => ({ ...file(path, size), kind: 'directory', files })
  expect(await t.library.overview.sizes({ path: t.root, depth: 2, limit: 5 })).toEqual({
    ...folder('', 5_520, 8),
    name: 'files',
    path: t.root,
    children: [
      {
        ...folder('a', 5_010, 2),
        children: [folder('a/deep', 5_000, 1)],
        rest: { count: 1, size: 10 },
      },
      { ...folder('b', 500, 1), children: [file('b/middle.bin', 500)], rest: { count: 0, size: 0 } },
    ],
    rest: { count: 1, size: 10 },
  })
  const whole = await t.library.overview.sizes({ path: t.path('c'), depth: 1, limit: 100 })
  expect(whole.children?.map(({ name }) => name)).toEqual(['4.txt', '3.txt', '2.txt', '1.txt'])
  expect(whole.rest).toEqual({ count: 1, size: 0 })
})

test('the statistics of a library match the results of searches', async () => {
  await using t = await createTestCore()
  touch(t.write('docs/a.txt', 'the same'), '2022-05-04')
  touch(t.write('docs/b.txt', 'the same'), '2022-05-31')
  linkSync(t.path('docs/a.txt'), t.path('docs/c.txt'))
  touch(t.write('pictures/d.png', 'another'), '2024-01-01')
  t.write('pictures/empty', '')
  touch(t.path('pictures/empty'), '2024-12-31')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const { id, name } = (await t.library.locations.list())[0]!
  const [volume] = await t.library.volumes.list()
  const statistics = await t.library.overview.statistics()
  const total = { files: 5, bytes: 31 }
  expect(statistics).toEqual({
    at: expect.any(String),
    ...total,
    folders: 3,
    byType: [
      { type: 'text', files: 3, bytes: 24 },
      { type: 'image', files: 1, bytes: 7 },
      { type: 'unknown', files: 1, bytes: 0 },
    ],
    byExtension: [
      { extension: 'txt', files: 3, bytes: 24 },
      { extension: 'png', files: 1, bytes: 7 },
      { extension: '', files: 1, bytes: 0 },
    ],
    otherExtensions: { extensions: 0, files: 0, bytes: 0 },
    byYear: [
      { modified: '2024', files: 2, bytes: 7 },
      { modified: '2022', files: 3, bytes: 24 },
    ],
    byLocation: [{ id, name, path: t.root, online: true, ...total, folders: 2 }],
    topFolders: [
      { path: t.path('docs'), name: 'docs', locationId: id, files: 3, bytes: 24 },
      { path: t.path('pictures'), name: 'pictures', locationId: id, files: 2, bytes: 7 },
    ],
    byVolume: [{ id: expect.any(String), name: expect.any(String), online: true, ...total }],
    duplicates: { groups: 1, files: 1, reclaimableBytes: 8 },
    unique: { files: 2, bytes: 7 },
    unidentified: { files: 0, bytes: 0 },
    growth: [
      { modified: '2022-05', files: 3, bytes: 24, totalFiles: 3, totalBytes: 24 },
      { modified: '2024-01', files: 1, bytes: 7, totalFiles: 4, totalBytes: 31 },
      { modified: '2024-12', files: 1, bytes: 0, totalFiles: 5, totalBytes: 31 },
    ],
    sidecars: [],
  })
  expect(volume).toBeDefined()
  const { groups, reclaimableBytes, totalGroups } = await t.library.files.duplicates(
    { verify: false, limit: 10 },
    signal,
  )
  expect([groups.length, totalGroups, reclaimableBytes]).toEqual([1, 1, 8])
  const search = { query: '', type: [], ext: [], location: [], content: false, semantic: false, sort: 'name' } as const
  for (const { modified, files } of [...statistics.byYear, ...statistics.growth]) {
    const found = await t.library.search.search({
      ...search,
      type: ['file'],
      ext: [],
      location: [],
      modified,
      hidden: true,
      limit: 1,
    })
    expect([modified, found.total]).toEqual([modified, files])
  }
})
