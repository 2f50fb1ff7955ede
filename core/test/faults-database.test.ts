import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()

/** Enough rows for a database of many pages. */
async function indexed(t: TestCore): Promise<{ locationId: string }> {
  for (let i = 0; i < 500; i++) t.write(`d${i % 10}/${i}.txt`)
  return t.add({ watch: false })
}

test.each([
  ['to nothing', () => 0],
  ['in the middle of a page', () => 10_000],
  ['to a half', (size: number) => Math.floor(size / 2)],
])('a database cut %s is not used, and its newest good backup is offered and put back', async (_, length) => {
  await using t = await createTestCore()
  await indexed(t)
  const { path } = t.library
  const good = await t.core.libraries.backup(t.library, {}, signal)
  const bad = await t.core.libraries.backup(t.library, {}, signal)
  await t.core.close()
  truncateSync(bad.path, 20_000)
  const database = join(path, 'database.db')
  truncateSync(database, length(statSync(database).size))
  await t.restart()
  const [library] = t.core.libraries.list()
  expect(library).toMatchObject({ open: false, error: expect.stringContaining(`spacedrive library restore ${path}`) })
  await expect(t.core.libraries.open({ path, readOnly: false })).rejects.toMatchObject({
    code: 'Corrupt',
    details: { goodBackup: good.path },
  })
  expect(await t.core.libraries.restore({ path }, signal)).toMatchObject({ restored: good.path })
  expect(await t.found('499.txt')).toEqual(['d9/499.txt'])
  expect(await t.differences()).toEqual([])
})

test('a damaged database without a backup is told as one', async () => {
  await using t = await createTestCore()
  await indexed(t)
  const { path } = t.library
  await t.core.close()
  truncateSync(join(path, 'database.db'), 10_000)
  await t.restart()
  expect(t.core.libraries.list()[0]).toMatchObject({ open: false, error: expect.stringContaining('no good backup') })
})

test('a database cut while it is in use fails the work on it, not the engine', async () => {
  await using t = await createTestCore()
  const { locationId } = await indexed(t)
  const { path } = t.library
  const { path: goodBackup } = await t.core.libraries.backup(t.library, {}, signal)
  const database = join(path, 'database.db')
  truncateSync(database, Math.floor(statSync(database).size / 2))
  for (let i = 0; i < 500; i++) t.write(`d${i % 10}/more ${i}.txt`)
  const { job } = await t.library.locations.rescan({ location: locationId, force: false })
  expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'failed', error: { code: 'Corrupt' } })
  expect(await t.core.libraries.check(t.library, signal)).toMatchObject({ ok: false, goodBackup })
  await t.core.libraries.close('Test')
  await t.core.libraries.restore({ path }, signal)
  expect(await t.found('499.txt')).toContain('d9/499.txt')
})

test('a jobs database cut to a half is set aside, and the library works on', async () => {
  await using t = await createTestCore()
  const { locationId } = await indexed(t)
  const { path } = t.library
  await t.core.close()
  const jobs = join(path, 'jobs.db')
  truncateSync(jobs, Math.floor(statSync(jobs).size / 2))
  await t.restart()
  expect(readdirSync(path).filter((name) => name.startsWith('jobs.db.corrupt-'))).toHaveLength(1)
  expect(t.warnings.join()).toContain('the job database was damaged')
  t.write('b.txt')
  const { job } = await t.library.locations.rescan({ location: locationId, force: false })
  expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed' })
  expect(await t.found('b.txt')).toEqual(['b.txt'])
})

test.skipIf(process.platform === 'win32')('a backup is readable by its owner alone', async () => {
  await using t = await createTestCore()
  const { path } = await t.core.libraries.backup(t.library, {}, signal)
  const elsewhere = await t.core.libraries.backup(t.library, { to: join(t.root, 'elsewhere') }, signal)
  for (const each of [path, elsewhere.path]) expect(statSync(each).mode & 0o777).toBe(0o600)
})
