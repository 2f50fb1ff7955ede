import { execFileSync } from 'node:child_process'
import { closeSync, copyFileSync, linkSync, openSync, truncateSync, utimesSync, writeSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { IntelligencePort } from '../src/indexing/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { pdfOf } from '../testing/documents/index.ts'
import { exifBlock, film, jpeg, tag } from '../testing/media/index.ts'

const { signal } = new AbortController()

/** Long enough ago not to be looked at again. */
function old(path: string): void {
  utimesSync(path, 1_600_000_000, 1_600_000_000)
}
function write(t: TestCore, path: string, content: string | Uint8Array): string {
  const target = t.write(path, content)
  old(target)
  return target
}
const info = (t: TestCore, path: string) => t.library.files.info(t.path(path), signal)

const NOTHING = {
  created: new Float64Array(),
  changed: new Float64Array(),
  identified: new Float64Array(),
  deleted: new Float64Array(),
  moved: [],
}

test('equal files are one content, and hard links to one inode are not duplicates', async () => {
  await using t = await createTestCore()
  write(t, 'a.txt', 'the same')
  write(t, 'copy.txt', 'the same')
  write(t, 'other.txt', 'not the same')
  write(t, 'linked.bin', 'linked')
  linkSync(t.path('linked.bin'), t.path('link.bin'))
  await t.add({ mode: 'content' })
  const report = await t.library.files.duplicates({ verify: true, limit: 10 }, signal)
  expect(report).toMatchObject({ totalGroups: 1, reclaimableBytes: 8, notes: [] })
  expect(
    report.groups.map(({ size, verified, files }) => ({ size, verified, files: files.map((file) => file.path) })),
  ).toEqual([{ size: 8, verified: 'full', files: [t.path('a.txt'), t.path('copy.txt')] }])
  expect((await t.core.libraries.info(t.library)).counts).toMatchObject({
    duplicateFiles: 1,
    reclaimableBytes: 8,
    contents: 3,
  })
})

test('a file edited in place gets the identity of what it holds now', async () => {
  await using t = await createTestCore()
  write(t, 'a.txt', 'before')
  await t.add({ mode: 'content', watch: false })
  const before = await info(t, 'a.txt')
  write(t, 'a.txt', 'after')
  const { job } = await t.library.locations.rescan({ location: t.root, force: false })
  await t.library.jobs.wait(job.id, signal)
  const after = await info(t, 'a.txt')
  expect(after.id).toBe(before.id)
  expect(after.contentId).not.toBe(before.contentId)
  // No file has the old content any more.
  expect((await t.core.libraries.info(t.library)).counts).toMatchObject({ files: 1, contents: 1 })
})

const host = { signal, progress: () => {}, warn: () => {} }

test('a file that was away when its content was to be read gets its identity once it is back', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add({ mode: 'content', watch: false })
  const location = t.library.locations.require(locationId)
  t.write('late.txt')
  await t.library.indexing.refresh(location, [{ dir: t.root, names: null, subtree: false }])
  // So young that nothing is recorded of it yet.
  t.move('late.txt', '../away.txt')
  await t.settle()
  t.move('../away.txt', 'late.txt')
  await t.library.indexing.refresh(location, [{ dir: t.root, names: ['late.txt'], subtree: false }])
  await t.library.indexing.identifyPending(locationId, host)
  expect((await info(t, 'late.txt')).contentId).not.toBeNull()
})

test('the next run finds the files that a killed run left, even if a later run has passed them', async () => {
  await using t = await createTestCore()
  write(t, 'a.txt', 'a')
  const { locationId } = await t.add({ mode: 'content', watch: false })
  const location = t.library.locations.require(locationId)
  await t.library.store.write(({ db }) => db.updateTable('entries').set({ content_state: 0 }).execute())
  // As after a restart, it is unknown which files wait.
  t.library.store.changes.publish({ changesets: [], entries: { ...NOTHING, foldersMoved: true }, fromThread: true })
  const input = {
    path: null,
    scope: 'recursive',
    mode: null,
    force: false,
    quickFirst: false,
    everyRow: false,
    reason: 'asked',
  } as const
  const run = await t.library.indexing.begin({ ...input, locationId: location.id }, host)
  await run.identify(1_000_000, async () => {})
  expect(await t.library.indexing.identifyPending(locationId, host)).toMatchObject({ identified: 1 })
})

