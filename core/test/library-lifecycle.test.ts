import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Core } from '../src/index.ts'
import { createTempDir, createTestCore, type TestCore } from '../testing/index.ts'
import { mountTmpfs, NO_MOUNTS } from '../testing/mount.ts'

const { signal } = new AbortController()

/** A library with one file in it, closed. */
async function closedLibrary(t: TestCore): Promise<string> {
  t.write('a.txt')
  await t.add()
  const { path } = t.library
  await t.core.libraries.close()
  return path
}

test('a data folder that is moved takes its libraries along', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  await t.core.close()
  const moved = join(t.dataDir, '..', 'moved')
  renameSync(t.dataDir, moved)
  await using core = await Core.open({ dataDir: moved })
  expect(core.libraries.list()).toMatchObject([
    { name: 'Test', open: true, path: join(moved, 'libraries/Test.sdlibrary') },
  ])
})

test('a copy of a data folder opens its own library, not that of the original', async () => {
  await using t = await createTestCore()
  await t.core.close()
  const copy = join(t.dataDir, '..', 'copy')
  cpSync(t.dataDir, copy, { recursive: true })
  await using core = await Core.open({ dataDir: copy })
  expect(core.libraries.list()).toMatchObject([{ open: true, path: join(copy, 'libraries/Test.sdlibrary') }])
})

test('a library that was forgotten with its files kept does not come back by itself, but can be opened again', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  await t.core.libraries.delete({ library: 'Test', keepFiles: true })
  await t.restart()
  expect(t.core.libraries.list()).toEqual([])
  await t.core.libraries.open({ path, readOnly: false })
  await t.restart()
  expect(t.core.libraries.list()).toMatchObject([{ name: 'Test', open: true, current: true }])
})

test.each([
  ['is gone', (file: string) => rmSync(file)],
  ['is empty', (file: string) => truncateSync(file, 0)],
  ['lost its end', (file: string) => truncateSync(file, statSync(file).size - 8_192)],
  ['was never a database', (file: string) => writeFileSync(file, 'a letter to a friend\n'.repeat(1_000))],
  ['is somebody else’s', (file: string) => (rmSync(file), new DatabaseSync(file).exec('create table mine(x)'))],
])('a library whose database %s is refused with its newest good backup, and never begun anew', async (_how, damage) => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  const backup = await t.core.libraries.backup(t.library, {}, signal)
  const { path } = t.library
  await t.core.libraries.close()
  damage(join(path, 'database.db'))
  const remedy = expect.stringContaining(`spacedrive library restore ${path}`)
  const refused = { code: 'Corrupt', message: remedy, details: { goodBackup: backup.path } }
  await expect(t.core.libraries.open({ path, readOnly: false })).rejects.toMatchObject(refused)
  await t.core.libraries.restore({ path }, signal)
  expect(await t.found('a.txt')).toEqual(['a.txt'])
})

test('a backup that is not sound is put in no place', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  const backup = t.write('backup.db', 'no database')
  await expect(t.core.libraries.restore({ path, backup }, signal)).rejects.toMatchObject({ code: 'Corrupt' })
  await t.core.libraries.open({ path, readOnly: false })
  expect(await t.found('a.txt')).toEqual(['a.txt'])
})

