import { z } from 'zod'
import type { DiskType, VolumeKind } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import type { DetectedVolume, Detection, Mount, VolumeDetector } from './detected-volume.ts'
import { filesystemName, sharesBlocks } from './filesystems.ts'
import { serialToUuid, type VolumeIdentity, volumeFingerprint } from './fingerprint.ts'
import { parseShare, shareName } from './network-share.ts'
import { type RunCommand, runCommand } from './run-command.ts'

export interface WindowsDetectorDeps {
  /** An id of this machine, which is part of the fingerprint of volumes without an id. */
  readonly machineId: string
  /** The drive with Windows; `C:` by default. */
  readonly systemDrive?: string
  readonly run?: RunCommand
}

/** Asks PowerShell's storage module for everything, in one process. A new mount is noticed by the next detection. */
export class WindowsDetector implements VolumeDetector {
  readonly #machineId: string
  readonly #systemDrive: string
  readonly #run: RunCommand

  constructor({ machineId, systemDrive = 'C:', run = runCommand }: WindowsDetectorDeps) {
    this.#machineId = machineId
    this.#systemDrive = systemDrive.toUpperCase()
    this.#run = run
  }

  async detect(signal: AbortSignal): Promise<Detection> {
    const command = Buffer.from(SCRIPT, 'utf16le').toString('base64')
    const output = await this.#run(
      'powershell.exe',
      ['-NoProfile', '-NonInteractive', '-EncodedCommand', command],
      signal,
    )
    const report = parseReport(output)
    const context = { machineId: this.#machineId, systemDrive: this.#systemDrive }
    const local = report.volumes.map((volume) => describeLocal(joinFacts(volume, report), context))
    const shares = report.network.map((share) => describeShare(share, context))
    return { volumes: [...local.filter((volume) => volume !== null), ...shares], pseudoMounts: [] }
  }
}

/**
 * The PowerShell script. All its values are text or numbers, because PowerShell 5 and 7 print enumerations
 * differently.
 */
const SCRIPT = `
$ErrorActionPreference = 'SilentlyContinue'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
function Text($name) { @{ n = $name; e = [scriptblock]::Create('"$($_.' + $name + ')"') } }
@{
  volumes = @(Get-Volume | Select-Object (Text UniqueId), (Text DriveLetter), (Text FileSystemLabel), (Text FileSystem), (Text DriveType), Size, SizeRemaining)
  serials = @(Get-CimInstance Win32_Volume | Select-Object (Text DeviceID), SerialNumber)
  partitions = @(Get-Partition | Select-Object DiskNumber, PartitionNumber, @{ n = 'AccessPaths'; e = { @($_.AccessPaths) } }, (Text Guid), (Text GptType), IsReadOnly)
  disks = @(Get-Disk | Select-Object Number, (Text BusType), (Text SerialNumber), IsReadOnly)
  physical = @(Get-PhysicalDisk | Select-Object (Text DeviceId), (Text MediaType))
  network = @(Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=4' | Select-Object (Text DeviceID), (Text ProviderName), (Text FileSystem), Size, FreeSpace)
} | ConvertTo-Json -Depth 4 -Compress
`

const bytes = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
const text = z
  .string()
  .nullish()
  .transform((value) => (value ?? '').replaceAll('\0', '').trim())
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)
/** A schema for a list. PowerShell prints nothing for an empty list, and a single value for a list with one element. */
function list<T extends z.ZodType>(item: T): z.ZodType<z.output<T>[]> {
  return z.preprocess((value) => (value == null ? [] : Array.isArray(value) ? value : [value]), z.array(item))
}

const VolumeReport = z.object({
  UniqueId: text,
  DriveLetter: text,
  FileSystemLabel: text,
  FileSystem: text,
  DriveType: text,
  Size: bytes,
  SizeRemaining: bytes,
})
const PartitionReport = z.object({
  DiskNumber: z.number(),
  PartitionNumber: z.number(),
  AccessPaths: list(z.string()),
  Guid: text,
  GptType: text,
  IsReadOnly: flag,
})
const DiskReport = z.object({ Number: z.number(), BusType: text, SerialNumber: text, IsReadOnly: flag })
const ShareReport = z.object({ DeviceID: text, ProviderName: text, FileSystem: text, Size: bytes, FreeSpace: bytes })
const Report = z.object({
  volumes: list(VolumeReport),
  serials: list(z.object({ DeviceID: text, SerialNumber: z.number().nullish() })),
  partitions: list(PartitionReport),
  disks: list(DiskReport),
  physical: list(z.object({ DeviceId: text, MediaType: text })),
  network: list(ShareReport),
})
type Report = z.infer<typeof Report>

function parseReport(output: string): Report {
  const report = Report.safeParse(jsonOrNull(output))
  // Without serial numbers, every volume would seem to be a different one.
  if (!report.success || (report.data.volumes.length > 0 && report.data.serials.length === 0)) {
    throw new CoreError('Unavailable', 'PowerShell did not describe the volumes of this machine', {
      cause: report.error,
    })
  }
  return report.data
}

function jsonOrNull(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return null
  }
}

interface Facts {
  readonly volume: z.infer<typeof VolumeReport>
  readonly serial: number | null
  readonly partition: z.infer<typeof PartitionReport> | null
  readonly disk: z.infer<typeof DiskReport> | null
  readonly media: string
}

