import type { DiskType, VolumeKind } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { partition } from '../util/partition.ts'
import { type BlockDevice, type BlockDeviceDeps, readBlockDevice, readDiskLinks } from './block-device.ts'
import type { DetectedVolume, Detection, Mount, VolumeDetector } from './detected-volume.ts'
import { filesystemClass, filesystemName, sharesBlocks } from './filesystems.ts'
import { extFilesystemId, serialToUuid, type VolumeIdentity, volumeFingerprint } from './fingerprint.ts'
import { type LinuxFiles, systemFiles } from './linux-files.ts'
import { MountCache } from './mount-cache.ts'
import { type MountInfo, parseMountInfo, visibleMounts } from './mountinfo.ts'
import { baseName, byVisibility } from './mount-order.ts'
import { parseShare, shareName } from './network-share.ts'
import { spaceFacts, type SpaceReader, SystemSpaceReader } from './space.ts'

export interface LinuxDetectorDeps {
  /** An id of this machine, which is part of the fingerprint of volumes without an id. */
  readonly machineId: string
  readonly files?: LinuxFiles
  readonly space?: SpaceReader
}

/**
 * Reads the mount table, `/sys` and udev's database. Without udev, reads the header of the device itself, if that is
 * allowed.
 */
export class LinuxDetector implements VolumeDetector {
  readonly #machineId: string
  readonly #files: LinuxFiles
  readonly #space: SpaceReader
  readonly #headers: LinuxDeps['headers'] = new MountCache()
  readonly #fsids: LinuxDeps['fsids'] = new MountCache()

  constructor({ machineId, files = systemFiles, space = new SystemSpaceReader() }: LinuxDetectorDeps) {
    this.#machineId = machineId
    this.#files = files
    this.#space = space
  }

  async mountToken(): Promise<string> {
    const table = await this.#files.read(MOUNT_TABLE)
    if (!table) throw new CoreError('Unavailable', `cannot read the mount table ${MOUNT_TABLE}, so no volume is known`)
    return table.toString('latin1')
  }

  forget(): void {
    this.#headers.clear()
    this.#fsids.clear()
  }

