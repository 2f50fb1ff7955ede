import { posix } from 'node:path'
import { filesystemName } from './filesystems.ts'
import { type LinuxFiles, readText } from './linux-files.ts'
import type { MountCache } from './mount-cache.ts'
import { readSuperblock, SUPERBLOCK_BYTES, type Superblock } from './superblock.ts'

/** Facts about the block device of a file system, as Linux reports them. */
export interface BlockDevice {
  /** The file system on the device, whatever driver is used for it. */
  readonly filesystem: string | null
  /** The file system's own id, in the notation of its format. */
  readonly uuid: string | null
  readonly label: string | null
  readonly partitionUuid: string | null
  readonly partition: number
  readonly serial: string | null
  /** Distinguishes this device from other devices with a copy of the same file system. */
  readonly hardwareId: string | null
  readonly rotational: boolean | null
  /** Whether it is a memory stick, a USB disk or an optical disc. */
  readonly removable: boolean
  /** Whether a hypervisor provides it, so that it is not a physical disk. */
  readonly virtual: boolean
  /** Whether it is a file that is mounted like a disk. */
  readonly image: boolean
}

/** udev's names for devices, by the kernel's name (`sda1`). They are read once for each detection. */
export interface DiskLinks {
  readonly uuids: ReadonlyMap<string, string>
  readonly labels: ReadonlyMap<string, string>
}

export async function readDiskLinks(files: LinuxFiles): Promise<DiskLinks> {
  const [uuids, labels] = await Promise.all([
    readLinks(files, '/dev/disk/by-uuid'),
    readLinks(files, '/dev/disk/by-label'),
  ])
  return { uuids, labels }
}

async function readLinks(files: LinuxFiles, directory: string): Promise<Map<string, string>> {
  const links = (await files.list(directory)).map(async (name) => {
    const target = await files.readLink(`${directory}/${name}`)
    return [target === null ? '' : posix.basename(target), unescapeUdev(name)] as const
  })
  return new Map(await Promise.all(links))
}

/** udev writes characters that are not allowed in file names as `\x20`. */
function unescapeUdev(name: string): string {
  const bytes = Buffer.from(name).toString('latin1')
  const plain = bytes.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(plain, 'latin1').toString('utf8')
}

export interface BlockDeviceQuestion {
  /**
   * `major:minor` of the mount. For a file system that spans several devices, it is `0:…`, and `source` names one of
   * them.
   */
  readonly deviceId: string
  readonly source: string
  /** The file system's name, as the kernel writes it. */
  readonly filesystem: string
  /**
   * Number of the mount. It changes with every mount, so it tells whether the device may contain another file system.
   */
  readonly id: number
}

export interface BlockDeviceDeps {
  readonly files: LinuxFiles
  readonly links: DiskLinks
  readonly headers: MountCache<Superblock | null>
}

/** Reads the facts about the device of a mount. Null if the file system has no block device. */
export async function readBlockDevice(
  question: BlockDeviceQuestion,
  deps: BlockDeviceDeps,
): Promise<BlockDevice | null> {
  const { files, links } = deps
  const path = await devicePath(files, question)
  if (path === null) return null
  const name = posix.basename(path)
  const [udev, uevent, disk, dmUuid, backingFile] = await Promise.all([
    readUdev(files, path),
    readPairs(files, `${path}/uevent`, ''),
    readDisk(files, path),
    readText(files, `${path}/dm/uuid`),
    readText(files, `${path}/loop/backing_file`),
  ])
  const known = udev.get('ID_FS_UUID') ?? links.uuids.get(name) ?? null
  const header = known === null ? await readHeader(question, uevent, deps) : null
  const partitionUuid = udev.get('ID_PART_ENTRY_UUID') ?? uevent.get('PARTUUID') ?? null
  const serial = udev.get('ID_SERIAL') ?? disk.serial
  const partition = Number(uevent.get('PARTN') ?? 0)
  const hardware = [partitionUuid, serial && `${serial}-${partition}`, dmUuid, backingFile].filter(Boolean)
  return {
    filesystem: udev.get('ID_FS_TYPE') ?? header?.filesystem ?? null,
    uuid: known ?? header?.uuid ?? null,
    label: unescapeUdev(udev.get('ID_FS_LABEL_ENC') ?? '') || (links.labels.get(name) ?? header?.label ?? null),
    partitionUuid,
    partition,
    serial,
    hardwareId: hardware.length > 0 ? hardware.join(' ') : null,
    rotational: disk.rotational,
    removable: disk.removable || udev.get('ID_BUS') === 'usb',
    virtual: disk.virtual,
    image: backingFile !== null,
  }
}

