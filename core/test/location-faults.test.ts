import { renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import type { IntelligencePort } from '../src/indexing/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

function count(t: TestCore, sql: string): number {
  return Number(t.library.store.connection.prepare(sql).get()!['n'])
}
const entries = (t: TestCore) => count(t, 'select count(*) as n from entries')
const orphans = (t: TestCore) =>
  count(t, 'select count(*) as n from entries where parent_id not in (select id from directories)')

async function state(t: TestCore, locationId: string, expected: string): Promise<void> {
  await vi.waitFor(async () => expect(await t.library.locations.info(locationId)).toMatchObject({ state: expected }))
}

test('a root whose files are all gone waits for a forced rescan, or for files', async () => {
  await using t = await createTestCore()
  t.write('emptied/a.txt')
  t.write('other/b.txt')
  const { locationId } = await t.add({ path: t.path('emptied'), watch: false })
  const other = await t.add({ path: t.path('other'), watch: false })
  t.remove('emptied/a.txt')
  await expect(t.library.locations.rescan({ location: locationId, force: false })).rejects.toMatchObject({
    code: 'Conflict',
    message: `${t.path('emptied')} is empty now, while the index knows 1 thing in it; if that is right, rescan it with --force. Nothing was scanned`,
  })
  // Each of these takes a look at all roots; the first may try once more.
  renameSync(t.path('other'), t.path('away'))
  await state(t, other.locationId, 'offline')
  await t.settle()
  const failed = () => t.library.jobs.list().filter(({ status }) => status === 'failed').length
  const before = failed()
  renameSync(t.path('away'), t.path('other'))
  await state(t, other.locationId, 'complete')
  await t.settle()
  expect(failed()).toBe(before)
  expect(await t.library.locations.info(locationId)).toMatchObject({ state: 'offline', counts: { files: 1 } })
  t.write('emptied/c.txt')
  await state(t, locationId, 'complete')
  expect((await t.found('txt')).toSorted()).toEqual(['emptied/c.txt', 'other/b.txt'])
})

test('folders added at the same time are checked against each other', async () => {
  await using t = await createTestCore()
  t.write('sub/a.txt')
  const added = await Promise.allSettled([t.add(), t.add(), t.add({ path: t.path('sub') })])
  const refused = added.filter((result) => result.status === 'rejected').map(({ reason }) => reason.code)
  // Whichever comes first.
  expect(refused).toHaveLength(2)
  for (const code of refused) expect(['AlreadyExists', 'Conflict']).toContain(code)
  expect(await t.library.locations.list()).toHaveLength(1)
})

test('a location removed while changes in it are being recorded leaves nothing behind', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add({ watch: false })
  for (let i = 0; i < 200; i++) for (let j = 0; j < 10; j++) t.write(`new/${i}/${j}`, '')
  const [location] = t.library.locations.map.all()
  const recording = t.library.indexing.refresh(location!, [{ dir: t.root, names: null, subtree: true }])
  await vi.waitFor(() => expect(entries(t)).toBeGreaterThan(10), { interval: 1 })
  await Promise.allSettled([recording, t.library.locations.remove(locationId)])
  expect([entries(t), orphans(t)]).toEqual([0, 0])
})

test('a removal that was interrupted is finished when the library is opened again', async () => {
  await using t = await createTestCore()
  t.write('a/b/c.txt')
  const { locationId } = await t.add()
  const { file } = t.library.store
  await t.core.close()
  // As a crash leaves it after the first step.
  using db = new DatabaseSync(file) as DatabaseSync & Disposable
  db.exec('delete from locations')
  db.close()
  await t.restart()
  await vi.waitFor(() => expect(entries(t)).toBe(0))
  expect(locationId).toBeTruthy()
})

test('a nested location removed before the one around it was scanned does not keep that from being scanned', async () => {
  await using t = await createTestCore()
  t.write('outer.txt')
  t.write('inner/deep/a.txt')
  const inner = await t.add({ path: t.path('inner/deep') })
  const { location: outer } = await t.library.locations.add({ path: t.root, mode: 'shallow', allowNested: true })
  await t.library.locations.pause(outer.id)
  const scanned = count(t, 'select count(*) as n from directories where scanned_at is not null')
  await t.library.locations.remove(inner.locationId)
  await t.library.locations.resume(outer.id)
  await state(t, outer.id, 'complete')
  expect(await t.differences()).toEqual([])
  expect(await t.found('txt')).toEqual(['inner/deep/a.txt', 'outer.txt'])
  expect(scanned).toBeGreaterThan(0)
})

test('a location is removed together with all the work that waits for it', async () => {
  const port: IntelligencePort = {
    queue: (_location, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  }
  await using t = await createTestCore({ intelligence: [port] })
  t.write('a.txt')
  const { location } = await t.library.locations.add({ path: t.root, mode: 'shallow', watch: false })
  const known = t.library.locations.map.all()[0]!
  await Promise.all(
    Array.from({ length: 1_200 }, (_, i) => t.library.indexing.enqueueScan(known, { reason: `again ${i}` })),
  )
  await t.library.locations.remove(location.id)
  expect(t.library.jobs.counts()).toEqual({ running: 0, queued: 0, paused: 0 })
  expect(entries(t)).toBe(0)
})

test('a rescan that is asked for while one is under way sees what has changed since', async () => {
  const release = Promise.withResolvers<number>()
  let queued = 0
  const port: IntelligencePort = { queue: async () => (queued++ === 0 ? release.promise : 0) }
  await using t = await createTestCore({ intelligence: [port] })
  t.write('old.txt')
  const { location, job } = await t.library.locations.add({ path: t.root, mode: 'shallow', watch: false })
  await vi.waitFor(() => expect(queued).toBe(1))
  t.write('new.txt')
  const rescan = () => t.library.locations.rescan({ location: location.id, force: false })
  const { job: second } = await rescan()
  expect(second.id).not.toBe(job.id)
  release.resolve(0)
  expect(await t.library.jobs.wait(second.id)).toMatchObject({ status: 'completed' })
  expect((await t.found('txt')).toSorted()).toEqual(['new.txt', 'old.txt'])
})
