import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { listBackups } from '../src/library/backup.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const DAY_MS = 86_400_000

function listed(t: TestCore) {
  return t.core.libraries.list()[0]!
}

test.each([
  ['gone', (file: string) => rmSync(file)],
  ['empty', (file: string) => truncateSync(file)],
  ['damaged', (file: string) => writeFileSync(file, '{"version": 1, "id"')],
])('a library whose library.json is %s is opened by what its database says of it', async (_what, harm) => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add({ watch: false })
  const { id, path } = t.library
  await t.core.libraries.rename(t.library, 'Holidays')
  await t.core.close()
  const file = join(path, 'library.json')
  const before = readFileSync(file, 'utf8')
  harm(file)
  // Also where the list of libraries is lost with it.
  rmSync(join(t.dataDir, 'libraries.json'))
  await t.restart()
  expect(listed(t)).toMatchObject({ id, name: 'Holidays', open: true, error: null })
  expect(await t.found('a')).toEqual(['a.txt'])
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(before))
})

test('a library whose manifest and database are gone is known by its backup', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add({ watch: false })
  const { id, path } = t.library
  await t.core.libraries.backup(t.library, {}, signal)
  await t.core.libraries.close()
  for (const name of ['library.json', 'database.db']) rmSync(join(path, name))
  await t.core.libraries.restore({ path }, signal)
  expect(listed(t)).toMatchObject({ id, name: 'Test', open: true })
  expect(await t.found('a')).toEqual(['a.txt'])
})

test('the backup of another library is refused, unless that library is named', async () => {
  await using t = await createTestCore()
  t.write('mine/a.txt')
  await t.add({ watch: false })
  const { id, path } = t.library
  const elsewhere = join(t.dataDir, '..', 'backups')
  const own = await t.core.libraries.backup(t.library, { to: elsewhere }, signal)
  const other = await t.core.libraries.create({ name: 'Other' })
  const backup = await t.core.libraries.backup(t.library, { to: elsewhere }, signal)
  await t.core.libraries.close('Test')
  await expect(t.core.libraries.restore({ path, backup: backup.path }, signal)).rejects.toMatchObject({
    code: 'Conflict',
    message: `${backup.path} is a backup of library Other (${other.id}), not of library Test; to restore it anyway, add --of Other`,
  })
  await t.core.libraries.restore({ path, backup: own.path }, signal)
  await t.core.libraries.switchTo('Test')
  expect(await t.found('a')).toEqual(['mine/a.txt'])
  await t.core.libraries.close('Test')
  await t.core.libraries.restore({ path, backup: backup.path, of: 'Other' }, signal)
  expect(t.core.libraries.list().find((each) => each.id === id)).toMatchObject({ open: true, error: null })
  await t.core.libraries.switchTo('Test')
  expect(await t.found('a')).toEqual([])
})

test('a library whose folder is moved away while it is open is closed within seconds, and opens when it is back', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add({ watch: false })
  const { path } = t.library
  const away = `${path} away`
  // A job writes its log and its sidecars meanwhile.
  await t.library.locations.rescan({ location: locationId, force: true })
  renameSync(path, away)
  await vi.waitUntil(() => listed(t).error !== null)
  expect(listed(t).error).toMatch(/^its folder .* was moved, deleted or unmounted while it was open; put it back/)
  expect(t.core.status().notices.join()).toContain('was moved, deleted or unmounted')
  expect(() => t.library).toThrow(/was moved, deleted or unmounted/)
  expect(existsSync(path)).toBe(false)
  renameSync(away, path)
  await vi.waitUntil(() => listed(t).open)
  await t.settle()
  expect(await t.found('a')).toEqual(['a.txt'])
  expect(await t.core.libraries.check(t.library, signal)).toMatchObject({ ok: true })
})

test('a library that is moved while it is open can be opened where it is now', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add({ watch: false })
  const { id, path } = t.library
  const moved = join(t.dataDir, '..', 'moved.sdlibrary')
  renameSync(path, moved)
  await vi.waitUntil(() => listed(t).error !== null)
  await t.core.libraries.open({ path: moved, readOnly: false })
  expect(listed(t)).toMatchObject({ id, path: moved, open: true, error: null })
  expect(await t.found('a')).toEqual(['a.txt'])
})

