import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { CoreError } from '../util/errors.ts'
import { silentLogger } from '../util/logger.ts'
import { volumeFingerprint } from './fingerprint.ts'
import { RecordedSpace } from './fixtures/recorded-linux.ts'
import { MacDetector } from './macos.ts'
import { MountTable } from './mount-table.ts'
import type { RunCommand } from './run-command.ts'

function recorded(name: string): Promise<string> {
  return readFile(new URL(`fixtures/macos/${name}`, import.meta.url), 'utf8')
}

function createMac() {
  const asked: string[] = []
  const run: RunCommand = async (command, args) => {
    if (command === '/sbin/mount') return recorded('mount.txt')
    asked.push(basename(args[2]!))
    return recorded(`diskutil-${basename(args[2]!)}.plist`)
  }
  const deps = { machineId: 'this-mac', log: silentLogger, space: new RecordedSpace() }
  const detector = new MacDetector({ ...deps, run, readFirmlinks: () => recorded('firmlinks.txt') })
  return { asked, detector, deps }
}

const withoutDiskutil: RunCommand = async (command) => {
  if (command === '/sbin/mount') return '/dev/disk9 on /Volumes/Odd (msdos, local)\n'
  throw new CoreError('Unavailable', 'diskutil failed')
}

const { signal } = new AbortController()

test('a Mac with a sealed system, an external HFS+ disk, a card, a disk image, a server and a backup snapshot', async () => {
  const { volumes, pseudoMounts } = await createMac().detector.detect(signal)
  const lines = volumes.map((volume) => [
    volume.mountPoint,
    [volume.name, volume.kind, volume.disk, volume.filesystem, volume.readOnly ? 'read-only' : 'writable'].join(', '),
  ])
  expect(Object.fromEntries(lines)).toEqual({
    '/': 'Macintosh HD, system, ssd, apfs, read-only',
    '/System/Volumes/VM': 'VM, system, ssd, apfs, writable',
    '/System/Volumes/Preboot': 'Preboot, system, ssd, apfs, writable',
    '/System/Volumes/Data': 'Macintosh HD - Data, primary, ssd, apfs, writable',
    '/Volumes/Archive (2019)': 'Archive (2019), external, hdd, hfs+, writable',
    '/Volumes/CAMERA CARD': 'CAMERA CARD, external, ssd, exfat, writable',
    '/Volumes/Installer': 'Installer, virtual, virtual, apfs, read-only',
    '/Volumes/Team Docs': 'team docs on nas.local, network, network, smb, writable',
    '/Volumes/.timemachine/snap': 'snap, system, unknown, apfs, read-only',
  })
  expect(pseudoMounts).toEqual(['/dev', '/System/Volumes/Data/home'])
})

test("the user's folders lie on the data volume, through the firmlinks", async () => {
  const table = new MountTable(await createMac().detector.detect(signal), 'darwin')
  const place = table.find('/Users/alice/Pictures')
  expect(place?.volume.mountPoint).toBe('/System/Volumes/Data')
  expect(place?.pathInVolume.toString()).toBe('Users/alice/Pictures')
  expect(table.absolutePath(place!.volume.fingerprint, 'Users/alice')?.toString()).toBe(
    '/System/Volumes/Data/Users/alice',
  )
  expect(table.find('/Volumes/CAMERA CARD/DCIM')?.pathInVolume.toString()).toBe('DCIM')
  expect(table.find('/System/Library')?.volume.mountPoint).toBe('/')
})

test('volumes of one container share their space, and are known by their own id', async () => {
  const { volumes } = await createMac().detector.detect(signal)
  const data = volumes.find((volume) => volume.mountPoint === '/System/Volumes/Data')
  expect(data?.pool).toBe('disk3')
  expect(data?.fingerprint).toBe(volumeFingerprint({ by: 'filesystem', uuid: '5D2B8F2C-3A5B-4C3E-9C49-0D1C2F4B6A77' }))
})

test('a disk is asked for once for as long as it stays mounted', async () => {
  const { detector, asked } = createMac()
  await detector.detect(signal)
  await detector.detect(signal)
  expect(asked.toSorted()).toEqual(['disk3s1s1', 'disk3s2', 'disk3s5', 'disk3s6', 'disk5s2', 'disk6s1', 'disk7s1'])
  detector.forget()
  await detector.detect(signal)
  expect(asked).toHaveLength(14)
})

test('a disk that diskutil cannot describe is still a volume', async () => {
  const { deps } = createMac()
  const run = withoutDiskutil
  const { volumes } = await new MacDetector({ ...deps, run, readFirmlinks: async () => '' }).detect(signal)
  expect(volumes).toMatchObject([{ name: 'Odd', kind: 'unknown', filesystem: 'fat', online: true }])
})