test('a large file changed between its samples gets an identity of its own', async () => {
  await using t = await createTestCore()
  const file = t.write('large.bin', new Uint8Array(0))
  truncateSync(file, 3_000_000)
  old(file)
  await t.add({ mode: 'content', watch: false })
  const first = await info(t, 'large.bin')
  const rescan = async () => {
    const { job } = await t.library.locations.rescan({ location: t.root, force: false })
    expect((await t.library.jobs.wait(job.id, signal)).status).toBe('completed')
    return info(t, 'large.bin')
  }
  // Touched only: the full hash is kept from now on, and it is the same content.
  utimesSync(file, 1_600_000_100, 1_600_000_100)
  const touched = await rescan()
  expect(touched.contentId).toBe(first.contentId)
  expect(touched.integrityHash).not.toBeNull()
  // Now a byte that no sample covers.
  const fd = openSync(file, 'r+')
  writeSync(fd, 'x', 30_000)
  closeSync(fd)
  utimesSync(file, 1_600_000_200, 1_600_000_200)
  const edited = await rescan()
  expect(edited.contentId).not.toBe(first.contentId)
})

test('a file whose bytes are another type than its name says is told', async () => {
  await using t = await createTestCore()
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  write(t, 'picture.jpg', png)
  write(t, 'unnamed', png)
  await t.add({ mode: 'deep' })
  expect(await info(t, 'picture.jpg')).toMatchObject({ type: 'image', looksLike: 'png' })
  expect(await info(t, 'unnamed')).toMatchObject({
    type: 'image',
    mime: 'image/png',
    looksLike: null,
    metadata: { width: 1, height: 1 },
  })
})

test('a file that is renamed keeps the type its content has, and a contradiction goes with the name', async () => {
  await using t = await createTestCore()
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  write(t, 'unnamed', Buffer.from(png, 'base64'))
  await t.add({ mode: 'deep' })
  const rename = async (from: string, to: string) => {
    t.move(from, to)
    const { job } = await t.library.locations.rescan({ location: t.root, force: false })
    await t.library.jobs.wait(job.id, signal)
  }
  await rename('unnamed', 'still-unnamed')
  await vi.waitFor(async () => expect(await info(t, 'still-unnamed')).toMatchObject({ type: 'image', looksLike: null }))
  await rename('still-unnamed', 'note.txt')
  await vi.waitFor(async () => expect(await info(t, 'note.txt')).toMatchObject({ type: 'image', looksLike: 'png' }))
  await rename('note.txt', 'picture.png')
  await vi.waitFor(async () => expect(await info(t, 'picture.png')).toMatchObject({ type: 'image', looksLike: null }))
})

test('a location switched to content identifies what it has', async () => {
  await using t = await createTestCore()
  write(t, 'a.txt', 'a')
  const { locationId } = await t.add({ mode: 'shallow' })
  expect((await info(t, 'a.txt')).contentId).toBeNull()
  await t.library.locations.update({ location: locationId, mode: 'content' })
  await t.settle()
  expect((await info(t, 'a.txt')).contentId).not.toBeNull()
})

test('all copies of a content are told with where they lie', async () => {
  await using t = await createTestCore()
  write(t, 'a.txt', 'copies')
  t.write('b/c.txt')
  copyFileSync(t.path('a.txt'), t.path('b/a2.txt'))
  old(t.path('b/a2.txt'))
  await t.add({ mode: 'content' })
  const { copies, contentHash } = await info(t, 'a.txt')
  expect(copies.map((copy) => copy.path)).toEqual([t.path('a.txt'), t.path('b/a2.txt')])
  expect(contentHash).toMatch(/^[0-9a-f]{16}$/)
})