test('a restore keeps the old database with all it had written, and touches no library that is in use', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  await t.core.libraries.backup(t.library, {}, signal)
  const { path } = t.library
  await t.core.libraries.close()
  using other = createTempDir('other')
  await using second = await Core.open({ dataDir: other.path })
  await second.libraries.open({ path, readOnly: false })
  await expect(t.core.libraries.restore({ path }, signal)).rejects.toMatchObject({ code: 'Locked' })
  await second.libraries.close()
  // A process that was killed leaves what it wrote last in the log.
  const file = join(path, 'database.db')
  const killed = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync(${JSON.stringify(file)})
    db.exec("insert into extensions(ext) values('last')"); process.kill(process.pid, 'SIGKILL')`
  expect(spawnSync(process.execPath, ['-e', killed]).signal).toBe('SIGKILL')
  expect(existsSync(`${file}-wal`)).toBe(true)
  const { setAside } = await t.core.libraries.restore({ path }, signal)
  const old = new DatabaseSync(setAside!)
  expect(old.prepare("select count(*) as n from extensions where ext = 'last'").get()).toEqual({ n: 1 })
  old.close()
  expect(t.library.store.connection.prepare("select 1 from extensions where ext = 'last'").get()).toBeUndefined()
})

test('opening a library twice at once opens it once; opened while it closes, it is open afterwards', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  const both = await Promise.all([1, 2].map(() => t.core.libraries.open({ path, readOnly: false })))
  expect(both).toMatchObject([{ open: true }, { open: true }])
  const [, reopened] = await Promise.all([t.core.libraries.close('Test'), t.core.libraries.switchTo('Test')])
  expect(reopened).toMatchObject({ open: true, current: true })
  expect(await t.found('a.txt')).toEqual(['a.txt'])
})

test('a library that is being opened when the engine closes is not left open', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  const opening = t.core.libraries.open({ path, readOnly: false }).catch((err: unknown) => err)
  await t.core.close()
  await opening
  expect(existsSync(join(path, '.sdlibrary.lock'))).toBe(false)
  await expect(t.core.libraries.create({ name: 'Late' })).rejects.toMatchObject({ code: 'Unavailable' })
})

test('a library opened read-only is changed by nothing, stays so after a restart, and can be opened fully', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  mkdirSync(join(path, 'job_logs'), { recursive: true })
  writeFileSync(join(path, 'job_logs', '019a0000-0000-7000-8000-000000000009.log'), 'of a job')
  const picture = () =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => !/-(wal|shm)$/.test(name))
      .toSorted()
      .map((name) => [name, statSync(join(path, name)).mtimeMs])
  const before = picture()
  const { id } = await t.core.libraries.open({ path, readOnly: true })
  const { libraries } = t.core
  const denied = { code: 'PermissionDenied' }
  await expect(libraries.rename(t.library, 'New')).rejects.toMatchObject(denied)
  await expect(libraries.backup(t.library, {}, signal)).rejects.toMatchObject(denied)
  await expect(libraries.optimize(t.library, signal)).rejects.toMatchObject(denied)
  await expect(t.library.jobs.enqueueByName('indexing.location', { locationId: id })).rejects.toMatchObject(denied)
  await t.restart()
  expect(await t.found('a.txt')).toEqual(['a.txt'])
  expect(t.library.readOnly).toBe(true)
  expect(picture()).toEqual(before)
  await t.core.libraries.open({ path, readOnly: false })
  expect(t.library.readOnly).toBe(false)
})

test('a library whose manifest is of a newer version can be looked at read-only', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  const file = join(path, 'library.json')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), version: 99 }))
  await expect(t.core.libraries.open({ path, readOnly: false })).rejects.toMatchObject({ code: 'VersionMismatch' })
  await t.core.libraries.open({ path, readOnly: true })
  expect(await t.found('a.txt')).toEqual(['a.txt'])
})

test('a list of libraries of a newer version is left alone', async () => {
  await using t = await createTestCore()
  await t.core.close()
  const file = join(t.dataDir, 'libraries.json')
  writeFileSync(file, JSON.stringify({ version: 2, something: 'else' }))
  await expect(t.restart()).rejects.toMatchObject({ code: 'VersionMismatch' })
  expect(readFileSync(file, 'utf8')).toContain('something')
})

test('a backup ends, and holds one moment, though the library is written to all the time', async () => {
  await using t = await createTestCore()
  const { store } = t.library
  // Larger than what is copied in one step.
  await store.write(async ({ db }) => {
    for (let i = 0; i < 200; i++)
      await db
        .insertInto('extensions')
        .values({ ext: `${i}${'x'.repeat(100_000)}` })
        .execute()
  })
  const done = new AbortController()
  const backingUp = t.core.libraries.backup(t.library, {}, signal).finally(() => done.abort())
  for (let i = 0; !done.signal.aborted; i++) {
    await store.write(async ({ db }) => {
      await db
        .insertInto('extensions')
        .values({ ext: `a${i}` })
        .execute()
      await db
        .insertInto('extensions')
        .values({ ext: `b${i}` })
        .execute()
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { path } = await backingUp
  using copy = new DatabaseSync(path, { readOnly: true })
  const count = (letter: string) =>
    copy.prepare('select count(*) as n from extensions where ext glob ?').get(`${letter}*`)!['n']
  expect(count('a')).toBe(count('b'))
  expect(readdirSync(join(t.library.path, 'backups'))).toHaveLength(1)
})

test('the next backup removes the unfinished one of a killed process', async () => {
  await using t = await createTestCore()
  const backups = join(t.library.path, 'backups')
  mkdirSync(backups)
  writeFileSync(join(backups, '.database_backup.1073741824.019a0000-0000-7000-8000-000000000009.tmp'), 'half')
  await t.core.libraries.backup(t.library, {}, signal)
  expect(readdirSync(backups)).toEqual([expect.stringMatching(/^database_backup_\d{8}_\d{6}\.db$/)])
})

test('a library can be called anything, and its folder has a name every system takes', async () => {
  await using t = await createTestCore()
  const long = '図書館'.repeat(100)
  for (const [name, folder] of [
    [long, /^[図書館]{30,53}\.sdlibrary$/],
    ['a/b: c?', /^a-b- c-\.sdlibrary$/],
    ['..', /^Library\.sdlibrary$/],
  ] as const) {
    const { path } = await t.core.libraries.create({ name })
    expect(path.split('/').at(-1)).toMatch(folder)
  }
  await expect(t.core.libraries.create({ name: ' \t' })).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('a library that cannot be made leaves nothing behind', async () => {
  await using t = await createTestCore()
  const folder = join(t.dataDir, 'libraries')
  writeFileSync(join(folder, 'Taken.sdlibrary'), 'a file')
  await expect(t.core.libraries.create({ name: 'Taken' })).rejects.toMatchObject({ code: 'AlreadyExists' })
  await expect(t.core.libraries.create({ name: 'X', path: t.write('file') })).rejects.toMatchObject({
    code: 'AlreadyExists',
  })
  expect(readdirSync(folder).toSorted()).toEqual(['Taken.sdlibrary', 'Test.sdlibrary'])
})

test('a library whose folder is not there is not deleted, but can be forgotten', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  renameSync(path, join(t.dataDir, 'unplugged'))
  const asked = { library: 'Test', keepFiles: false }
  await expect(t.core.libraries.delete(asked)).rejects.toMatchObject({
    code: 'NotFound',
    message: expect.stringContaining('--keep-files'),
  })
  expect(await t.core.libraries.delete({ ...asked, keepFiles: true })).toMatchObject({ trashed: false })
})

test('each device of a library is listed once, and only the one that is asked is current', async () => {
  await using t = await createTestCore()
  const path = await closedLibrary(t)
  using other = createTempDir('other')
  await using second = await Core.open({ dataDir: other.path })
  await second.renameDevice('Desk')
  await second.libraries.open({ path, readOnly: false })
  await second.renameDevice('Désk 2')
  expect(
    (await second.libraries.resolve().listDevices()).map(({ name, slug, current }) => [name, slug, current]),
  ).toEqual(
    expect.arrayContaining([
      ['Désk 2', 'desk-2', true],
      [t.core.device.info().name, t.core.device.info().slug, false],
    ]),
  )
})

test('optimising on a full disk is refused, and loses nothing', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  const disk = join(t.dataDir, '..', 'small')
  using _ = mountTmpfs(disk, '16m')
  await t.core.libraries.create({ name: 'Small', path: disk })
  await t.library.store.write(async ({ db }) => {
    for (let i = 0; i < 50; i++)
      await db
        .insertInto('extensions')
        .values({ ext: `${i}${'x'.repeat(100_000)}` })
        .execute()
  })
  await expect(t.core.libraries.optimize(t.library, signal)).rejects.toMatchObject({ code: 'DiskFull' })
  expect(await t.core.libraries.check(t.library, signal)).toMatchObject({ ok: true })
  expect(t.library.store.connection.prepare('select count(*) as n from extensions').get()).toEqual({ n: 50 })
  await t.core.libraries.delete({ library: 'Small', keepFiles: true })
})
