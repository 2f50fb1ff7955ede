import { closeSync, openSync, renameSync, truncateSync, utimesSync, writeSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { IntelligencePort } from '../src/indexing/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()

function writeOld(t: TestCore, path: string, content: string): void {
  utimesSync(t.write(path, content), 1_600_000_000, 1_600_000_000)
}

test('a content that is known by its full hash is compared by it', async () => {
  await using t = await createTestCore()
  const file = t.write('large.bin', '')
  const change = (text: string, at: number, time: number) => {
    const fd = openSync(file, 'r+')
    writeSync(fd, text, at)
    closeSync(fd)
    utimesSync(file, time, time)
  }
  truncateSync(file, 3_000_000)
  utimesSync(file, 1_600_000_000, 1_600_000_000)
  const { locationId } = await t.add({ mode: 'content', watch: false })
  // Touched, so that its full hash is kept; then changed where no sample is taken.
  for (const [text, time] of [
    ['\0', 1_600_000_100],
    ['x', 1_600_000_200],
  ] as const) {
    change(text, 30_000, time)
    const { job } = await t.library.locations.rescan({ location: locationId, force: false })
    expect((await t.library.jobs.wait(job.id, signal)).status).toBe('completed')
  }
  expect(await t.differences()).toEqual([])
})

test('a file whose bytes are not those the index knows is told, and identified anew', async () => {
  await using t = await createTestCore()
  writeOld(t, 'a.txt', 'one')
  writeOld(t, 'b.txt', 'two')
  await t.add({ mode: 'content', watch: false })
  const id = async (name: string) => (await t.library.files.info(t.path(name), signal)).contentId
  const before = await id('a.txt')
  // A disk that gives other bytes than it was given, under the same times.
  await t.library.store.write(({ db }) =>
    db
      .updateTable('entries')
      .set((eb) => ({ content_id: eb.selectFrom('entries').select('content_id').where('name', '=', 'b.txt') }))
      .where('name', '=', 'a.txt')
      .execute(),
  )
  expect(await t.differences()).toEqual([{ kind: 'content', path: t.path('a.txt') }])
  const report = await t.library.indexing.verify({ path: t.root, content: true, fix: true }, signal)
  expect(report).toMatchObject({ total: 0, fixed: 1 })
  expect(await id('a.txt')).toBe(before)
})

test('sums that were left wrong are put right, also where nothing else is', async () => {
  await using t = await createTestCore()
  writeOld(t, 'a/b/c.txt', 'three')
  writeOld(t, 'a/d.txt', 'four')
  await t.add({ watch: false })
  // A folder that was put right loses its fingerprint, so that the next scan reads it.
  const sums = async () => {
    const rows = await t.library.store.read((db) => db.selectFrom('directories').selectAll().orderBy('id').execute())
    return rows.map((row) => ({ ...row, fingerprint: null }))
  }
  const before = await sums()
  await t.library.store.write(({ db }) =>
    db
      .updateTable('directories')
      .set((eb) => ({ total_size: eb('total_size', '-', 7), file_count: eb('file_count', '+', 2) }))
      .where('id', '=', before.at(-1)!.id)
      .execute(),
  )
  await t.library.store.write(({ db }) =>
    db.updateTable('directories').set({ child_count: 9 }).where('id', '=', before[0]!.id).execute(),
  )
  expect(await t.library.indexing.verify({ path: t.root, content: false, fix: true }, signal)).toMatchObject({
    total: 0,
  })
  expect(await sums()).toEqual(before)
})

test('a repair waits for its own work alone', async () => {
  const release = Promise.withResolvers<number>()
  const port: IntelligencePort = { queue: async ({ name }) => (name === 'busy' ? release.promise : 0) }
  await using t = await createTestCore({ intelligence: [port] })
  t.write('one/a.txt')
  t.write('busy/b.txt')
  await t.add({ path: t.path('one'), watch: false, mode: 'content' })
  await t.library.locations.add({ path: t.path('busy'), name: 'busy', mode: 'content', watch: false })
  await vi.waitFor(() => expect(t.library.jobs.list({ status: 'running' })[0]?.progress.phase).toBe('queue'))
  t.write('one/new.txt')
  const report = await t.library.indexing.verify({ path: t.path('one'), content: false, fix: true }, signal)
  expect(report).toMatchObject({ total: 0, fixed: 1 })
  release.resolve(0)
  await t.settle()
})

test('a nested location that is away does not keep the rest from being compared', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  t.write('inner/b.txt')
  const { locationId } = await t.add({ path: t.path('inner'), watch: false })
  await t.add({ allowNested: true, watch: false })
  renameSync(t.path('inner'), `${t.root}-away`)
  await vi.waitFor(async () => expect(await t.library.locations.info(locationId)).toMatchObject({ state: 'offline' }))
  t.write('new.txt')
  expect(await t.differences()).toContainEqual({ kind: 'missing-from-index', path: t.path('new.txt') })
})

test('a library that is open read-only is compared, and not repaired', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add({ watch: false })
  const { path, id } = t.library
  await t.core.libraries.close(id)
  await t.core.libraries.open({ path, readOnly: true })
  t.write('b.txt')
  expect(await t.differences()).toContainEqual({ kind: 'missing-from-index', path: t.path('b.txt') })
  const repair = t.library.indexing.verify({ path: t.root, content: false, fix: true }, signal)
  await expect(repair).rejects.toMatchObject({ code: 'PermissionDenied' })
  expect(await t.library.indexing.explain(t.path('a.txt'))).toMatchObject({ indexed: true })
})