test('an empty file has an identity and is never a duplicate', async () => {
  await using t = await createTestCore()
  write(t, 'empty1', '')
  write(t, 'empty2', '')
  await t.add({ mode: 'content' })
  expect((await info(t, 'empty1')).contentId).toBe((await info(t, 'empty2')).contentId)
  expect(await t.library.files.duplicates({ verify: false, limit: 10 }, signal)).toMatchObject({
    totalGroups: 0,
    reclaimableBytes: 0,
  })
  const location = t.library.locations.require(t.root)
  expect(await t.library.files.duplicatesIn(location)).toMatchObject({ contents: 1, duplicateFiles: 0, emptyFiles: 2 })
  expect(await t.library.overview.statistics()).toMatchObject({ emptyFiles: 2 })
})

test('a file changed at the very end of a run is identified by the next', async () => {
  const release = Promise.withResolvers<number>()
  let asked = 0
  const port: IntelligencePort = { queue: async () => (++asked === 2 ? release.promise : 0) }
  await using t = await createTestCore({ intelligence: [port] })
  write(t, 'a.txt', 'a')
  await t.add({ mode: 'content', watch: false })
  const [location] = t.library.locations.map.all()
  const change = async (path: string) => {
    write(t, path, path)
    await t.library.indexing.refresh(location!, [{ dir: t.root, names: [path], subtree: false }])
  }
  await change('b.txt')
  // The run has identified what there was and is about to end.
  await vi.waitFor(() => expect(asked).toBe(2))
  await change('c.txt')
  release.resolve(0)
  await vi.waitFor(async () => expect((await info(t, 'c.txt')).contentId).not.toBeNull())
})

test('what is to be queued can be prepared while contents are identified, and only then', async () => {
  const calls: string[] = []
  const port: IntelligencePort = {
    prepare: () => void calls.push('prepare'),
    queue: async () => (calls.push('queue'), 0),
  }
  await using t = await createTestCore({ intelligence: [port] })
  write(t, 'a.txt', 'a')
  await t.add({ mode: 'shallow', watch: false })
  expect(calls).toEqual(['queue'])
  await t.library.locations.update({ location: t.root, mode: 'content' })
  await t.settle()
  expect(calls).toEqual(['queue', 'prepare', 'queue'])
})

test('a file found to be a picture is found among the pictures, and listeners are told', async () => {
  await using t = await createTestCore()
  const told: string[] = []
  using _ = t.core.events.subscribe((event) => {
    if (event.type === 'content.identified') told.push(...event.data.contentIds)
  })
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  write(t, 'unnamed', png)
  const { locationId } = await t.add({ mode: 'shallow' })
  const pictures = () =>
    t.library.search.search({
      query: 'unnamed',
      type: ['image'],
      ext: [],
      location: [],
      content: false,
      semantic: false,
      sort: 'name',
      limit: 10,
    })
  expect((await pictures()).total).toBe(0)
  await t.library.locations.update({ location: locationId, mode: 'deep' })
  await t.settle()
  await vi.waitFor(async () => expect((await pictures()).total).toBe(1))
  expect(told).toEqual([(await info(t, 'unnamed')).contentId])
})

test.runIf(process.platform === 'linux')(
  'a file at the end of a path longer than the system takes is identified',
  async () => {
    await using t = await createTestCore()
    const name = 'd'.repeat(200)
    execFileSync(
      'bash',
      [
        '-c',
        `for i in $(seq 30); do mkdir ${name} && cd -P ${name} || exit 1; done; echo hi > deep.txt; touch -d 2020-01-01 deep.txt`,
      ],
      { cwd: t.root },
    )
    const { job } = await t.add({ mode: 'deep' })
    expect(job).toMatchObject({ status: 'completed', warnings: 0 })
    const rows = t.library.store.connection.prepare("select content_id from entries where name = 'deep.txt'").all()
    expect(rows).toEqual([{ content_id: expect.any(Number) }])
    execFileSync('rm', ['-rf', t.path(name)])
  },
)

