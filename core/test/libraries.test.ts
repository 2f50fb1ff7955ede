import { cpSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Core } from '../src/index.ts'
import { createTempDir, createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()

test('libraries are made, listed, switched, renamed and closed', async () => {
  await using t = await createTestCore()
  const second = await t.core.libraries.create({ name: 'Second' })
  expect(second).toMatchObject({ name: 'Second', open: true, current: true })
  await expect(t.core.libraries.create({ name: 'Second' })).rejects.toMatchObject({ code: 'AlreadyExists' })
  expect(await t.core.libraries.switchTo('Test')).toMatchObject({ name: 'Test', current: true })
  await t.core.libraries.rename(t.core.libraries.resolve('Second'), 'Archive')
  expect(t.core.libraries.list().map(({ name, current }) => [name, current])).toEqual([
    ['Test', true],
    ['Archive', false],
  ])
  await t.core.libraries.close('Archive')
  expect(() => t.core.libraries.resolve('Archive')).toThrow(/closed/)
  await t.restart()
  expect(t.core.libraries.list().map(({ name, open }) => [name, open])).toEqual([
    ['Test', true],
    ['Archive', false],
  ])
})

test('a library moved to another place opens there with all it knows', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  const { path } = t.core.libraries.currentInfo()!
  await t.core.libraries.close()
  const moved = join(t.dataDir, '..', 'elsewhere.sdlibrary')
  renameSync(path, moved)
  await t.core.libraries.open({ path: moved, readOnly: false })
  expect(await t.found('a.txt')).toEqual(['a.txt'])
})

test('deleting a library puts its folder into the trash and touches no file', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  process.env['XDG_DATA_HOME'] = join(t.dataDir, 'xdg')
  const { path } = t.core.libraries.currentInfo()!
  const deleted = await t.core.libraries.delete({ library: 'Test', keepFiles: false })
  expect(deleted.trashed).toBe(true)
  expect([existsSync(path), existsSync(join(deleted.path, 'library.json')), existsSync(t.path('a.txt'))]).toEqual([
    false,
    true,
    true,
  ])
  expect(t.core.libraries.list()).toEqual([])
})

test('a second engine cannot open a library that is open, and a lock of a dead process does not hold', async () => {
  await using t = await createTestCore()
  using other = createTempDir('other')
  await using second = await Core.open({ dataDir: other.path })
  const { path } = t.core.libraries.currentInfo()!
  await expect(second.libraries.open({ path, readOnly: false })).rejects.toMatchObject({ code: 'Locked' })
  await t.core.libraries.close()
  writeFileSync(
    join(path, '.sdlibrary.lock'),
    JSON.stringify({ pid: 999_999_999, host: 'x', started: null, since: 'then' }).replace(
      '"x"',
      JSON.stringify((await import('node:os')).hostname()),
    ),
  )
  expect(await second.libraries.open({ path, readOnly: false })).toMatchObject({ open: true })
})

test('a backup is a sound copy, and takes the place of a damaged database', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  const backup = await t.core.libraries.backup(t.library, {}, signal)
  expect(backup).toMatchObject({ verified: true })
  expect(new DatabaseSync(backup.path, { readOnly: true }).prepare('select count(*) as n from entries').get()).toEqual({
    n: 2,
  })
  expect(await t.core.libraries.check(t.library, signal)).toMatchObject({ ok: true, problems: [] })
  const { path } = t.core.libraries.currentInfo()!
  await t.core.close()
  truncateSync(join(path, 'database.db'), 5_000)
  await t.restart()
  expect(t.core.libraries.list()[0]).toMatchObject({ name: 'Test', open: false })
  expect(t.core.libraries.list()[0]?.error).toMatch(/damaged|malformed/)
  const restored = await t.core.libraries.restore({ path }, signal)
  expect(restored.restored).toBe(backup.path)
  expect(existsSync(restored.setAside!)).toBe(true)
  expect(await t.found('a.txt')).toEqual(['a.txt'])
})

test('a library of a newer version is refused, and can be looked at read-only', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  await t.add()
  const { path } = t.core.libraries.currentInfo()!
  await t.core.libraries.close()
  const db = new DatabaseSync(join(path, 'database.db'))
  db.exec("insert into kysely_migration(name, timestamp) values('999-future', '2099')")
  db.close()
  await expect(t.core.libraries.open({ path, readOnly: false })).rejects.toMatchObject({ code: 'VersionMismatch' })
  expect(await t.core.libraries.open({ path, readOnly: true })).toMatchObject({ open: true })
  expect(await t.found('a.txt')).toEqual(['a.txt'])
  await expect(t.add({ path: t.path('.'), allowNested: true })).rejects.toMatchObject({
    code: expect.stringMatching(/PermissionDenied|AlreadyExists/),
  })
})

test('a copy of an open library is not opened beside it', async () => {
  await using t = await createTestCore()
  const { path } = t.core.libraries.currentInfo()!
  const copy = join(t.dataDir, '..', 'copy.sdlibrary')
  cpSync(path, copy, { recursive: true })
  rmSync(join(copy, '.sdlibrary.lock'))
  await expect(t.core.libraries.open({ path: copy, readOnly: false })).rejects.toMatchObject({ code: 'Conflict' })
})

test('optimising gives unused space back and keeps every row', async () => {
  await using t = await createTestCore()
  for (let i = 0; i < 300; i++) t.write(`d${i % 10}/${i}.txt`)
  const { locationId } = await t.add({ watch: false })
  await t.library.locations.remove(locationId)
  t.write('a.txt')
  await t.add({ path: t.path('d1') })
  const { bytesBefore, bytesAfter } = await t.core.libraries.optimize(t.library, signal)
  expect(bytesAfter).toBeLessThanOrEqual(bytesBefore)
  expect(await t.found('1.txt')).toContain('d1/1.txt')
  expect((await t.core.libraries.check(t.library, signal)).ok).toBe(true)
})

test('a list of libraries that cannot be read is set aside, and what lies in the data folder is found again', async () => {
  await using t = await createTestCore()
  await t.core.close()
  writeFileSync(join(t.dataDir, 'libraries.json'), 'not json')
  await t.restart()
  expect(t.core.libraries.list()).toMatchObject([{ name: 'Test', open: true, current: true }])
  expect(t.warnings.some((line) => line.includes('set aside'))).toBe(true)
})

test('a library that was on the list before it was current, when the engine was killed, is current after that', async () => {
  await using t = await createTestCore()
  await t.core.close()
  const file = join(t.dataDir, 'libraries.json')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), current: null }))
  await t.restart()
  expect(t.core.libraries.list()).toMatchObject([{ name: 'Test', open: true, current: true }])
  expect(await t.library.locations.list()).toEqual([])
})

test('the counts of a library are those of its files', async () => {
  await using t = await createTestCore()
  t.write('a.jpg', '12345')
  t.write('b/c.txt', '123')
  await t.add()
  const info = await t.core.libraries.info(t.library)
  expect(info.counts).toMatchObject({ files: 2, directories: 1, bytes: 8, locations: 1 })
  expect(info.byType).toEqual([
    { type: 'image', files: 1, bytes: 5 },
    { type: 'text', files: 1, bytes: 3 },
  ])
  expect(info.sizeOnDisk).toBeGreaterThan(0)
  expect(readFileSync(join(info.path, 'library.json'), 'utf8')).toContain(info.id)
})
