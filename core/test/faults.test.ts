import { execFileSync } from 'node:child_process'
import { lstatSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Core } from '../src/core.ts'
import { createTestCore } from '../testing/index.ts'

test('a second engine on the same library is refused', async () => {
  await using t = await createTestCore()
  await using other = await Core.open({ dataDir: join(t.dataDir, '..', 'other') })
  await expect(other.libraries.open({ path: t.library.path, readOnly: false })).rejects.toMatchObject({
    code: 'Locked',
  })
})

test('a jobs database that is no database is set aside, and the library works on', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  const jobs = join(t.library.path, 'jobs.db')
  await t.core.close()
  writeFileSync(jobs, 'this is no database')
  await t.restart()
  await t.settle()
  expect(await t.found('a.txt')).toEqual(['a.txt'])
  t.write('b.txt')
  const [location] = await t.library.locations.list()
  const { job } = await t.library.locations.rescan({ location: location!.id, force: false })
  expect(await t.library.jobs.wait(job.id)).toMatchObject({ status: 'completed' })
  expect(await t.found('b.txt')).toEqual(['b.txt'])
})

test.skipIf(process.platform === 'win32')(
  'FIFOs, sockets and links in circles are recorded and do not block it',
  async () => {
    await using t = await createTestCore()
    t.write('a.txt')
    execFileSync('mkfifo', [t.path('pipe')])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(t.path('socket'), resolve))
    symlinkSync('/', t.path('root'))
    symlinkSync('.', t.path('here'))
    symlinkSync('circle', t.path('circle'))
    const { job } = await t.add()
    expect(job).toMatchObject({ status: 'completed', warnings: 0 })
    expect((await t.library.locations.list())[0]?.counts).toMatchObject({ files: 1, symlinks: 3, others: 2 })
    expect(await t.differences()).toEqual([])
    await new Promise((resolve) => server.close(resolve))
  },
)

test.skipIf(process.platform === 'win32')(
  'times far away and to the nanosecond are kept as the disk reports them',
  async () => {
    await using t = await createTestCore()
    for (const time of ['1601-01-02 00:00:00 UTC', '2107-12-31 00:00:00 UTC', '2020-01-01 00:00:00.123456789 UTC'])
      execFileSync('touch', ['-d', time, t.write(`${time.slice(0, 4)}.txt`)])
    const { locationId } = await t.add()
    for (const year of ['1601', '2107', '2020']) {
      const row = t.library.store.connection
        .prepare('select mtime, mtime_ns as ns from entries where name = ?')
        .get(`${year}.txt`)
      const { mtimeMs, mtimeNs } = lstatSync(t.path(`${year}.txt`), { bigint: true })
      expect(row).toEqual({ mtime: Number(mtimeMs), ns: Number(mtimeNs - mtimeMs * 1_000_000n) })
    }
    const { job } = await t.library.locations.rescan({ location: locationId, force: false })
    expect(await t.library.jobs.wait(job.id)).toMatchObject({ status: 'completed' })
    expect(await t.differences()).toEqual([])
  },
)

test('a name of 255 bytes is indexed, found and verified', async () => {
  await using t = await createTestCore()
  const name = `${'n'.repeat(251)}.txt`
  t.write(name)
  await t.add()
  expect(await t.found('nnnn')).toEqual([name])
  expect(await t.differences()).toEqual([])
})

test('a root replaced by a file makes the location offline, says why, and keeps every row', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add()
  rmSync(t.root, { recursive: true })
  writeFileSync(t.root, 'a file')
  await expect(t.library.locations.rescan({ location: locationId, force: false })).rejects.toMatchObject({
    code: 'Offline',
  })
  expect(await t.library.locations.info(locationId)).toMatchObject({
    state: 'offline',
    error: expect.stringContaining('is not a folder any more'),
    counts: { files: 1 },
  })
})
