import { readFile, readdir } from 'node:fs/promises'
import { parse } from 'fast-plist'
import { z } from 'zod'
import type { DiskType, VolumeKind } from '../domain/index.ts'
import type { Logger } from '../util/logger.ts'
import type { DetectedVolume, Detection, Mount, VolumeDetector } from './detected-volume.ts'
import { filesystemClass, filesystemName, sharesBlocks } from './filesystems.ts'
import { type VolumeIdentity, volumeFingerprint } from './fingerprint.ts'
import { MountCache } from './mount-cache.ts'
import { baseName } from './mount-order.ts'
import { parseShare, shareName } from './network-share.ts'
import { type RunCommand, runCommand } from './run-command.ts'
import { spaceFacts, type SpaceReader, SystemSpaceReader } from './space.ts'

export interface MacDetectorDeps {
  /** An id of this machine, which is part of the fingerprint of volumes without an id. */
  readonly machineId: string
  readonly log: Logger
  readonly run?: RunCommand
  readonly space?: SpaceReader
  /** Returns the text of `/usr/share/firmlinks`. */
  readonly readFirmlinks?: () => Promise<string>
}

/** Reads the mounts from `mount`, and the facts about each disk from `diskutil`, once while the disk is mounted. */
export class MacDetector implements VolumeDetector {
  readonly #machineId: string
  readonly #log: Logger
  readonly #run: RunCommand
  readonly #space: SpaceReader
  readonly #readFirmlinks: () => Promise<string>
  readonly #disks = new MountCache<DiskInfo>()

  constructor(deps: MacDetectorDeps) {
    this.#machineId = deps.machineId
    this.#log = deps.log
    this.#run = deps.run ?? runCommand
    this.#space = deps.space ?? new SystemSpaceReader()
    this.#readFirmlinks = deps.readFirmlinks ?? (() => readFile('/usr/share/firmlinks', 'utf8').catch(() => ''))
  }

  /** Lists `/Volumes`, where nearly all mounts by users appear. */
  async mountToken(): Promise<string> {
    return (await readdir('/Volumes').catch(() => [])).join('\0')
  }

  forget(): void {
    this.#disks.clear()
  }

