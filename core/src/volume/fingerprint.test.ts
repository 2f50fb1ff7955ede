import { expect, test } from 'vitest'
import { fakeVolume } from './fixtures/fake-detector.ts'
import { extFilesystemId, separateTwins, serialToUuid, type TwinMemory, volumeFingerprint } from './fingerprint.ts'

const uuid = '8D9F7A64-2F5E-4B0C-9D2F-4C1B7B5F0A11'

test('the id of a file system counts whatever its case, and gives 32 hex digits', () => {
  const fingerprint = volumeFingerprint({ by: 'filesystem', uuid })
  expect(fingerprint).toMatch(/^[0-9a-f]{32}$/)
  expect(volumeFingerprint({ by: 'filesystem', uuid: uuid.toLowerCase() })).toBe(fingerprint)
})

test('subvolumes of one file system are different volumes', () => {
  const fingerprints = ['256', '257', ''].map((part) => volumeFingerprint({ by: 'filesystem', uuid, part }))
  expect(new Set(fingerprints).size).toBe(3)
})

test('parts of an identity do not run into each other', () => {
  const a = volumeFingerprint({ by: 'share', protocol: 'smb', host: 'nas', share: 'photos' })
  const b = volumeFingerprint({ by: 'share', protocol: 'smb', host: 'nasp', share: 'hotos' })
  expect(a).not.toBe(b)
})

test('a fingerprint stays what it was in the release before', () => {
  expect(volumeFingerprint({ by: 'filesystem', uuid })).toMatchInlineSnapshot(`"ecff3d29d05b411311431e23a332d2da"`)
  expect(volumeFingerprint({ by: 'share', protocol: 'nfs', host: 'nas', share: '/export' })).toMatchInlineSnapshot(
    `"acf06f917bd840d523c7e63b0d9c5b9f"`,
  )
})

test('the serial of NTFS is the same from Linux and from Windows', () => {
  expect(serialToUuid('01D7A5F3B2C4E6F8')).toBe('B2C4-E6F8')
  expect(serialToUuid((0xb2c4e6f8).toString(16))).toBe('B2C4-E6F8')
  expect(serialToUuid('f')).toBe('0000-000F')
})

test('the short id of ext4 is folded from its UUID as the kernel folds it', () => {
  // The output of `stat -f -c %i` for a file system with this UUID.
  expect(extFilesystemId(uuid)).toBe('7f36b0101d410154')
})

const original = fakeVolume('/data', { fingerprint: 'same', hardwareId: 'disk-a' })
const clone = fakeVolume('/mnt/clone', { fingerprint: 'same', hardwareId: 'disk-b' })

function separated(volumes: (typeof original)[], memory: TwinMemory = new Map()): string[] {
  return separateTwins(volumes, memory).map((volume) => volume.fingerprint)
}

test('a clone that is plugged in later gets a fingerprint of its own, and keeps it when the original is gone', () => {
  const memory: TwinMemory = new Map()
  expect(separated([original], memory)).toEqual(['same'])
  const [first, second] = separated([original, clone], memory)
  expect(first).toBe('same')
  expect(second).not.toBe('same')
  expect(separated([clone], memory)).toEqual([second])
  expect(separated([original], memory)).toEqual(['same'])
})

test('two clones that are there at the start both get fingerprints of their own, the same ones every time', () => {
  const fingerprints = separated([original, clone])
  expect(new Set([...fingerprints, 'same']).size).toBe(3)
  expect(separated([clone, original])).toEqual(fingerprints.toReversed())
})

test('copies that even share their hardware ids are told apart by where they are', () => {
  const fingerprints = separated([original, { ...clone, hardwareId: 'disk-a' }])
  expect(new Set(fingerprints).size).toBe(2)
})

test('volumes that are no clones stay as they are', () => {
  const other = fakeVolume('/other')
  expect(separateTwins([original, other], new Map())).toEqual([original, other])
})

test('a share that is mounted twice is one volume with two ways in', () => {
  const share = { fingerprint: 'share', kind: 'network' as const }
  const merged = separateTwins(
    [fakeVolume('/mnt/a', { ...share, online: false }), fakeVolume('/mnt/b', share)],
    new Map(),
  )
  expect(merged).toHaveLength(1)
  expect(merged[0]).toMatchObject({ fingerprint: 'share', online: true, mountPoint: '/mnt/b' })
  expect(merged[0]?.mounts.map((mount) => mount.mountPoint)).toEqual(['/mnt/a', '/mnt/b'])
})
