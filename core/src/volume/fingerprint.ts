import { blake3 } from '@napi-rs/blake-hash'
import type { DetectedVolume } from './detected-volume.ts'

/** The permanent identity of a volume: the first of these alternatives that is known. */
export type VolumeIdentity =
  /** The file system's own id. `part` is the subvolume or dataset if one file system holds several volumes. */
  | { readonly by: 'filesystem'; readonly uuid: string; readonly part?: string }
  | { readonly by: 'partition'; readonly uuid: string }
  /**
   * The serial number of the disk. The machine is included, because virtual disks and cheap USB bridges repeat serial
   * numbers.
   */
  | { readonly by: 'disk'; readonly serial: string; readonly partition: number; readonly machineId: string }
  | { readonly by: 'share'; readonly protocol: string; readonly host: string; readonly share: string }
  /**
   * The mount point, for memory, overlays and other file systems without an id. It is only as stable as the mount
   * point on this machine.
   */
  | { readonly by: 'place'; readonly filesystem: string; readonly mountPoint: string; readonly machineId: string }

/**
 * 32 hex digits: BLAKE3 over the identity, cut to 128 bits. If the file system has an id, the fingerprint includes no
 * machine, mount point or capacity, so that a drive stays the same volume on another machine.
 */
export function volumeFingerprint(identity: VolumeIdentity): string {
  return hash([identity.by, ...identityParts(identity)])
}

function identityParts(identity: VolumeIdentity): string[] {
  switch (identity.by) {
    case 'filesystem':
      return [identity.uuid.toLowerCase(), identity.part ?? '']
    case 'partition':
      return [identity.uuid.toLowerCase()]
    case 'disk':
      return [identity.serial, String(identity.partition), identity.machineId]
    case 'share':
      return [identity.protocol, identity.host, identity.share]
    case 'place':
      return [identity.filesystem, identity.mountPoint, identity.machineId]
  }
}

/**
 * Normalises a serial number. Windows shows only the low half of an NTFS serial number, Linux all 64 bits. So this
 * takes the low half, and formats it as Linux formats a FAT serial (`1A2B-3C4D`). A drive then has the same
 * fingerprint on both systems.
 */
export function serialToUuid(serial: string): string {
  const low = serial.replaceAll('-', '').slice(-8).padStart(8, '0').toUpperCase()
  return `${low.slice(0, 4)}-${low.slice(4)}`
}

/**
 * The 64-bit `statfs` id that ext2, 3 and 4 compute from their UUID, as `stat -f -c %i` prints it. A program in a
 * container can read this id even if it can neither see the UUID nor read the device.
 */
export function extFilesystemId(uuid: string): string {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  const words = [0, 4].map((at) => (bytes.readUInt32LE(at) ^ bytes.readUInt32LE(at + 8)) >>> 0)
  return ((BigInt(words[0]!) << 32n) | BigInt(words[1]!)).toString(16)
}

/**
 * For each fingerprint, the copy of the file system that keeps the plain fingerprint. Stored in memory as long as the
 * process runs.
 */
export type TwinMemory = Map<string, { holder: string; readonly others: Set<string> }>

/**
 * Gives every copy of one file system (a cloned disk, a mounted snapshot) a separate fingerprint. The copy that was
 * mounted first keeps the plain fingerprint; for the others, it is computed from their hardware. If several copies are
 * mounted when the process starts, it is not known which one was first, so none keeps the plain fingerprint: it is
 * better if a location is offline than if it shows the wrong disk. A network share that is mounted several times
 * becomes one volume with several mounts.
 */
export function separateTwins(volumes: readonly DetectedVolume[], memory: TwinMemory): DetectedVolume[] {
  const byFingerprint = Map.groupBy(volumes, (volume) => volume.fingerprint)
  return [...byFingerprint].flatMap(([fingerprint, group]) =>
    group[0]!.kind === 'network' ? [merge(group)] : separate(fingerprint, group, memory),
  )
}

/** Merges the mounts of one network share, because mounting it twice does not copy its files. */
function merge(group: readonly DetectedVolume[]): DetectedVolume {
  return { ...(group.find((volume) => volume.online) ?? group[0]!), mounts: group.flatMap((volume) => volume.mounts) }
}

function separate(fingerprint: string, group: readonly DetectedVolume[], memory: TwinMemory): DetectedVolume[] {
  const known = memory.get(fingerprint)
  const only = group.length === 1 ? group[0] : undefined
  if (only && !known?.others.has(hardwareOf(only))) {
    memory.set(fingerprint, { holder: hardwareOf(only), others: known?.others ?? new Set() })
    return [only]
  }
  // Copies with the same serial number differ only in their mount points, for example if a whole disk was copied in a
  // virtual machine.
  const distinct = new Set(group.map(hardwareOf)).size === group.length
  const keyOf = (volume: DetectedVolume) =>
    distinct ? hardwareOf(volume) : `${hardwareOf(volume)} ${volume.mountPoint}`
  const others = known?.others ?? new Set()
  const holder = distinct ? known?.holder : undefined
  memory.set(fingerprint, { holder: known?.holder ?? '', others })
  return group.map((volume) => {
    if (keyOf(volume) === holder) return volume
    others.add(keyOf(volume))
    return { ...volume, fingerprint: hash(['twin', fingerprint, keyOf(volume)]) }
  })
}

function hardwareOf(volume: DetectedVolume): string {
  return volume.hardwareId ?? volume.mountPoint
}

function hash(parts: readonly string[]): string {
  return blake3(['spacedrive volume 1', ...parts].join('\0'))
    .toString('hex')
    .slice(0, FINGERPRINT_DIGITS)
}

const FINGERPRINT_DIGITS = 32
