import { expect, test } from 'vitest'
import { mountFailingDisk, NO_FAILING_DISK } from '../testing/failing-disk.ts'
import { createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()

test('a folder that the disk fails to list is one warning, keeps its rows, and is told by verify', async ({ skip }) => {
  if (NO_FAILING_DISK) return skip(NO_FAILING_DISK)
  await using t = await createTestCore()
  const path = t.path('disk')
  using disk = mountFailingDisk(path, { files: ['good/a.txt', 'bad/b.txt', 'bad/c.txt'], folder: 'bad' })
  const { locationId, job } = await t.add({ path, mode: 'content', watch: false })
  expect(job).toMatchObject({ status: 'completed', warnings: 0 })
  const before = await t.found('txt')
  expect(before).toHaveLength(3)

  disk.break()
  const { job: again } = await t.library.locations.rescan({ location: locationId, force: false })
  expect(await t.library.jobs.wait(again.id, signal)).toMatchObject({ status: 'completed', warnings: 1 })
  const warning = { code: 'Unavailable', path: t.path('disk/bad'), message: expect.stringContaining('cannot be read') }
  expect(t.library.jobs.info(again.id).warningList).toMatchObject([warning])
  expect((await t.found('txt')).toSorted()).toEqual(before.toSorted())
  const report = await t.library.indexing.verify({ path, content: true, fix: false }, signal)
  expect(report).toMatchObject({ total: 0, unreadableTotal: 1, unreadable: [warning] })
})