test('a library whose folder is deleted while it is open is told, and no stub of it is made', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add({ watch: false })
  await t.settle()
  const { path } = t.library
  rmSync(path, { recursive: true, maxRetries: 10 })
  await vi.waitUntil(() => listed(t).error !== null)
  await expect(async () => t.add({ watch: false })).rejects.toMatchObject({ code: 'Unavailable' })
  await t.core.close()
  expect(existsSync(path)).toBe(false)
})

test.each([
  ['log', ['-wal']],
  ['log and its index', ['-wal', '-shm']],
])('a database whose %s is removed while it is open is opened anew and loses nothing', async (_what, ends) => {
  await using t = await createTestCore()
  t.write('a.txt')
  const { locationId } = await t.add({ watch: false })
  const { library } = t
  for (const end of ends) rmSync(join(library.path, `database.db${end}`))
  await vi.waitUntil(() => listed(t).open && t.core.libraries.opened()[0] !== library)
  expect(await t.found('a')).toEqual(['a.txt'])
  t.write('b.txt')
  const { job } = await t.library.locations.rescan({ location: locationId, force: false })
  expect(await t.library.jobs.wait(job.id, signal)).toMatchObject({ status: 'completed' })
  await t.restart()
  expect((await t.found('txt')).toSorted()).toEqual(['a.txt', 'b.txt'])
  expect(await t.core.libraries.check(t.library, signal)).toMatchObject({ ok: true })
})

test('a library that changed is backed up once a day, and the last seven backups are kept and checked', async () => {
  let now = Date.now()
  await using t = await createTestCore({ now: () => now })
  t.write('a.txt')
  await t.add({ watch: false })
  const backups = join(t.library.path, 'backups')
  const byHand = await t.core.libraries.backup(t.library, {}, signal)
  utimesSync(byHand.path, 0, 0)
  const change = async () => {
    await t.library.store.write(({ db }) => db.updateTable('devices').set({ last_seen_at: now }).execute())
    // As if it had been written at the time of the test's clock.
    for (const end of ['', '-wal']) utimesSync(`${t.library.store.file}${end}`, now / 1_000, now / 1_000)
  }
  const daily = async () => {
    const before = new Set(await listBackups(backups))
    await t.core.libraries.backUpDaily(signal)
    const after = (await listBackups(backups)).filter((file) => file.endsWith('_daily.db'))
    for (const made of after) if (!before.has(made)) utimesSync(made, now / 1_000, now / 1_000)
    return after.length
  }
  const counts: number[] = []
  for (let day = 0; day < 8; day++) {
    await change()
    counts.push(await daily())
    // Not twice a day.
    now += DAY_MS / 2
    counts.push(await daily())
    now += DAY_MS / 2
  }
  expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7, 7])
  // Not where nothing has changed.
  now += DAY_MS
  expect(await daily()).toBe(7)
  expect(existsSync(byHand.path)).toBe(true)

  const [, damaged] = (await listBackups(backups)).filter((file) => file.endsWith('_daily.db'))
  writeFileSync(damaged!, 'no database')
  await change()
  await daily()
  expect(existsSync(`${damaged}.damaged`)).toBe(true)
  expect(t.warnings.join()).toContain('an older backup is damaged')
  expect((await listBackups(backups)).map((file) => basename(file))).not.toContain(basename(damaged!))
})

test('a backup to a file or a device is refused with a sentence', async () => {
  await using t = await createTestCore()
  const file = t.write('a.txt')
  for (const to of [file, '/dev/null', join(file, 'below')]) {
    await expect(t.core.libraries.backup(t.library, { to }, signal)).rejects.toMatchObject({
      name: 'CoreError',
      message: expect.stringMatching(/is not a folder; name a folder|does not exist/),
    })
  }
  mkdirSync(t.path('folder'))
  expect(await t.core.libraries.backup(t.library, { to: t.path('folder') }, signal)).toMatchObject({ verified: true })
})
