import { expect, test } from 'vitest'
import type { DetectedVolume } from './detected-volume.ts'
import { volumeFingerprint } from './fingerprint.ts'
import { recordedLinux, RecordedSpace } from './fixtures/recorded-linux.ts'
import { LinuxDetector } from './linux.ts'
import { MountTable } from './mount-table.ts'

const { signal } = new AbortController()

async function detect(name: string, options: { machineId?: string; space?: RecordedSpace } = {}) {
  const { machineId = 'this-machine', space = new RecordedSpace() } = options
  return new LinuxDetector({ machineId, files: await recordedLinux(name), space }).detect(signal)
}

function summary({ name, kind, disk, filesystem, removable, cow, readOnly }: DetectedVolume) {
  const flags = [removable && 'removable', cow && 'cow', readOnly && 'read-only'].filter(Boolean)
  return [name, kind, disk, filesystem, ...flags].join(', ')
}

test('a laptop with encrypted btrfs, disks, sticks, servers, clouds, snaps and containers', async () => {
  const { volumes, pseudoMounts } = await detect('laptop')
  expect(Object.fromEntries(volumes.map((volume) => [volume.mountPoint, summary(volume)]))).toEqual({
    '/': 'arch root, primary, ssd, btrfs, cow',
    '/home': 'arch root, primary, ssd, btrfs, cow',
    '/boot/efi': 'efi, system, ssd, fat',
    '/data': 'Big Disk, primary, hdd, ext4',
    '/run/media/alice/CAMERA CARD': 'CAMERA CARD, external, hdd, exfat, removable',
    '/run/media/alice/Win': 'Win, external, hdd, ntfs, removable',
    '/mnt/nas': 'photos on nas.lan, network, network, nfs',
    '/mnt/office': 'team docs on files.example.com, network, network, smb',
    '/mnt/server': 'backup on server, network, network, sshfs',
    '/mnt/drive': 'drive, network, network, rclone',
    '/snap/core22/1122': '1122, virtual, virtual, squashfs, read-only',
    '/var/lib/docker/overlay2/4f1a/merged': 'merged, container, virtual, overlay',
    '/dev/shm': 'shm, virtual, virtual, tmpfs',
    '/run/user/1000': '1000, virtual, virtual, tmpfs',
  })
  expect(pseudoMounts).toEqual(['/proc', '/sys', '/dev', '/sys/fs/cgroup', '/mnt/auto'])
})

test('a bind mount is another way into the same volume, a subvolume is a volume of its own', async () => {
  const detection = await detect('laptop')
  const table = new MountTable(detection, 'linux')
  const data = detection.volumes.find((volume) => volume.mountPoint === '/data')
  expect(data?.mounts).toEqual([
    { mountPoint: '/data', root: '/', deviceId: '8:1' },
    { mountPoint: '/home/alice/Photos', root: '/photos', deviceId: '8:1' },
  ])
  expect(table.find('/home/alice/Photos/2024')?.pathInVolume.toString()).toBe('photos/2024')
  expect(table.find('/data/photos/2024')?.pathInVolume.toString()).toBe('photos/2024')
  expect(table.find('/home/alice')?.pathInVolume.toString()).toBe('alice')
  expect(table.find('/home')?.volume.fingerprint).not.toBe(table.find('/')?.volume.fingerprint)
  expect(table.find('/home')?.volume.pool).toBe(table.find('/')?.volume.pool)
})

test('file systems with an id have the same fingerprint on another machine, the others do not', async () => {
  const [here, there] = await Promise.all([detect('laptop'), detect('laptop', { machineId: 'another-machine' })])
  const bound = here.volumes.filter(
    (volume) => !there.volumes.some((other) => other.fingerprint === volume.fingerprint),
  )
  expect(bound.map((volume) => volume.filesystem)).toEqual(['tmpfs', 'rclone', 'squashfs', 'overlay', 'tmpfs'])
})

test('a memory card has the fingerprint of its serial number', async () => {
  const { volumes } = await detect('laptop')
  const card = volumes.find((volume) => volume.filesystem === 'exfat')
  expect(card?.fingerprint).toBe(volumeFingerprint({ by: 'filesystem', uuid: '1A2B-3C4D' }))
})

test('a container sees the same disk as its host, under the same fingerprint and paths', async () => {
  const [host, container] = await Promise.all([detect('laptop'), detect('container')])
  expect(Object.fromEntries(container.volumes.map((volume) => [volume.mountPoint, summary(volume)]))).toEqual({
    '/': 'Root, container, virtual, overlay',
    '/dev': 'dev, virtual, virtual, tmpfs',
    '/photos': 'photos, primary, ssd, ext4',
    '/host': 'host, network, network, 9p, read-only',
  })
  const inside = new MountTable(container, 'linux').find('/photos/a.jpg')
  expect(inside?.volume.fingerprint).toBe(host.volumes.find((volume) => volume.mountPoint === '/data')?.fingerprint)
  expect(inside?.pathInVolume.toString()).toBe('home/alice/photos/a.jpg')
})

test('a server that does not answer is offline and keeps nobody waiting; only what may hang is asked from outside', async () => {
  const space = new RecordedSpace(['/mnt/nas'])
  const { volumes } = await detect('laptop', { space })
  expect(volumes.filter((volume) => !volume.online).map((volume) => volume.mountPoint)).toEqual(['/mnt/nas'])
  const fromOutside = space.questions.filter((question) => question.mayHang).map((question) => question.mountPoint)
  expect(new Set(fromOutside)).toEqual(
    new Set(['/run/media/alice/Win', '/mnt/nas', '/mnt/office', '/mnt/server', '/mnt/drive']),
  )
})

test('an unreadable mount table is an error, not an empty machine', async () => {
  const files = { ...(await recordedLinux('laptop')), read: async () => null }
  const detector = new LinuxDetector({ machineId: 'm', files, space: new RecordedSpace() })
  await expect(detector.detect(signal)).rejects.toMatchObject({ code: 'Unavailable' })
})