  async detect(signal: AbortSignal): Promise<Detection> {
    const table = Buffer.from(await this.#steadyTable(), 'latin1')
    const mounts = visibleMounts(parseMountInfo(table))
    const [pseudo, real] = partition(mounts, (mount) => filesystemClass(filesystemName(mount.filesystem)) === 'pseudo')
    const links = await readDiskLinks(this.#files)
    const deps: LinuxDeps = { files: this.#files, links, headers: this.#headers, fsids: this.#fsids }
    signal.throwIfAborted()
    const groups = [...Map.groupBy(real, volumeKey).values()]
    const volumes = await Promise.all(groups.map((group) => this.#describe(group, deps)))
    this.#headers.sweep()
    this.#fsids.sweep()
    return { volumes, pseudoMounts: pseudo.map((mount) => mount.mountPoint) }
  }

  /**
   * Reads the mount table until two reads in a row are equal: the kernel returns the table in pieces, so a read during
   * a change may miss a mount.
   */
  async #steadyTable(): Promise<string> {
    let table = await this.mountToken()
    for (let readings = 1; readings < MAX_READINGS; readings++) {
      const again = await this.mountToken()
      if (again === table) return table
      table = again
    }
    return table
  }

  async #describe(group: readonly MountInfo[], deps: LinuxDeps): Promise<DetectedVolume> {
    const mounts = group.map(toMount).toSorted(byVisibility)
    const { mountPoint } = mounts[0]!
    const main = group.find((mount) => mount.mountPoint === mountPoint)!
    const device = await readBlockDevice(main, deps)
    const filesystem = filesystemOf(main, device)
    const facts: Facts = { main, mountPoint, filesystem, device, machineId: this.#machineId }
    const mayHang = filesystemClass(filesystem) === 'network' || main.filesystem.startsWith('fuse')
    const space = await this.#space.read({ mountPoint, mayHang })
    return {
      fingerprint: volumeFingerprint(await identify(facts, deps)),
      name: nameOf(facts),
      mountPoint,
      mounts,
      kind: kindOf(facts),
      disk: diskOf(facts),
      filesystem,
      ...spaceFacts(space),
      readOnly: main.superOptions.has('ro') || group.every((mount) => mount.options.has('ro')),
      cow: sharesBlocks(filesystem),
      removable: device?.removable ?? false,
      readBytesPerSecond: null,
      writeBytesPerSecond: null,
      hardwareId: device?.hardwareId ?? null,
      mayHang,
      pool: poolOf(facts),
    }
  }
}

interface LinuxDeps extends BlockDeviceDeps {
  readonly fsids: MountCache<string | null>
}

const MOUNT_TABLE = '/proc/self/mountinfo'
/**
 * Limit on reads of the mount table. If the table changes during all of them, the last read is used. The next check
 * runs within a second.
 */
const MAX_READINGS = 4

async function identify(facts: Facts, deps: LinuxDeps): Promise<VolumeIdentity> {
  const { main, filesystem, device, mountPoint, machineId } = facts
  if (filesystemClass(filesystem) === 'network') {
    const share = parseShare(filesystem, main.source)
    if (share) return { by: 'share', protocol: filesystem, ...share }
  }
  if (filesystem === 'zfs') {
    const [pool, ...dataset] = main.source.split('/')
    const uuid = await zfsPoolUuid(pool!, deps)
    if (uuid !== null) return { by: 'filesystem', uuid, part: dataset.join('/') }
  }
  if (/^ext[234]$/.test(filesystem)) {
    const known = device?.uuid == null ? null : extFilesystemId(device.uuid)
    const uuid =
      known ?? (await deps.fsids.get(`${main.id} ${main.deviceId}`, () => deps.files.filesystemId(mountPoint)))
    if (uuid !== null) return { by: 'filesystem', uuid }
  }
  if (device?.uuid != null) {
    const uuid = filesystem === 'ntfs' ? serialToUuid(device.uuid) : device.uuid
    const part = filesystem === 'btrfs' ? (main.superOptions.get('subvolid') ?? '') : ''
    return { by: 'filesystem', uuid, part }
  }
  if (device?.partitionUuid != null) return { by: 'partition', uuid: device.partitionUuid }
  if (device?.serial != null) return { by: 'disk', serial: device.serial, partition: device.partition, machineId }
  return { by: 'place', filesystem, mountPoint, machineId }
}

/** The id of a ZFS pool. A pool has no device, but udev records the pool's id and name for every member. */
async function zfsPoolUuid(pool: string, deps: LinuxDeps): Promise<string | null> {
  const member = [...deps.links.labels].find(([, label]) => label === pool)?.[0]
  if (member === undefined) return null
  const question = { id: 0, deviceId: '0:0', source: `/dev/${member}`, filesystem: 'zfs_member' }
  return (await readBlockDevice(question, deps))?.uuid ?? null
}

interface Facts {
  readonly main: MountInfo
  readonly mountPoint: string
  readonly filesystem: string
  readonly device: BlockDevice | null
  readonly machineId: string
}

/**
 * The key of a volume; mounts with the same key are one volume. It consists of the device, the subvolume of a btrfs,
 * or the share of a server.
 */
function volumeKey(mount: MountInfo): string {
  const filesystem = filesystemName(mount.filesystem)
  if (filesystem === 'btrfs') return `${mount.deviceId} ${mount.superOptions.get('subvolid')}`
  // Shares of one file server may have the same device number.
  if (filesystemClass(filesystem) === 'network') return `${mount.deviceId} ${mount.source}`
  return mount.deviceId
}

function toMount(mount: MountInfo): Mount {
  const subvolume = mount.filesystem === 'btrfs' ? (mount.superOptions.get('subvol') ?? '/') : '/'
  const inside = subvolume !== '/' && mount.root.startsWith(subvolume) ? mount.root.slice(subvolume.length) : mount.root
  return { mountPoint: mount.mountPoint, root: inside || '/', deviceId: mount.deviceId }
}

/** The name of the file system. `fuseblk` only says that a program serves the disk; then the device is asked. */
function filesystemOf({ filesystem }: MountInfo, device: BlockDevice | null): string {
  return filesystemName(filesystem === 'fuseblk' ? (device?.filesystem ?? filesystem) : filesystem)
}

function nameOf({ main, mountPoint, filesystem, device }: Facts): string {
  const share = filesystemClass(filesystem) === 'network' ? parseShare(filesystem, main.source) : null
  if (share) return shareName(share)
  if (device?.label) return device.label
  if (filesystem === 'zfs') return main.source
  return mountPoint === '/' ? 'Root' : baseName(mountPoint)
}

function kindOf({ main, mountPoint, filesystem, device }: Facts): VolumeKind {
  switch (filesystemClass(filesystem)) {
    case 'network':
      // GNOME mounts all its open network shares as one file system below /run/user.
      return filesystem === 'gvfsd-fuse' ? 'system' : 'network'
    case 'container':
      return 'container'
    case 'memory':
    case 'image':
    case 'pseudo':
      return 'virtual'
    case 'disk':
      if (mountPoint === '/') return 'primary'
      if (SYSTEM_FOLDER.test(mountPoint)) return 'system'
      if (device?.image) return 'virtual'
      if (device?.removable || MEDIA_FOLDER.test(mountPoint)) return 'external'
      return device || main.filesystem === 'zfs' ? 'primary' : 'unknown'
  }
}

/** Mount points of the system: boot partitions, recovery, and single files such as `/etc/hosts` in containers. */
const SYSTEM_FOLDER =
  /^\/(?:boot|efi|etc|nix\/store|proc|recovery|run\/(?!media\/)|snap|sys|usr|var\/lib\/(?:containers|docker|snapd))(?:\/|$)/
/** Folders where desktops mount removable devices. */
const MEDIA_FOLDER = /^\/(?:media|run\/media)\//

function diskOf({ filesystem, device }: Facts): DiskType {
  const type = filesystemClass(filesystem)
  if (type === 'network') return 'network'
  if (type !== 'disk' || device?.virtual || device?.image) return 'virtual'
  if (device?.rotational == null) return 'unknown'
  return device.rotational ? 'hdd' : 'ssd'
}

function poolOf({ main, filesystem, device }: Facts): string | null {
  if (filesystem === 'btrfs') return device?.uuid ?? main.deviceId
  return filesystem === 'zfs' ? main.source.split('/', 1)[0]! : null
}
