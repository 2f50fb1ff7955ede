/** The data in the header of a file system. */
export interface Superblock {
  readonly filesystem: string
  readonly uuid: string
  readonly label: string | null
}

/** Number of bytes of a device that `readSuperblock` needs. The header of btrfs is at 64 KiB. */
export const SUPERBLOCK_BYTES = 0x1_0000 + 0x1000

interface Layout {
  readonly filesystem: string
  readonly magic: { readonly offset: number; readonly bytes: Buffer }
  readonly uuid: { readonly offset: number; readonly form: 'uuid' | 'serial32' | 'serial64' }
  readonly label?: { readonly offset: number; readonly length: number }
}

/**
 * The layouts of headers. The offsets are from the kernel's headers (`fs/ext4/ext4.h`, `fs/xfs/libxfs/xfs_format.h`,
 * …) and from Microsoft's published formats.
 */
const LAYOUTS: readonly Layout[] = [
  {
    filesystem: 'btrfs',
    magic: { offset: 0x1_0040, bytes: Buffer.from('_BHRfS_M') },
    uuid: { offset: 0x1_0020, form: 'uuid' },
    label: { offset: 0x1_012b, length: 256 },
  },
  {
    filesystem: 'exfat',
    magic: { offset: 3, bytes: Buffer.from('EXFAT   ') },
    uuid: { offset: 100, form: 'serial32' },
  },
  {
    filesystem: 'ext',
    magic: { offset: 0x438, bytes: Buffer.from([0x53, 0xef]) },
    uuid: { offset: 0x468, form: 'uuid' },
    label: { offset: 0x478, length: 16 },
  },
  {
    filesystem: 'f2fs',
    magic: { offset: 0x400, bytes: Buffer.from([0x10, 0x20, 0xf5, 0xf2]) },
    uuid: { offset: 0x46c, form: 'uuid' },
  },
  {
    filesystem: 'fat',
    magic: { offset: 82, bytes: Buffer.from('FAT32   ') },
    uuid: { offset: 67, form: 'serial32' },
  },
  {
    filesystem: 'fat',
    magic: { offset: 54, bytes: Buffer.from('FAT') },
    uuid: { offset: 39, form: 'serial32' },
  },
  {
    filesystem: 'ntfs',
    magic: { offset: 3, bytes: Buffer.from('NTFS    ') },
    uuid: { offset: 72, form: 'serial64' },
  },
  {
    filesystem: 'xfs',
    magic: { offset: 0, bytes: Buffer.from('XFSB') },
    uuid: { offset: 32, form: 'uuid' },
    label: { offset: 108, length: 12 },
  },
]

/**
 * Reads the id and label from the start of a device, for systems without udev (containers, small virtual machines).
 * `filesystem` is the mounted file system; `fuseblk` can be any file system.
 */
export function readSuperblock(filesystem: string, start: Buffer): Superblock | null {
  if (start.length < SMALLEST_DEVICE_BYTES) return null
  const wanted = /^ext[234]$/.test(filesystem) ? 'ext' : filesystem
  const layout = LAYOUTS.find((one) => (wanted === 'fuseblk' || wanted === one.filesystem) && hasMagic(start, one))
  if (!layout) return null
  const { offset, length } = layout.label ?? { offset: 0, length: 0 }
  const label = start.toString('utf8', offset, offset + length).split('\0', 1)[0]
  return { filesystem: layout.filesystem, uuid: readId(start, layout.uuid), label: label || null }
}

/**
 * Smaller devices are not read. Every header except that of btrfs, which is checked by its magic number, is within
 * this many bytes.
 */
const SMALLEST_DEVICE_BYTES = 4096

function hasMagic(start: Buffer, { magic }: Layout): boolean {
  return magic.bytes.equals(start.subarray(magic.offset, magic.offset + magic.bytes.length))
}

function readId(start: Buffer, { offset, form }: Layout['uuid']): string {
  switch (form) {
    case 'uuid':
      return start.toString('hex', offset, offset + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    case 'serial32':
      return hexNumber(BigInt(start.readUInt32LE(offset)), 8).replace(/^(.{4})/, '$1-')
    case 'serial64':
      return hexNumber(start.readBigUInt64LE(offset), 16)
  }
}

function hexNumber(value: bigint, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
