import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createTestCore } from '../testing/index.ts'
import { mountBind, mountTmpfs, NO_MOUNTS } from '../testing/mount.ts'

const { signal } = new AbortController()

test('another file system inside a location is said, and entered only when it is asked for', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  t.write('a.txt')
  const mounted = t.path('sub/mounted')
  using _ = mountTmpfs(mounted, '1m')
  writeFileSync(join(mounted, 'inside.txt'), 'inside')
  const { locationId, job } = await t.add({ watch: false })
  expect(job).toMatchObject({ status: 'completed', warnings: 1 })
  expect(t.library.jobs.info(job.id).warningList).toMatchObject([
    { code: 'Unsupported', path: mounted, message: expect.stringContaining('another file system') },
  ])
  expect(await t.found('inside')).toEqual([])
  expect(await t.found('mounted')).toEqual(['sub/mounted'])
  expect(await t.differences()).toEqual([])
  const rescan = async () => {
    const { job: again } = await t.library.locations.rescan({ location: locationId, force: false })
    return t.library.jobs.wait(again.id, signal)
  }
  expect(await rescan()).toMatchObject({ status: 'completed', warnings: 1 })
  expect(await t.found('inside')).toEqual([])
  const own = await t.add({ path: mounted, allowNested: true, watch: false })
  expect(own.job).toMatchObject({ status: 'completed', warnings: 0 })
  expect(await t.found('inside')).toEqual(['sub/mounted/inside.txt'])
  expect(await rescan()).toMatchObject({ status: 'completed', warnings: 0 })
  expect(await t.found('inside')).toEqual(['sub/mounted/inside.txt'])
  expect(await t.differences()).toEqual([])
})

test('a folder on which another file system is mounted later keeps its rows, and the mount is not entered', async ({
  skip,
}) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  t.write('sub/covered/below.txt')
  const { locationId } = await t.add({ watch: false })
  {
    using _ = mountTmpfs(t.path('sub/covered'), '1m')
    t.write('sub/covered/inside.txt')
    const { job } = await t.library.locations.rescan({ location: locationId, force: false })
    expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed', warnings: 1 })
    expect(await t.found('txt')).toEqual(['sub/covered/below.txt'])
    expect(await t.differences()).toEqual([])
  }
  const { job } = await t.library.locations.rescan({ location: locationId, force: false })
  expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed', warnings: 0 })
  expect(await t.found('txt')).toEqual(['sub/covered/below.txt'])
  expect(await t.differences()).toEqual([])
})

test('a folder mounted into itself is indexed to its end, and a rescan finds nothing new', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  t.write('a.txt')
  t.write('sub/b.txt')
  mkdirSync(t.path('loop'))
  using _outer = mountBind(t.root, t.path('loop'))
  using _inner = mountBind(t.root, t.path('loop/sub'))
  const { locationId, job } = await t.add({ mode: 'content' })
  expect(job).toMatchObject({ status: 'completed', warnings: 0 })
  expect((await t.found('txt')).toSorted()).toEqual([
    'a.txt',
    'loop/a.txt',
    'loop/sub/a.txt',
    'loop/sub/sub/b.txt',
    'sub/b.txt',
  ])
  expect(await t.differences()).toEqual([])
  const { job: again } = await t.library.locations.rescan({ location: locationId, force: false })
  await t.library.jobs.wait(again.id, signal)
  expect(t.library.jobs.info(again.id).output).toMatchObject({
    changes: { added: 0, modified: 0, moved: 0, removed: 0 },
  })
  t.write('new.txt')
  await t.library.jobs.wait((await t.library.locations.rescan({ location: locationId, force: false })).job.id, signal)
  expect(await t.found('new.txt')).toHaveLength(3)
  expect(await t.differences()).toEqual([])
})

test('a file that is seen at several places through a mount is one file: no copy, and nothing to reclaim', async ({
  skip,
}) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  t.write('a.txt', 'only once')
  t.write('b.txt', 'really twice')
  t.write('sub/b.txt', 'really twice')
  mkdirSync(t.path('loop'))
  using _loop = mountBind(t.root, t.path('loop'))
  const elsewhere = join(t.dataDir, '..', 'elsewhere')
  mkdirSync(elsewhere)
  using _elsewhere = mountBind(t.root, elsewhere)
  await t.add({ mode: 'content' })
  await expect(t.add({ path: elsewhere })).rejects.toMatchObject({
    code: 'AlreadyExists',
    message: expect.stringContaining('mounted a second time'),
  })
  const copies = { groups: 1, files: 1, reclaimableBytes: 12 }
  expect(await t.library.files.duplicateTotals()).toEqual({ groups: 1, files: 1, bytes: 12 })
  const { duplicates, unique } = await t.library.overview.statistics()
  expect({ duplicates, unique }).toMatchObject({ duplicates: copies, unique: { files: 1, bytes: 9 } })
  const listed = await t.library.copies.list({ types: [], below: [], thumbs: false, limit: 10 })
  expect(listed.groups.map(({ copies: n }) => n)).toEqual([2])
})

test('a location whose volume is unmounted is offline, says why, and keeps every row', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  const stick = join(t.dataDir, '..', 'stick')
  using mounts = new DisposableStack()
  mounts.use(mountTmpfs(stick, '1m'))
  writeFileSync(join(stick, 'kept.txt'), 'kept')
  const { locationId } = await t.add({ path: stick })
  mounts.dispose()
  const state = async () => (await t.library.locations.info(locationId)).state
  await vi.waitFor(async () => expect(await state()).toBe('offline'))
  expect(await t.library.locations.info(locationId)).toMatchObject({
    error: expect.stringContaining('is not mounted'),
    counts: { files: 1 },
  })
  await expect(t.library.locations.rescan({ location: locationId, force: true })).rejects.toMatchObject({
    code: 'Offline',
    message: expect.stringContaining('is not mounted'),
  })
  expect((await t.library.locations.info(locationId)).counts).toMatchObject({ files: 1 })
})
