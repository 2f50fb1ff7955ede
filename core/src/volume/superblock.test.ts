import { expect, test } from 'vitest'
import { readSuperblock, SUPERBLOCK_BYTES } from './superblock.ts'

function header(parts: Record<number, Buffer | string>): Buffer {
  const start = Buffer.alloc(SUPERBLOCK_BYTES)
  for (const [offset, bytes] of Object.entries(parts)) start.set(Buffer.from(bytes as Buffer), Number(offset))
  return start
}

const uuidBytes = Buffer.from('8d9f7a642f5e4b0c9d2f4c1b7b5f0a11', 'hex')
const uuid = '8d9f7a64-2f5e-4b0c-9d2f-4c1b7b5f0a11'

test.each([
  [
    'ext4',
    header({ 0x438: Buffer.from([0x53, 0xef]), 0x468: uuidBytes, 0x478: 'Big Disk' }),
    { filesystem: 'ext', uuid, label: 'Big Disk' },
  ],
  ['xfs', header({ 0: 'XFSB', 32: uuidBytes }), { filesystem: 'xfs', uuid, label: null }],
  [
    'btrfs',
    header({ 0x10040: '_BHRfS_M', 0x10020: uuidBytes, 0x1012b: 'pool' }),
    { filesystem: 'btrfs', uuid, label: 'pool' },
  ],
  [
    'fat',
    header({ 82: 'FAT32   ', 67: Buffer.from([0x4d, 0x3c, 0x2b, 0x1a]) }),
    { filesystem: 'fat', uuid: '1A2B-3C4D', label: null },
  ],
  [
    'exfat',
    header({ 3: 'EXFAT   ', 100: Buffer.from([0x4d, 0x3c, 0x2b, 0x0a]) }),
    { filesystem: 'exfat', uuid: '0A2B-3C4D', label: null },
  ],
  [
    'fuseblk',
    header({ 3: 'NTFS    ', 72: Buffer.from('f8e6c4b2f3a5d701', 'hex') }),
    { filesystem: 'ntfs', uuid: '01D7A5F3B2C4E6F8', label: null },
  ],
])('%s', (filesystem, start, expected) => {
  expect(readSuperblock(filesystem, start)).toEqual(expected)
})

test('nothing is read from a header of another kind, or from too little of one', () => {
  expect(readSuperblock('xfs', header({}))).toBeNull()
  expect(readSuperblock('exfat', header({ 3: 'EXFAT   ' }).subarray(0, 64))).toBeNull()
})