/** The device's folder below `/sys/devices`. */
async function devicePath(files: LinuxFiles, { deviceId, source }: BlockDeviceQuestion): Promise<string | null> {
  const directory = deviceId.startsWith('0:') ? '/sys/class/block' : '/sys/dev/block'
  const name = deviceId.startsWith('0:') ? await deviceName(files, source) : deviceId
  const target = name === null ? null : await files.readLink(`${directory}/${name}`)
  return target === null ? null : posix.resolve(directory, target)
}

/**
 * The kernel's name of a source. `/dev/mapper/vault` is a link to `/dev/dm-0`; bcachefs lists all its devices,
 * separated by colons.
 */
async function deviceName(files: LinuxFiles, source: string): Promise<string | null> {
  const node = source.split(':', 1)[0]!
  if (!node.startsWith('/dev/')) return null
  return posix.basename((await files.readLink(node)) ?? node)
}

async function readUdev(files: LinuxFiles, path: string): Promise<Map<string, string>> {
  const deviceId = await readText(files, `${path}/dev`)
  return deviceId === null ? new Map() : readPairs(files, `/run/udev/data/b${deviceId}`, 'E:')
}

async function readPairs(files: LinuxFiles, path: string, prefix: string): Promise<Map<string, string>> {
  const lines = ((await files.read(path))?.toString('utf8') ?? '').split('\n').filter((line) => line.startsWith(prefix))
  return new Map(
    lines.map((line) => {
      const at = line.indexOf('=')
      return [line.slice(prefix.length, at), line.slice(at + 1)]
    }),
  )
}

/**
 * Reads the header of a device, which only root may do. Not needed if udev is running, because its facts are in
 * `/run/udev/data`.
 */
async function readHeader(
  { id, filesystem }: BlockDeviceQuestion,
  uevent: ReadonlyMap<string, string>,
  { files, headers }: BlockDeviceDeps,
): Promise<Superblock | null> {
  const name = uevent.get('DEVNAME')
  if (name === undefined) return null
  return headers.get(`${name} ${uevent.get('DISKSEQ')} ${id}`, async () => {
    const start = await files.readStart(`/dev/${name}`, SUPERBLOCK_BYTES)
    return start && readSuperblock(filesystemName(filesystem), start)
  })
}

interface Disk {
  readonly serial: string | null
  readonly rotational: boolean | null
  readonly removable: boolean
  readonly virtual: boolean
}

/** The disk that contains a partition. For mapped devices (LUKS, LVM, md), the disks below are examined too. */
async function readDisk(files: LinuxFiles, device: string, depth = 0): Promise<Disk> {
  const isPartition = (await files.read(`${device}/partition`)) !== null
  const disk = isPartition ? posix.dirname(device) : device
  const below = depth < MAX_LAYERS ? await files.list(`${disk}/slaves`) : []
  const parents = await Promise.all(
    below.map(async (name) => {
      const target = await files.readLink(`/sys/class/block/${name}`)
      return target === null ? null : readDisk(files, posix.resolve('/sys/class/block', target), depth + 1)
    }),
  )
  const layers = parents.filter((parent) => parent !== null)
  const [rotational, removable, serial, wwid] = await Promise.all([
    readText(files, `${disk}/queue/rotational`),
    readText(files, `${disk}/removable`),
    firstText(files, [`${disk}/serial`, `${disk}/device/serial`]),
    firstText(files, [`${disk}/wwid`, `${disk}/device/wwid`]),
  ])
  return {
    serial: wwid ?? serial,
    rotational: rotational === null ? null : rotational === '1',
    removable: removable === '1' || disk.includes('/usb') || layers.some((layer) => layer.removable),
    virtual: /\/(?:virtio\d+|vbd-\d+|VMBUS:[^/]*)\/|\/zram\d+$/i.test(disk) || layers.some((layer) => layer.virtual),
  }
}

/** Limit on layers. LVM on LUKS on RAID on partitions has four. */
const MAX_LAYERS = 8

async function firstText(files: LinuxFiles, paths: readonly string[]): Promise<string | null> {
  const texts = await Promise.all(paths.map((path) => readText(files, path)))
  return texts.find((text) => text !== null) ?? null
}
