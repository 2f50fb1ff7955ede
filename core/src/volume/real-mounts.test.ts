import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { silentLogger } from '../util/logger.ts'
import { createVolumeDetector } from './detector.ts'
import { VolumeManager } from './volume-manager.ts'

const run = promisify(execFile)
const deps = { emit: () => {}, log: silentLogger }
const detector = () => createVolumeDetector({ machineId: 'test', log: silentLogger })

/** Mounting takes root and a kernel that lets it; a container often has neither. */
async function canMount(type: 'tmpfs' | 'ext4'): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'can-mount-'))
  try {
    if (type === 'tmpfs') await run('mount', ['-t', 'tmpfs', 'probe', folder])
    else await mountImage(await createImage(folder), folder)
    await run('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function createImage(folder: string): Promise<string> {
  const image = join(folder, 'image')
  await writeFile(image, '')
  await truncate(image, 32 * 1024 * 1024)
  await run('mkfs.ext4', ['-q', image])
  return image
}

async function mountImage(image: string, mountPoint: string): Promise<void> {
  await run('mount', ['-o', 'loop', image, mountPoint])
}

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
const mounts = isRoot ? { tmpfs: await canMount('tmpfs'), ext4: await canMount('ext4') } : { tmpfs: false, ext4: false }

test('this machine has a volume under its temporary folder, with room', async () => {
  await using manager = await VolumeManager.open({ ...deps, detector: detector() })
  const place = manager.volumeForPath(tmpdir())
  expect(place?.volume).toMatchObject({ online: true, fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(place?.volume.totalBytes).toBeGreaterThan(0)
  expect(manager.absolutePath(place!.volume.fingerprint, place!.pathInVolume)?.toString()).toBe(tmpdir())
})

test('fingerprints are the same at the next start', async () => {
  // Other programs of this machine may mount and unmount something between the two looks.
  await vi.waitFor(async () => {
    const [first, second] = await Promise.all(
      [detector(), detector()].map((one) => one.detect(new AbortController().signal)),
    )
    expect(second!.volumes.map((volume) => volume.fingerprint)).toEqual(
      first!.volumes.map((volume) => volume.fingerprint),
    )
  })
})

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('what the kernel makes up is on no volume', async () => {
    await using manager = await VolumeManager.open({ ...deps, detector: detector() })
    expect(manager.volumeForPath('/proc/self/status')).toBeNull()
  })
})

describe.skipIf(!mounts.tmpfs)('with the right to mount (root, outside a sealed container)', () => {
  let folder: string
  const points = ['a', 'b', 'clone', 'bind', 'Zoë 1\t']
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mounts-'))
    for (const point of points) await mkdir(join(folder, point))
  })
  afterAll(async () => {
    for (const point of points) await run('umount', [join(folder, point)]).catch(() => {})
    await rm(folder, { recursive: true, force: true })
  })

  test('a mount and its end are noticed by themselves, odd names and all', async () => {
    await using manager = await VolumeManager.open({ ...deps, detector: detector() })
    const mountPoint = join(folder, 'Zoë 1\t')
    const inside = join(mountPoint, 'x')
    const before = manager.volumeForPath(inside)?.volume.fingerprint
    await run('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'memory', mountPoint])
    await vi.waitFor(() => expect(manager.volumeForPath(inside)?.volume.mountPoint).toBe(mountPoint))
    const { volume } = manager.volumeForPath(inside)!
    expect(volume).toMatchObject({
      kind: 'virtual',
      filesystem: 'tmpfs',
      totalBytes: 20 * 1024 * 1024,
      name: 'Zoë 1\t',
    })
    expect(await manager.speedTest(volume.fingerprint)).toEqual({
      writeBytesPerSecond: expect.any(Number),
      readBytesPerSecond: expect.any(Number),
    })
    await run('umount', [mountPoint])
    await vi.waitFor(() => expect(manager.get(volume.fingerprint)).toBeNull())
    expect(manager.volumeForPath(inside)?.volume.fingerprint).toBe(before)
  })

  test('a bind mount is the same volume, and its paths are those of the volume', async () => {
    await using manager = await VolumeManager.open({ ...deps, detector: detector() })
    await run('mount', ['--bind', join(folder, 'a'), join(folder, 'bind')])
    await manager.checkMounts()
    const direct = manager.volumeForPath(join(folder, 'a', 'x'))
    const bound = manager.volumeForPath(join(folder, 'bind', 'x'))
    expect(bound?.volume).toBe(direct?.volume)
    expect(bound?.pathInVolume).toEqual(direct?.pathInVolume)
    await run('umount', [join(folder, 'bind')])
  })

  test.skipIf(!mounts.ext4)(
    'a disk keeps its fingerprint wherever it is mounted, and a clone beside it gets another',
    async () => {
      await using manager = await VolumeManager.open({ ...deps, detector: detector() })
      const image = await createImage(folder)
      const fingerprintAt = async (point: string) => {
        await manager.checkMounts()
        return manager.volumeForPath(join(folder, point, 'x'))?.volume.fingerprint
      }
      await mountImage(image, join(folder, 'a'))
      const first = await fingerprintAt('a')
      await run('umount', [join(folder, 'a')])
      await mountImage(image, join(folder, 'b'))
      expect(await fingerprintAt('b')).toBe(first)

      await copyFile(image, join(folder, 'copy'))
      await mountImage(join(folder, 'copy'), join(folder, 'clone'))
      const clone = await fingerprintAt('clone')
      expect(clone).not.toBe(first)
      expect(await fingerprintAt('b')).toBe(first)
      await run('umount', [join(folder, 'b')])
      await run('umount', [join(folder, 'clone')])
    },
  )

  test('a read-only volume is not measured', async () => {
    await using manager = await VolumeManager.open({ ...deps, detector: detector() })
    await run('mount', ['-t', 'tmpfs', '-o', 'ro', 'memory', join(folder, 'a')])
    await manager.checkMounts()
    const { volume } = manager.volumeForPath(join(folder, 'a'))!
    expect(volume.readOnly).toBe(true)
    await expect(manager.speedTest(volume.fingerprint)).rejects.toMatchObject({ code: 'PermissionDenied' })
    await run('umount', [join(folder, 'a')])
  })
})
