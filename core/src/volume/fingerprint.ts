import { blake3 } from '@napi-rs/blake-hash'
import type { DetectedVolume } from './detected-volume.ts'

/** What makes a volume the same volume tomorrow; the first that can be known, in this order. */
export type VolumeIdentity =
  /** The file system's own id. `part` is the subvolume or dataset where one file system holds several volumes. */
  | { readonly by: 'filesystem'; readonly uuid: string; readonly part?: string }
  | { readonly by: 'partition'; readonly uuid: string }
  /** Serial numbers of virtual disks and of cheap bridges repeat from machine to machine. */
  | { readonly by: 'disk'; readonly serial: string; readonly partition: number; readonly machineId: string }
  | { readonly by: 'share'; readonly protocol: string; readonly host: string; readonly share: string }
  /** Memory, overlays and whatever has no id: as lasting as its mount point on this machine, and no more. */
  | { readonly by: 'place'; readonly filesystem: string; readonly mountPoint: string; readonly machineId: string }

/**
 * 32 hex digits: BLAKE3 over the identity, cut to 128 bits. No machine, mount point or capacity goes in where the file
 * system has an id, so a drive that moves to another machine is still the same volume.
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
 * Windows shows only the low half of an NTFS serial, Linux all 64 bits: both are brought to the low half, written as
 * Linux writes a FAT serial (`1A2B-3C4D`), so that a drive keeps its fingerprint between the two.
 */
export function serialToUuid(serial: string): string {
  const low = serial.replaceAll('-', '').slice(-8).padStart(8, '0').toUpperCase()
  return `${low.slice(0, 4)}-${low.slice(4)}`
}

/**
 * The 64 bits that ext2, 3 and 4 make of their UUID for `statfs`, as `stat -f -c %i` prints them: a program in a
 * container can ask for these where it can neither see the UUID nor read the device.
 */
export function extFilesystemId(uuid: string): string {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  const words = [0, 4].map((at) => (bytes.readUInt32LE(at) ^ bytes.readUInt32LE(at + 8)) >>> 0)
  return ((BigInt(words[0]!) << 32n) | BigInt(words[1]!)).toString(16)
}

/** Which copy of a file system keeps the plain fingerprint; lives as long as the process. */
export type TwinMemory = Map<string, { holder: string; readonly others: Set<string> }>

/**
 * Gives every copy of one file system (a cloned disk, a mounted snapshot) a fingerprint of its own. The copy that was
 * there first keeps the plain one; the others get one made from their hardware. Where several are there at the start
 * nobody knows which was first, and none keeps it: rather an offline location than one shown on the wrong disk.
 * A network share that is mounted several times becomes one volume with several mounts.
 */
export function separateTwins(volumes: readonly DetectedVolume[], memory: TwinMemory): DetectedVolume[] {
  const byFingerprint = Map.groupBy(volumes, (volume) => volume.fingerprint)
  return [...byFingerprint].flatMap(([fingerprint, group]) =>
    group[0]!.kind === 'network' ? [merge(group)] : separate(fingerprint, group, memory),
  )
}

/** A share that is mounted twice is one share: what a server holds is not copied by mounting it. */
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
  // Copies down to the serial number (a whole disk copied bit by bit in a virtual machine) differ only in where they are.
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
