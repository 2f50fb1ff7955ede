import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { EventData, EventType } from '../events/catalog.ts'
import { silentLogger } from '../util/logger.ts'
import type { DetectedVolume } from './detected-volume.ts'
import { FakeDetector, fakeVolume, GB } from './fixtures/fake-detector.ts'
import { VolumeManager } from './volume-manager.ts'

const root = fakeVolume('/')
const stick = fakeVolume('/media/stick', { kind: 'external', removable: true })

async function createManager(
  volumes: DetectedVolume[] = [root],
  options: { watchMs?: number; refreshMs?: number } = {},
) {
  const detector = new FakeDetector(volumes)
  const events: string[] = []
  const emit = <T extends EventType>(type: T, data: EventData<T>) => {
    events.push(`${type} ${(data as { fingerprint: string }).fingerprint.replace('fingerprint-of-', '')}`)
  }
  const slow = { watchMs: 3_600_000, refreshMs: 3_600_000 }
  const deps = { detector, emit, log: silentLogger, platform: 'linux' as const, ...slow, ...options }
  const manager = await VolumeManager.open(deps)
  return { manager, detector, events, [Symbol.asyncDispose]: () => manager.close() }
}

test('volumes that come, change and go are told once', async () => {
  await using world = await createManager()
  const { manager, detector, events } = world
  expect(events).toEqual(['volume.added /'])
  detector.volumes = [root, stick]
  await manager.refresh()
  await manager.refresh()
  detector.volumes = [root, { ...stick, name: 'Blue' }]
  await manager.refresh()
  detector.volumes = [root]
  await manager.refresh()
  expect(events.slice(1)).toEqual([
    'volume.added /media/stick',
    'volume.updated /media/stick',
    'volume.removed /media/stick',
  ])
})

test('space that changes a little is shown but not told; little by little it is', async () => {
  await using world = await createManager()
  const { manager, detector, events } = world
  for (let step = 1; step <= 3; step++) {
    detector.setFree(root.fingerprint, 40 * GB - step * 8_000_000)
    await manager.refresh()
    expect(manager.get(root.fingerprint)?.freeBytes).toBe(40 * GB - step * 8_000_000)
  }
  expect(events).toEqual(['volume.added /', 'volume.updated /'])
})

test('mounting and unmounting are noticed by themselves', async () => {
  await using world = await createManager([root], { watchMs: 5 })
  const { detector, events } = world
  detector.volumes = [root, stick]
  await vi.waitFor(() => expect(events).toContain('volume.added /media/stick'))
  detector.volumes = [root]
  await vi.waitFor(() => expect(events).toContain('volume.removed /media/stick'))
})

test('while nothing is mounted, only free space is looked at, at its own pace', async () => {
  await using world = await createManager([root], { watchMs: 1, refreshMs: 25 })
  const { manager, detector } = world
  detector.setFree(root.fingerprint, 1)
  await vi.waitFor(() => expect(manager.get(root.fingerprint)?.freeBytes).toBe(1))
  expect(await manager.checkMounts()).toBe(false)
})

test('a caller who has just mounted something gets a look that began after that', async () => {
  await using world = await createManager()
  const { manager, detector } = world
  const early = manager.refresh()
  detector.volumes = [root, stick]
  await manager.refresh()
  expect(manager.get(stick.fingerprint)).not.toBeNull()
  await early
})

test('a system that does not answer leaves what was known, and the engine opens all the same', async () => {
  await using world = await createManager()
  const { manager, detector } = world
  detector.failure = new Error('diskutil is gone')
  await expect(manager.refresh()).rejects.toThrow('diskutil is gone')
  expect(manager.list()).toEqual([root])

  const broken = new FakeDetector()
  broken.failure = new Error('no PowerShell')
  await using other = await VolumeManager.open({
    detector: broken,
    emit: () => {},
    log: silentLogger,
    watchMs: 5,
    refreshMs: 5,
  })
  expect(other.list()).toEqual([])
  broken.failure = null
  broken.volumes = [root]
  await vi.waitFor(() => expect(other.list()).toHaveLength(1))
})

test('a listener that fails does not keep the others from hearing', async () => {
  await using world = await createManager()
  const { manager, detector } = world
  const heard: string[] = []
  manager.onChange(() => {
    throw new Error('listener')
  })
  const good = manager.onChange(({ added }) => heard.push(...added.map((volume) => volume.name)))
  detector.volumes = [root, stick]
  await manager.refresh()
  good[Symbol.dispose]()
  detector.volumes = [root]
  await manager.refresh()
  expect(heard).toEqual(['/media/stick'])
})

test('a volume that stops answering is offline, and as big as it was', async () => {
  await using world = await createManager()
  const { manager, detector, events } = world
  detector.volumes = [{ ...root, online: false, totalBytes: 0, freeBytes: 0 }]
  await manager.refresh()
  expect(manager.get(root.fingerprint)).toMatchObject({ online: false, totalBytes: 100 * GB, freeBytes: 40 * GB })
  expect(events.at(-1)).toBe('volume.updated /')
})

test('clones mounted together stay two volumes', async () => {
  const clone = { ...stick, fingerprint: root.fingerprint, hardwareId: 'other disk' }
  await using world = await createManager([{ ...root, hardwareId: 'disk' }])
  const { manager, detector } = world
  detector.volumes = [{ ...root, hardwareId: 'disk' }, clone]
  await manager.refresh()
  expect(manager.list().map((volume) => volume.mountPoint)).toEqual(['/', '/media/stick'])
  expect(manager.volumeForPath('/etc')?.volume.fingerprint).toBe(root.fingerprint)
})