/** Finds the partition of a volume by the volume's path, `\\?\Volume{…}\`. */
function joinFacts(volume: z.infer<typeof VolumeReport>, report: Report): Facts {
  const partition = report.partitions.find(({ AccessPaths }) => AccessPaths.includes(volume.UniqueId)) ?? null
  const disk = report.disks.find(({ Number: number }) => number === partition?.DiskNumber) ?? null
  const media = report.physical.find(({ DeviceId }) => DeviceId === String(partition?.DiskNumber))?.MediaType ?? ''
  const serial = report.serials.find(({ DeviceID }) => DeviceID === volume.UniqueId)?.SerialNumber ?? null
  return { volume, serial, partition, disk, media }
}

interface Context {
  readonly machineId: string
  readonly systemDrive: string
}

/** Describes a local volume; null if it is not mounted. */
function describeLocal(facts: Facts, context: Context): DetectedVolume | null {
  const { volume, partition, disk } = facts
  const deviceId = partition ? `${partition.DiskNumber}:${partition.PartitionNumber}` : volume.UniqueId
  const paths = (partition?.AccessPaths ?? []).filter((path) => !path.startsWith('\\\\?\\'))
  // An optical disc has a drive letter, but no partition.
  if (paths.length === 0 && volume.DriveLetter) paths.push(`${volume.DriveLetter}:\\`)
  const mounts = paths
    .map((mountPoint): Mount => ({ mountPoint, root: '/', deviceId }))
    .toSorted((a, b) => a.mountPoint.length - b.mountPoint.length)
  const mountPoint = mounts[0]?.mountPoint
  if (mountPoint === undefined) return null
  const filesystem = filesystemName(volume.FileSystem)
  const isDisc = volume.DriveType === 'CD-ROM'
  const kind = kindOf(facts, mountPoint, context)
  return {
    fingerprint: volumeFingerprint(identify(facts, mountPoint, context)),
    name: volume.FileSystemLabel || `Local Disk (${mountPoint.replace(/\\$/, '')})`,
    mountPoint,
    mounts,
    kind,
    disk: diskOf(facts),
    filesystem,
    totalBytes: volume.Size,
    freeBytes: volume.SizeRemaining,
    online: true,
    readOnly: isDisc || (partition?.IsReadOnly ?? false) || (disk?.IsReadOnly ?? false),
    cow: sharesBlocks(filesystem),
    removable: kind === 'external',
    readBytesPerSecond: null,
    writeBytesPerSecond: null,
    hardwareId:
      [partition?.Guid, disk?.SerialNumber && `${disk.SerialNumber}-${partition?.PartitionNumber}`]
        .filter(Boolean)
        .join(' ') || null,
    mayHang: false,
    pool: null,
  }
}

function identify({ volume, serial, partition }: Facts, mountPoint: string, { machineId }: Context): VolumeIdentity {
  if (serial !== null && serial !== 0) return { by: 'filesystem', uuid: serialToUuid(serial.toString(16)) }
  if (partition?.Guid) return { by: 'partition', uuid: partition.Guid }
  return { by: 'place', filesystem: filesystemName(volume.FileSystem), mountPoint, machineId }
}

function kindOf({ volume, partition, disk }: Facts, mountPoint: string, { systemDrive }: Context): VolumeKind {
  if (mountPoint.toUpperCase().startsWith(`${systemDrive}\\`) && mountPoint.length <= 'C:\\'.length) return 'primary'
  if (SYSTEM_PARTITIONS.has(partition?.GptType.toLowerCase() ?? '')) return 'system'
  if (IMAGE_BUSES.has(disk?.BusType ?? '')) return 'virtual'
  if (volume.DriveType === 'Removable' || volume.DriveType === 'CD-ROM' || EXTERNAL_BUSES.has(disk?.BusType ?? ''))
    return 'external'
  return volume.DriveType === 'Fixed' ? 'primary' : 'unknown'
}

/** GUIDs of EFI, Microsoft reserved and recovery partitions ("PARTITION_INFORMATION_GPT", Microsoft Learn). */
const SYSTEM_PARTITIONS = new Set([
  '{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}',
  '{e3c9e316-0b5c-4db8-817d-f92df00215ae}',
  '{de94bba4-06d1-4d40-a16a-bfd50179d6ac}',
])
const EXTERNAL_BUSES = new Set(['USB', '1394', 'SD', 'MMC'])
const IMAGE_BUSES = new Set(['File Backed Virtual', 'Virtual'])

function diskOf({ disk, media }: Facts): DiskType {
  if (IMAGE_BUSES.has(disk?.BusType ?? '')) return 'virtual'
  if (media === 'SSD' || media === 'SCM' || disk?.BusType === 'NVMe') return 'ssd'
  return media === 'HDD' ? 'hdd' : 'unknown'
}

function describeShare(report: z.infer<typeof ShareReport>, { machineId }: Context): DetectedVolume {
  const share = parseShare('smb', report.ProviderName)
  const mountPoint = `${report.DeviceID}\\`
  const identity: VolumeIdentity = share
    ? { by: 'share', protocol: 'smb', ...share }
    : { by: 'place', filesystem: 'smb', mountPoint, machineId }
  const paths = share ? [mountPoint, `${report.ProviderName}\\`] : [mountPoint]
  return {
    fingerprint: volumeFingerprint(identity),
    name: share ? shareName(share) : report.DeviceID,
    mountPoint,
    mounts: paths.map((path) => ({ mountPoint: path, root: '/', deviceId: report.DeviceID })),
    kind: 'network',
    disk: 'network',
    filesystem: 'smb',
    totalBytes: report.Size,
    freeBytes: report.FreeSpace,
    // If Windows cannot reach a share, it reports no size.
    online: report.Size > 0,
    readOnly: false,
    cow: false,
    removable: false,
    readBytesPerSecond: null,
    writeBytesPerSecond: null,
    hardwareId: null,
    mayHang: true,
    pool: null,
  }
}