  async detect(signal: AbortSignal): Promise<Detection> {
    const mounts = parseMounts(await this.#run('/sbin/mount', [], signal))
    const pseudo = mounts.filter((mount) => isPseudo(mount))
    const firmlinks = parseFirmlinks(await this.#readFirmlinks())
    const hasData = mounts.some((mount) => mount.mountPoint === DATA_VOLUME)
    const volumes = mounts
      .filter((mount) => !isPseudo(mount))
      .map((mount) => this.#describe(mount, { firmlinks, hasData, signal }))
    const found = await Promise.all(volumes)
    this.#disks.sweep()
    return { volumes: found, pseudoMounts: pseudo.map((mount) => mount.mountPoint) }
  }

  async #describe(
    mount: MacMount,
    { firmlinks, hasData, signal }: { firmlinks: readonly string[]; hasData: boolean; signal: AbortSignal },
  ): Promise<DetectedVolume> {
    const { mountPoint, source, flags } = mount
    const disk = source.startsWith('/dev/') ? await this.#diskInfo(mount, signal) : null
    const facts: Facts = {
      mount,
      disk,
      filesystem: filesystemName(mount.filesystem),
      hasData,
      machineId: this.#machineId,
    }
    const mayHang =
      !flags.has('local') || /fuse/.test(mount.filesystem) || filesystemClass(facts.filesystem) === 'network'
    const deviceId = disk?.DeviceIdentifier ?? source
    const linked = mountPoint === DATA_VOLUME ? firmlinks : []
    return {
      fingerprint: volumeFingerprint(identify(facts)),
      name: nameOf(facts),
      mountPoint,
      mounts: [
        { mountPoint, root: '/', deviceId },
        ...linked.map((path): Mount => ({ mountPoint: path, root: path, deviceId })),
      ],
      kind: kindOf(facts),
      disk: diskOf(facts),
      filesystem: facts.filesystem,
      ...spaceFacts(await this.#space.read({ mountPoint, mayHang })),
      readOnly: flags.has('read-only'),
      cow: sharesBlocks(facts.filesystem),
      removable: disk?.RemovableMediaOrExternalDevice ?? disk?.Ejectable ?? false,
      readBytesPerSecond: null,
      writeBytesPerSecond: null,
      hardwareId: [disk?.DiskUUID, disk?.MediaName].filter(Boolean).join(' ') || null,
      mayHang,
      pool: disk?.APFSContainerReference ?? null,
    }
  }

  async #diskInfo({ source, mountPoint }: MacMount, signal: AbortSignal): Promise<DiskInfo | null> {
    const ask = async () =>
      DiskInfo.parse(parse(await this.#run('/usr/sbin/diskutil', ['info', '-plist', source], signal)))
    try {
      return await this.#disks.get(`${source} ${mountPoint}`, ask)
    } catch (err) {
      this.#log.warn({ err, source }, 'diskutil does not describe this disk; only its mount point is known')
      return null
    }
  }
}

/** The fields of `diskutil info -plist` that are used here. */
const DiskInfo = z.object({
  DeviceIdentifier: z.string(),
  VolumeName: z.string().optional(),
  VolumeUUID: z.string().optional(),
  /** Id of the partition. */
  DiskUUID: z.string().optional(),
  MediaName: z.string().optional(),
  Internal: z.boolean().optional(),
  Ejectable: z.boolean().optional(),
  RemovableMediaOrExternalDevice: z.boolean().optional(),
  SolidState: z.boolean().optional(),
  BusProtocol: z.string().optional(),
  APFSContainerReference: z.string().optional(),
})
type DiskInfo = z.infer<typeof DiskInfo>

interface MacMount {
  readonly source: string
  readonly mountPoint: string
  /** The name that `mount` prints, such as `apfs` or `smbfs`. */
  readonly filesystem: string
  readonly flags: ReadonlySet<string>
}

/**
 * Parses the output of `mount`, for example `/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)`.
 */
function parseMounts(output: string): MacMount[] {
  return [...output.matchAll(/^(.*?) on (\/.*) \(([^(),]+)((?:, [^()]*)?)\)$/gm)].map(
    ([, source, mountPoint, filesystem, flags]) => ({
      source: source!,
      mountPoint: mountPoint!,
      filesystem: filesystem!,
      flags: new Set(flags!.split(', ').filter((flag) => flag !== '')),
    }),
  )
}

/** The folders of the data volume that macOS shows on the system volume, for example `/Users`. */
function parseFirmlinks(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.split('\t', 1)[0]!.trim())
    .filter((path) => path.startsWith('/'))
}

const DATA_VOLUME = '/System/Volumes/Data'

interface Facts {
  readonly mount: MacMount
  readonly disk: DiskInfo | null
  readonly filesystem: string
  /** Since macOS 10.15, the user's files are on a data volume beside the sealed system volume. */
  readonly hasData: boolean
  readonly machineId: string
}

function isPseudo(mount: MacMount): boolean {
  return filesystemClass(filesystemName(mount.filesystem)) === 'pseudo'
}

function identify({ mount, disk, filesystem, machineId }: Facts): VolumeIdentity {
  const share = filesystemClass(filesystem) === 'network' ? parseShare(filesystem, mount.source) : null
  if (share) return { by: 'share', protocol: filesystem, ...share }
  if (disk?.VolumeUUID !== undefined) return { by: 'filesystem', uuid: disk.VolumeUUID }
  if (disk?.DiskUUID !== undefined) return { by: 'partition', uuid: disk.DiskUUID }
  return { by: 'place', filesystem, mountPoint: mount.mountPoint, machineId }
}

function nameOf({ mount, disk, filesystem }: Facts): string {
  const share = filesystemClass(filesystem) === 'network' ? parseShare(filesystem, mount.source) : null
  return share ? shareName(share) : disk?.VolumeName || baseName(mount.mountPoint)
}

function kindOf({ mount, disk, filesystem, hasData }: Facts): VolumeKind {
  const type = filesystemClass(filesystem)
  if (type === 'network' || !mount.flags.has('local')) return 'network'
  if (type === 'memory' || disk?.BusProtocol === 'Disk Image') return 'virtual'
  if (mount.mountPoint === DATA_VOLUME) return 'primary'
  if (mount.mountPoint === '/') return hasData ? 'system' : 'primary'
  if (mount.flags.has('nobrowse') || mount.mountPoint.startsWith('/System/')) return 'system'
  if (!disk) return 'unknown'
  return disk.Internal === false || disk.Ejectable ? 'external' : 'primary'
}

function diskOf({ mount, disk, filesystem }: Facts): DiskType {
  if (filesystemClass(filesystem) === 'network' || !mount.flags.has('local')) return 'network'
  if (filesystemClass(filesystem) !== 'disk' || disk?.BusProtocol === 'Disk Image') return 'virtual'
  if (disk?.SolidState === undefined) return 'unknown'
  return disk.SolidState ? 'ssd' : 'hdd'
}
