import { linkSync, utimesSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { SearchInput } from '../src/domain/index.ts'
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
    days: [
      { day: '2024-02-01', count: 1, fromFile: 0 },
      { day: '2024-01-31', count: 1, fromFile: 1 },
      { day: '2019-05-03', count: 1, fromFile: 0 },
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
  // A date of the file is no date of the photo.
  expect(await list({ taken: '2024' })).toMatchObject({
    total: 1,
    items: [['new.jpg', expect.any(String), 'metadata']],
  })
  expect(await list({ taken: '2019-05..2024-02' })).toMatchObject({ total: 2 })
  expect(await list({ taken: '>2024' })).toMatchObject({ total: 0 })
  expect(await list({ taken: '<2024-02-01' })).toMatchObject({
    total: 1,
    items: [['old.jpg', expect.any(String), 'metadata']],
  })
  await expect(list({ taken: 'when?' })).rejects.toMatchObject({ code: 'InvalidInput' })
  const search = async (taken: string, query = '') =>
    (await t.library.search.search(SearchInput.parse({ query, taken, sort: 'name' }))).items.map(({ name }) => name)
  expect(await search('2019..2024')).toEqual(['new.jpg', 'old.jpg'])
  expect(await search('2019-05-03')).toEqual(['old.jpg'])
  expect(await search('2019..2024', 'old')).toEqual(['old.jpg'])
  expect(await search('2023')).toEqual([])
  expect(await search('..2020')).toEqual(['old.jpg'])
  await expect(search('when?')).rejects.toMatchObject({ code: 'InvalidInput' })
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
    folders: 2,
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
    emptyFiles: 0,
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

test('photos are found by camera and by place, and icons and screenshots can be left out', async () => {
  await using t = await createTestCore()
  const photo = async (path: string, { exif = {}, height = 300 }: { exif?: object; height?: number } = {}) => {
    const shade = Buffer.from(path).reduce((sum, byte) => sum + byte, 0) % 256
    const image = sharp({ create: { width: 400, height, channels: 3, background: { r: shade, g: 0, b: 0 } } }).jpeg()
    touch(t.write(path, await image.withExif(exif).toBuffer()), '2024-01-01')
  }
  const canon = { IFD0: { Make: 'Canon', Model: 'Canon EOS 40D' } }
  const at = (latitude: string, longitude: string, east: 'E' | 'W') => ({
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: latitude, GPSLongitudeRef: east, GPSLongitude: longitude },
  })
  await photo('rome.jpg', { exif: { ...canon, ...at('41/1 54/1 0/1', '12/1 30/1 0/1', 'E') } })
  await photo('rome2.jpg', { exif: { ...canon, ...at('41/1 48/1 0/1', '12/1 36/1 0/1', 'E') }, height: 310 })
  await photo('fiji.jpg', { exif: at('16/1 0/1 0/1', '179/1 30/1 0/1', 'W'), height: 320 })
  await photo('Screenshots/x.jpg', { height: 330 })
  await photo('Screenshot 1.jpg', { exif: canon, height: 340 })
  t.write(
    'icon.png',
    await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  )
  await t.add({ mode: 'deep', watch: false })
  await t.settle()
  const of = { types: ['image', 'video'] as const, limit: 20, offset: 0, thumbs: false }
  const names = async (input: object) =>
    (await t.library.overview.media({ ...of, ...input })).items.map(({ name }) => name).toSorted()
  expect(await names({})).toHaveLength(6)
  // The camera says that the last one is a photo, whatever it is called.
  expect(await names({ photosOnly: true })).toEqual(['Screenshot 1.jpg', 'fiji.jpg', 'rome.jpg', 'rome2.jpg'])
  expect(await names({ camera: 'Canon EOS 40D' })).toEqual(['Screenshot 1.jpg', 'rome.jpg', 'rome2.jpg'])
  expect(await names({ camera: 'eos canon' })).toHaveLength(3)
  expect(await names({ camera: 'nikon' })).toEqual([])
  expect(await t.library.overview.media({ ...of, camera: 'Cannon' })).toMatchObject({
    items: [],
    suggestions: ['Canon EOS 40D'],
  })
  expect(await t.library.overview.timeline({ ...of, camera: 'nikon' })).not.toHaveProperty('suggestions')
  expect(await names({ within: { south: 41, west: 12, north: 42, east: 12.55 } })).toEqual(['rome.jpg'])
  expect(await names({ within: { south: 0, west: 170, north: 20, east: -170 } })).toEqual(['fiji.jpg'])
  const facets = await t.library.overview.facets({ ...of, cell: 1 })
  expect(facets).toMatchObject({
    cameras: [{ camera: 'Canon EOS 40D', count: 3 }],
    located: 3,
    places: [
      { count: 2, south: 41, west: 12, north: 42, east: 13 },
      { count: 1, south: 16, west: -180, north: 17, east: -179 },
    ],
    truncated: false,
  })
  expect(facets.places[0]?.latitude).toBeCloseTo(41.85, 3)
  expect((await t.library.overview.facets({ ...of, photosOnly: true, cell: 20 })).places).toHaveLength(2)
})
