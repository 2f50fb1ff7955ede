import assert from 'node:assert/strict'
import { parseMountInfo, visibleMounts } from '../../../core/src/volume/mountinfo.ts'
import { readSuperblock } from '../../../core/src/volume/superblock.ts'
import type { FuzzTarget } from '../target.ts'

const filesystems = ['ext4', 'btrfs', 'xfs', 'vfat', 'exfat', 'ntfs', 'f2fs']

export const target: FuzzTarget = {
  reads: 'what a system and a removable drive say of volumes: mounts, superblocks',
  guides: ['core/src/volume/mountinfo.ts', 'core/src/volume/superblock.ts'],
  maxBytes: 1_200,
  tokens: ['\\040', '\\134', ' - '],
  seeds: () => [
    Buffer.from(
      '36 35 98:0 /m1 /mnt/a\\040b rw,noatime shared:1 - ext4 /dev/sda1 rw\n37 36 98:1 / / ro - tmpfs none rw\n',
    ),
    withMagic(1_080, Buffer.of(0x53, 0xef)),
    withMagic(0, Buffer.from('XFSB')),
    withMagic(3, Buffer.from('EXFAT   ')),
    withMagic(3, Buffer.from('NTFS    ')),
    withMagic(82, Buffer.from('FAT32   ')),
  ],
  run(bytes) {
    const table = Buffer.from(bytes)
    const mounts = parseMountInfo(table)
    assert.ok(visibleMounts(mounts).every((mount) => mounts.includes(mount)))
    const blocks = filesystems.filter((filesystem) => {
      const found = readSuperblock(filesystem, table)
      assert.ok(found === null || (found.uuid !== '' && !found.label?.includes('\0')))
      return found !== null
    })
    return `${mounts.length} ${blocks.join()}`
  },
}

function withMagic(at: number, magic: Buffer): Buffer {
  const block = Buffer.alloc(1_200, 0x41)
  magic.copy(block, at)
  return block
}
