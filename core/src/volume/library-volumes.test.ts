import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { kyselyOver, migrate, openDatabase } from '../db/index.ts'
import type { Volume } from '../domain/index.ts'
import { LibraryStore, migrations } from '../store/index.ts'
import type { LibrarySchema } from '../store/schema/index.ts'
import { silentLogger } from '../util/logger.ts'
import { uuidToBlob, uuidv7 } from '../util/uuid.ts'
import type { DetectedVolume } from './detected-volume.ts'
import { FakeDetector, fakeVolume, GB } from './fixtures/fake-detector.ts'
import { LibraryVolumes } from './library-volumes.ts'
import { VolumeManager } from './volume-manager.ts'

const root = fakeVolume('/', { name: 'Root' })
const stick = fakeVolume('/media/stick', { name: 'Stick', kind: 'external' })
const boot = fakeVolume('/boot', { name: 'Boot', kind: 'system' })
const NOW = 1_700_000_000_000

async function createWorld(mounted: DetectedVolume[] = [root, stick, boot]) {
  const dir = mkdtempSync(join(tmpdir(), 'sd-volumes-'))
  const path = join(dir, 'database.db')
  const file = openDatabase(path)
  const db = kyselyOver<LibrarySchema>(file)
  await migrate(db, migrations, 'test')
  const device = { name: 'here', slug: 'here', details: '{}', created_at: 0, last_seen_at: 0 }
  await db
    .insertInto('devices')
    .values({ id: 1, uuid: uuidToBlob(uuidv7()), ...device })
    .execute()
  await db
    .insertInto('devices')
    .values({ id: 2, uuid: uuidToBlob(uuidv7()), ...device, slug: 'there' })
    .execute()

  const events: string[] = []
  const store = new LibraryStore({
    file: path,
    readOnly: false,
    emit: (type, data) => void events.push(`${type} ${(data as Volume).name}`),
    log: silentLogger,
  })
  const detector = new FakeDetector(mounted)
  detector.pseudoMounts = ['/proc']
  const hour = 3_600_000
  const manager = await VolumeManager.open({
    detector,
    emit: () => {},
    log: silentLogger,
    platform: 'linux',
    watchMs: hour,
    refreshMs: hour,
  })
  const clock = { now: NOW }
  const deps = { store, volumes: manager, deviceRowId: 1, now: () => clock.now, log: silentLogger }
  const volumes = await LibraryVolumes.open(deps)

  async function plug(...now: DetectedVolume[]): Promise<void> {
    detector.volumes = now
    await manager.refresh()
  }
  /** A location on the root of a volume, as the location feature makes it. */
  async function addLocation(volumeRowId: number): Promise<void> {
    const numbers = {
      kind: 1,
      type: 0,
      size: 0,
      allocated: 0,
      mtime: 0,
      mtime_ns: 0,
      ctime: 0,
      inode: 1,
      nlink: 1,
      mode: 0,
    }
    const entry = await db
      .insertInto('entries')
      .values({ uuid: uuidToBlob(uuidv7()), name: 'x', sort_key: Buffer.from('x'), ...numbers })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('directories')
      .values({ id: entry.id, volume_id: volumeRowId, path: Buffer.from('x/') })
      .execute()
    await db
      .insertInto('locations')
      .values({
        uuid: uuidToBlob(uuidv7()),
        directory_id: entry.id,
        name: 'x',
        path: Buffer.from('/media/stick/x'),
        mode: 'shallow',
        watch: 0,
        rules: '{}',
        state: 'pending',
        root_inode: 1,
        created_at: 0,
      })
      .execute()
  }
  return {
    db,
    deps,
    volumes,
    events,
    clock,
    plug,
    addLocation,
    async [Symbol.asyncDispose]() {
      await volumes[Symbol.asyncDispose]()
      await manager.close()
      await store[Symbol.asyncDispose]()
      file.close()
      rmSync(dir, { recursive: true })
    },
  }
}

function names(volumes: readonly Volume[]): string[] {
  return volumes.map((volume) => volume.name)
}

test('the list has what is mounted, without what no one would call a drive', async () => {
  await using world = await createWorld()
  expect(names(await world.volumes.list())).toEqual(['Root', 'Stick'])
  expect(names(await world.volumes.list({ all: true }))).toEqual(['Boot', 'Root', 'Stick'])
})

test('a tracked volume is remembered under its own name while it is unplugged, and is the same when it comes back', async () => {
  await using world = await createWorld()
  const tracked = await world.volumes.track(stick.fingerprint, '  Blue disk ')
  expect(tracked).toMatchObject({ name: 'Blue disk', tracked: true, online: true })
  expect(tracked.id).not.toBeNull()

  await world.plug(root)
  const offline = await world.volumes.info('blue disk')
  expect(offline).toEqual({ ...tracked, online: false })
  expect(names(await world.volumes.list())).toEqual(['Blue disk', 'Root'])

  await world.plug(root, {
    ...stick,
    mountPoint: '/mnt/elsewhere',
    mounts: [{ mountPoint: '/mnt/elsewhere', root: '/', deviceId: '8:9' }],
  })
  expect(await world.volumes.info(stick.fingerprint)).toMatchObject({
    id: tracked.id,
    online: true,
    mountPoint: '/mnt/elsewhere',
  })
  expect(world.events).toEqual(['volume.updated Blue disk'])
})

