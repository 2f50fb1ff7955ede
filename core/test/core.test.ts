import { chmodSync, cpSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Core } from '../src/index.ts'
import { createTempDir, createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()

test('closing is done once however often it is asked for, and is the last that is heard', async () => {
  using dir = createTempDir('core')
  const core = await Core.open({ dataDir: dir.path })
  await core.libraries.create({ name: 'Test' })
  const heard: string[] = []
  core.events.subscribe((event) => heard.push(event.type))
  await Promise.all([core.close(), core.close()])
  await core.close()
  expect(heard.filter((type) => type === 'core.stopped')).toHaveLength(1)
  expect(heard.at(-1)).toBe('core.stopped')
})

test('two engines in one process keep to themselves', async () => {
  await using alice = await createTestCore()
  await using bob = await createTestCore()
  const heard: string[] = []
  bob.core.events.subscribe((event) => heard.push(event.type), {
    types: ['location.added', 'job.queued', 'tree.changed'],
  })
  alice.write('only-alice.txt')
  await alice.add()
  expect(alice.core.device.info().id).not.toBe(bob.core.device.info().id)
  expect([await alice.found('only'), await bob.found('only'), heard]).toEqual([['only-alice.txt'], [], []])
})

test('a data folder that cannot be made is refused with another way', async () => {
  using dir = createTempDir('core')
  const file = join(dir.path, 'file')
  writeFileSync(file, '')
  await expect(Core.open({ dataDir: join(file, 'data') })).rejects.toThrow('--data-dir')
})

test('a copied data folder is told by status and doctor until the device has a name of its own', async () => {
  await using t = await createTestCore()
  await t.core.close()
  const copy = join(t.dataDir, '..', 'copy')
  cpSync(t.dataDir, copy, { recursive: true })
  await using core = await Core.open({ dataDir: copy })
  expect(core.status().notices).toEqual([expect.stringContaining('is a copy of that of')])
  const { checks } = await core.doctor(signal)
  expect(checks.find(({ name }) => name === 'identity')).toMatchObject({
    state: 'warning',
    fix: expect.stringContaining('spacedrive device rename'),
  })
  await core.renameDevice('Copy')
  expect(core.status().notices).toEqual([])
})

test('a library that could not be opened is told by status, and doctor says what to do about it', async () => {
  await using t = await createTestCore()
  const { path } = await t.core.libraries.create({ name: 'My Photos' })
  const gone = await t.core.libraries.create({ name: 'Gone' })
  await t.core.close()
  rmSync(join(path, 'database.db'))
  rmSync(gone.path, { recursive: true })
  mkdirSync(gone.path)
  await t.restart()
  expect(t.core.status().notices).toEqual([
    expect.stringMatching(/^library My Photos could not be opened: .*database\.db is missing/),
    expect.stringMatching(/^library Gone could not be opened: .* is not a library/),
  ])
  const { checks } = await t.core.doctor(signal)
  expect(checks.filter(({ name }) => name.startsWith('library ')).map(({ fix }) => fix)).toEqual([
    `spacedrive library restore '${path}'`,
    expect.stringContaining('plug its disk in'),
  ])
})

test.skipIf(process.platform === 'win32')('a data folder that let others in is closed to them', async () => {
  using dir = createTempDir('open')
  chmodSync(dir.path, 0o755)
  await using _core = await Core.open({ dataDir: dir.path })
  expect(statSync(dir.path).mode & 0o777).toBe(0o700)
})

test('doctor runs once for all who ask meanwhile, and again for who asks later', async () => {
  await using t = await createTestCore()
  const runs = await Promise.all(Array.from({ length: 64 }, () => t.core.doctor(signal)))
  expect(new Set(runs).size).toBe(1)
  const left = new AbortController()
  const given = t.core.doctor(left.signal)
  left.abort(new Error('left'))
  await expect(given).rejects.toThrow('left')
  expect(await t.core.doctor(signal)).not.toBe(runs[0])
})
