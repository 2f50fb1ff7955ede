import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { mountReadOnly, mountTmpfs, NO_MOUNTS } from '../testing/mount.ts'

const { signal } = new AbortController()

/** Enough for a job to be queued and for a library's first rows. */
const SOME_BYTES = 500_000
const A_FEW_BYTES = 100_000

/** Leaves so many bytes free; returns how to give the rest back. */
function fill(disk: string, free: number): () => void {
  const filler = join(disk, 'filler')
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - free)))
  return () => rmSync(filler)
}

/** A library on a small disk of its own. */
async function onSmallDisk(t: TestCore): Promise<{ disk: string } & Disposable> {
  const disk = join(t.dataDir, '..', 'small')
  const mounted = mountTmpfs(disk, '16m')
  await t.core.libraries.create({ name: 'Small', path: disk })
  return { disk, [Symbol.dispose]: () => mounted[Symbol.dispose]() }
}

test('a full disk stops a scan with a clear error, reading goes on, and so does the scan once there is room', async ({
  skip,
}) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  using small = await onSmallDisk(t)
  t.write('first.txt')
  const { locationId } = await t.add({ watch: false })
  for (let i = 0; i < 6_000; i++) t.write(`d${i % 100}/${'n'.repeat(100)}${i}.txt`)
  const free = fill(small.disk, SOME_BYTES)
  const { job } = await t.library.locations.rescan({ location: locationId, force: false })
  await vi.waitFor(() => expect(t.warnings.join()).toMatch(/job failed .*DiskFull/))
  expect(await t.found('first')).toEqual(['first.txt'])
  await expect(t.core.libraries.backup(t.library, {}, signal)).rejects.toMatchObject({ code: 'DiskFull' })
  await expect(t.core.libraries.create({ name: 'More', path: small.disk })).rejects.toMatchObject({ code: 'DiskFull' })
  expect(await t.core.libraries.check(t.library, signal)).toMatchObject({ ok: true })
  free()
  expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed' })
  expect(await t.differences()).toEqual([])
  expect((await t.library.locations.list())[0]).toMatchObject({ state: 'complete', counts: { files: 6_001 } })
})

test('a full disk is reported everywhere, and the job resumes automatically', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  using small = await onSmallDisk(t)
  for (let i = 0; i < 6_000; i++) t.write(`d${i % 100}/${'n'.repeat(100)}${i}.txt`)
  const free = fill(small.disk, SOME_BYTES)
  const waiting = expect.stringMatching(/^waiting: no space left/)
  const told: string[] = []
  using _told = t.core.events.subscribe((event) => {
    const { waiting: sentence } = event.data as { waiting?: string }
    if (sentence !== undefined) told.push(sentence)
  })
  const { job, location } = await t.library.locations.add({ path: t.root, mode: 'shallow', watch: false })
  await vi.waitFor(() => expect(t.library.jobs.info(job.id)).toMatchObject({ waiting }))
  await vi.waitFor(async () => {
    expect(await t.library.locations.list()).toMatchObject([
      { id: location.id, error: expect.stringMatching(/no space left/) },
    ])
    expect(t.core.status().notices.join()).toMatch(/job indexing\.location: waiting: no space left/)
  })
  await vi.waitFor(() => expect(told[0]).toEqual(waiting))
  free()
  expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed' })
  expect(t.library.jobs.waiting()).toEqual([])
  expect((await t.library.locations.list())[0]).toMatchObject({ state: 'complete', error: null })
})

test('a full disk stops the identification of contents, which goes on where it was', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  using small = await onSmallDisk(t)
  for (let i = 0; i < 6_000; i++) t.write(`d${i % 10}/${i}.txt`)
  const { locationId } = await t.add({ watch: false })
  const free = fill(small.disk, A_FEW_BYTES)
  // Changing the mode asks for a scan.
  await t.library.locations.update({ location: locationId, mode: 'content' })
  await vi.waitFor(() => expect(t.warnings.join()).toMatch(/job failed .*DiskFull/))
  free()
  await t.settle()
  expect(t.library.jobs.list({ status: 'failed' })).toEqual([])
  expect((await t.core.libraries.info(t.library)).counts).toMatchObject({ contents: 6_000 })
  expect(await t.differences()).toEqual([])
})

test('changes made while the disk is full are recorded once it has free space', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  using small = await onSmallDisk(t)
  t.write('first.txt')
  await t.add()
  t.write('watched.txt')
  await vi.waitFor(async () => expect(await t.found('watched')).toHaveLength(1))
  const free = fill(small.disk, 0)
  for (let i = 0; i < 1_000; i++) t.write(`d${i % 10}/${'n'.repeat(100)}${i}.txt`)
  await vi.waitFor(() => expect(t.warnings.join()).toMatch(/no space left/))
  free()
  await vi.waitFor(async () => expect(await t.differences()).toEqual([]))
})

test('a library whose disk is full when the engine starts is told, and opens once there is room', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  using small = await onSmallDisk(t)
  t.write('first.txt')
  await t.add({ watch: false })
  await t.core.close()
  const free = fill(small.disk, 0)
  await t.restart()
  const library = t.core.libraries.list().find(({ name }) => name === 'Small')
  expect(library).toMatchObject({ open: false, error: expect.stringMatching(/^no space left for/) })
  await expect(t.core.libraries.switchTo('Small')).rejects.toMatchObject({ code: 'DiskFull' })
  free()
  await t.core.libraries.switchTo('Small')
  expect(await t.found('first')).toEqual(['first.txt'])
})

test('a library on a disk that became read-only says so, and can be looked at', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  t.write('first.txt')
  await t.add({ watch: false })
  const { path } = t.library
  await t.core.close()
  using _ = mountReadOnly(path)
  await t.restart()
  const library = t.core.libraries.list()[0]
  expect(library).toMatchObject({ open: false, error: expect.stringContaining('--read-only') })
  await expect(t.core.libraries.open({ path, readOnly: false })).rejects.toMatchObject({ code: 'PermissionDenied' })
  await t.core.libraries.open({ path, readOnly: true })
  expect(await t.found('first')).toEqual(['first.txt'])
  expect(await t.differences()).toEqual([])
  await expect(t.add({ path: t.dataDir })).rejects.toMatchObject({ code: 'PermissionDenied' })
  await expect(t.library.locations.rescan({ location: t.root, force: false })).rejects.toMatchObject({
    code: 'PermissionDenied',
  })
})