test('tracking again keeps the name; untracking gives the volume its own name back', async () => {
  await using world = await createWorld()
  await world.volumes.track('Stick', 'Blue')
  expect(await world.volumes.track('Blue')).toMatchObject({ name: 'Blue', tracked: true })
  expect(await world.volumes.untrack('Blue')).toMatchObject({ name: 'Stick', tracked: false })
  await world.plug(root)
  expect(names(await world.volumes.list())).toEqual(['Root'])
  await expect(world.volumes.track('Root', '  ')).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('a volume with a location on it stays', async () => {
  await using world = await createWorld()
  const { volumeRowId } = await world.volumes.ensure('/media/stick/x')
  await world.addLocation(volumeRowId)
  await expect(world.volumes.untrack('Stick')).rejects.toMatchObject({ code: 'Conflict' })
  await world.plug(root)
  expect(await world.volumes.list()).toMatchObject([{ name: 'Root' }, { name: 'Stick', online: false }])
})

test('a volume is found by fingerprint, its start, id, name and mount point', async () => {
  await using world = await createWorld()
  const { id } = await world.volumes.track('Stick')
  for (const reference of [stick.fingerprint, 'fingerprint-of-/m', id!, 'stick', '/media/stick']) {
    expect(await world.volumes.info(reference)).toMatchObject({ fingerprint: stick.fingerprint })
  }
  await expect(world.volumes.info('nothing')).rejects.toMatchObject({ code: 'NotFound' })
  await expect(world.volumes.info('fingerprint-of')).rejects.toMatchObject({ code: 'Conflict' })
})

test('the volume under a path is known from then on, once, however many ask', async () => {
  await using world = await createWorld()
  const [first, second] = await Promise.all([
    world.volumes.ensure('/media/stick/a/b'),
    world.volumes.ensure(Buffer.from('/media/stick')),
  ])
  expect(first.pathInVolume.toString()).toBe('a/b')
  expect(second.pathInVolume.toString()).toBe('')
  expect(second.volumeRowId).toBe(first.volumeRowId)
  expect(first.volume).toMatchObject({ name: 'Stick', tracked: false, id: expect.any(String) })
  expect((await world.volumes.ensure('/etc')).volumeRowId).not.toBe(first.volumeRowId)
})

test('a volume mounted a moment ago is found', async () => {
  await using world = await createWorld([root])
  const detector = world.plug(root, stick)
  expect((await world.volumes.ensure('/media/stick/a')).volume.name).toBe('Stick')
  await detector
})

test('paths on no volume, and on one that does not answer, are refused', async () => {
  await using world = await createWorld([root, { ...stick, online: false }])
  await expect(world.volumes.ensure('/proc/1')).rejects.toMatchObject({ code: 'Unsupported' })
  await expect(world.volumes.ensure('/media/stick/a')).rejects.toMatchObject({ code: 'Offline' })
})

test('a drive that comes from another device keeps its row and belongs to this one now', async () => {
  await using world = await createWorld()
  const { volumeRowId } = await world.volumes.ensure('/media/stick/a')
  await world.db.updateTable('volumes').set({ device_id: 2 }).where('id', '=', volumeRowId).execute()
  expect((await world.volumes.ensure('/media/stick/a')).volumeRowId).toBe(volumeRowId)
  const row = await world.db.selectFrom('volumes').select('device_id').where('id', '=', volumeRowId).executeTakeFirst()
  expect(row?.device_id).toBe(1)
})

test('what was last seen of a volume is what is remembered of it', async () => {
  await using world = await createWorld()
  await world.volumes.track('Stick')
  await world.plug(root, { ...stick, freeBytes: 7 * GB })
  world.clock.now = NOW + 5_000
  await world.plug(root)
  await vi.waitFor(async () => {
    const row = await world.db.selectFrom('volumes').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ free_bytes: 7 * GB, last_seen_at: NOW + 5_000, created_at: NOW })
  })
  expect(await world.volumes.info('Stick')).toMatchObject({ online: false, freeBytes: 7 * GB })
})

test('a library opened later learns what has changed meanwhile', async () => {
  await using world = await createWorld()
  await world.volumes.track('Stick')
  await world.volumes[Symbol.asyncDispose]()
  await world.plug(root, { ...stick, totalBytes: 200 * GB })
  await using again = await LibraryVolumes.open(world.deps)
  await world.plug(root)
  expect(await again.info('Stick')).toMatchObject({ totalBytes: 200 * GB, online: false })
})

test('the figures of a speed test are kept while the volume is away', async () => {
  await using world = await createWorld()
  const measured = await world.volumes.speedTest('Root')
  expect(measured.writeBytesPerSecond).toBeGreaterThan(0)
  expect(world.events).toEqual(['volume.speed-tested Root'])
  await world.plug()
  const offline = await world.volumes.info('Root')
  expect(offline).toEqual({ ...measured, online: false })
  await expect(world.volumes.speedTest('Root')).rejects.toMatchObject({ code: 'Offline' })
})