test('a location switched from content to deep looks at the types of what it has', async () => {
  await using t = await createTestCore()
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  write(t, 'unnamed', png)
  write(t, 'copy.jpg', png)
  const { locationId } = await t.add({ mode: 'content', watch: false })
  expect(await info(t, 'copy.jpg')).toMatchObject({ looksLike: null, metadata: null })
  await t.library.locations.update({ location: locationId, mode: 'deep' })
  await t.settle()
  expect(await info(t, 'copy.jpg')).toMatchObject({ type: 'image', looksLike: 'png', metadata: { width: 1 } })
  expect(await info(t, 'unnamed')).toMatchObject({ type: 'image', mime: 'image/png', metadata: { width: 1 } })
})

test('a file that could not be read is tried again by the next scan', async () => {
  await using t = await createTestCore()
  write(t, 'a.txt', 'a')
  const { locationId } = await t.add({ mode: 'content', watch: false })
  // As a disk error leaves it.
  await t.library.store.write(({ db }) =>
    db.updateTable('entries').set({ content_state: 2, content_id: null }).execute(),
  )
  const { job } = await t.library.locations.rescan({ location: locationId, force: false })
  await t.library.jobs.wait(job.id, signal)
  expect((await info(t, 'a.txt')).contentId).not.toBeNull()
})

test('a file from before 1970, to the nanosecond, has an identity', async () => {
  await using t = await createTestCore()
  execFileSync('touch', ['-d', '1960-05-05 10:00:00.123456789 UTC', t.write('old.txt', 'old')])
  await t.add({ mode: 'content', watch: false })
  expect((await info(t, 'old.txt')).contentId).not.toBeNull()
})

test('a picture whose width is no whole number costs a warning, and its location becomes complete', async () => {
  await using t = await createTestCore()
  const exif = Buffer.from(exifBlock({ exif: { [tag.pixelWidth]: [[3, 2]], [tag.iso]: 100 } }))
  const length = Buffer.alloc(2)
  length.writeUInt16BE(exif.length + 8)
  const start = [Buffer.from([0xff, 0xd8, 0xff, 0xe1]), length, Buffer.from('Exif\0\0', 'latin1')]
  write(t, 'a.jpg', Buffer.concat([...start, exif, Buffer.from([0xff, 0xd9])]))
  write(t, 'b.txt', 'beside it')
  const { job } = await t.add({ mode: 'deep', watch: false })
  expect(job).toMatchObject({ status: 'completed', warnings: 1 })
  expect(await info(t, 'a.jpg')).toMatchObject({ metadata: { iso: 100 } })
  expect(t.library.store.connection.prepare('select count(*) as n from image_media where width is null').get()).toEqual(
    { n: 1 },
  )
  expect(await t.library.locations.list()).toMatchObject([{ state: 'complete' }])
})

test('a file is shown with its keywords, its stars, and the place and the camera of a film; a document with its author', async () => {
  await using t = await createTestCore()
  const ifd0 = { [tag.windowsKeywords]: Buffer.from('sand;sea\0', 'utf16le'), [tag.rating]: 2 }
  write(t, 'a.jpg', jpeg({ width: 30, height: 20, exif: exifBlock({ ifd0 }) }))
  const values = { 'com.apple.quicktime.make': 'Apple', 'com.apple.quicktime.location.ISO6709': '+48.8577+002.2950/' }
  write(t, 'b.mov', film('qt  ', { values, createdMs: Date.parse('2024-05-01T08:20:30Z') }))
  const bodies = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 12 >>', '<< /Author (Ada) >>']
  write(t, 'c.pdf', pdfOf(bodies, '/Info 3 0 R'))
  await t.add({ mode: 'deep' })
  const metadata = async (path: string) => (await info(t, path)).metadata
  expect(await metadata('a.jpg')).toEqual({ width: 30, height: 20, bitDepth: 8, keywords: ['sand', 'sea'], rating: 2 })
  expect(await metadata('b.mov')).toEqual({
    creationTime: '2024-05-01T08:20:30Z',
    latitude: 48.8577,
    longitude: 2.295,
    cameraMake: 'Apple',
  })
  expect(await metadata('c.pdf')).toEqual({ author: 'Ada', pages: 12 })
  const { cameras, places } = await t.library.overview.facets({ types: ['image', 'video'], cell: 10 })
  expect({ cameras, places: places.length }).toEqual({ cameras: [{ camera: 'Apple', count: 1 }], places: 1 })
})