test('the list hides what no one would call a drive', async () => {
  const hidden = [
    fakeVolume('/boot', { kind: 'system' }),
    fakeVolume('/run', { kind: 'virtual' }),
    fakeVolume('/var/lib/docker/overlay2/1/merged', { kind: 'container' }),
  ]
  await using world = await createManager([root, stick, ...hidden])
  const { manager } = world
  expect(manager.list()).toEqual([root, stick])
  expect(manager.list({ all: true })).toHaveLength(5)
  await using container = await createManager([fakeVolume('/', { kind: 'container' })])
  expect(container.manager.list()).toHaveLength(1)
})

test('questions about paths', async () => {
  await using world = await createManager([root, stick])
  const { manager } = world
  expect(manager.sameVolume('/etc', '/usr')).toBe(true)
  expect(manager.sameVolume('/etc', '/media/stick/a')).toBe(false)
  expect(manager.isPathOnVolume('/media/stick/a', stick.fingerprint)).toBe(true)
  expect(manager.relativePathOnVolume('/media/stick/a/b', stick.fingerprint)?.toString()).toBe('a/b')
  expect(manager.relativePathOnVolume('/etc', stick.fingerprint)).toBeNull()
  expect(manager.absolutePath(stick.fingerprint, 'a/b')?.toString()).toBe('/media/stick/a/b')
})

test('looked-up paths are remembered until the mounts change, text and bytes alike', async () => {
  await using world = await createManager()
  const { manager, detector } = world
  manager.volumeForPath('/media/stick/a')
  manager.volumeForPath('/media/stick/a')
  manager.volumeForPath(Buffer.from('/media/stick/a'))
  expect(manager.cacheStats()).toEqual({ paths: 2, hits: 1, misses: 2 })
  detector.volumes = [root, stick]
  expect(await manager.checkMounts()).toBe(true)
  expect(manager.volumeForPath('/media/stick/a')?.volume).toEqual(stick)
  manager.clearCache()
  expect(manager.cacheStats()).toEqual({ paths: 0, hits: 0, misses: 0 })
})

test('volumes with room are those that can be written, the emptiest first', async () => {
  const volumes = [
    root,
    fakeVolume('/big', { freeBytes: 90 * GB }),
    fakeVolume('/locked', { freeBytes: 90 * GB, readOnly: true }),
    fakeVolume('/dead', { freeBytes: 90 * GB, online: false }),
    fakeVolume('/full', { freeBytes: 1 }),
  ]
  await using world = await createManager(volumes)
  const { manager } = world
  expect(manager.volumesWithSpace(10 * GB).map((volume) => volume.mountPoint)).toEqual(['/big', '/'])
})

test('statistics count shared space once', async () => {
  const pool = { pool: 'disk3', totalBytes: 500 * GB, freeBytes: 100 * GB }
  await using world = await createManager([fakeVolume('/', pool), fakeVolume('/home', pool), stick])
  const { manager } = world
  expect(manager.statistics()).toEqual({
    volumes: 3,
    online: 3,
    totalBytes: 600 * GB,
    freeBytes: 140 * GB,
    byKind: { primary: 2, external: 1 },
  })
})

test('a volume is measured, leaves nothing behind and keeps its figures', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'speed-'))
  await using world = await createManager([
    fakeVolume('/', { mounts: [{ mountPoint: '/', root: '/', deviceId: '8:1' }] }),
  ])
  const { manager } = world
  const speed = await manager.speedTest(root.fingerprint, { directories: [folder] })
  expect(speed.writeBytesPerSecond).toBeGreaterThan(0)
  expect(speed.readBytesPerSecond === null).toBe(process.platform === 'darwin')
  await manager.refresh()
  expect(manager.get(root.fingerprint)).toMatchObject(speed)
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true })
})

test('what cannot be measured is refused with the reason', async () => {
  const nowhere = fakeVolume('/nowhere/at/all')
  const volumes = [
    root,
    nowhere,
    fakeVolume('/locked', { readOnly: true }),
    fakeVolume('/dead', { online: false }),
    fakeVolume('/full', { freeBytes: 1_000 }),
  ]
  await using world = await createManager(volumes)
  const { manager } = world
  const code = (fingerprint: string, signal?: AbortSignal) =>
    manager.speedTest(fingerprint, signal ? { signal } : {}).catch((err: { code: string }) => err.code)
  expect(await code('unknown')).toBe('NotFound')
  expect(await code('fingerprint-of-/locked')).toBe('PermissionDenied')
  expect(await code('fingerprint-of-/dead')).toBe('Offline')
  expect(await code('fingerprint-of-/full')).toBe('DiskFull')
  expect(await code(nowhere.fingerprint)).toBe('PermissionDenied')
  expect(await code(root.fingerprint, AbortSignal.abort())).toBe('Cancelled')
  expect(await Promise.all([code(root.fingerprint), code(root.fingerprint)])).toContain('Conflict')
})

test('closing twice is closing once, and nothing is looked at afterwards', async () => {
  const { manager, detector } = await createManager()
  await manager.close()
  await manager.close()
  await manager.refresh()
  expect(detector.detections).toBe(1)
  expect(manager.list()).toEqual([root])
})
