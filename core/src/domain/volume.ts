import { z } from 'zod'
import { VolumeId } from './ids.ts'

export const volumeKinds = ['primary', 'system', 'external', 'network', 'virtual', 'container', 'unknown'] as const
export const VolumeKind = z.enum(volumeKinds)
export type VolumeKind = z.infer<typeof VolumeKind>

export const diskTypes = ['ssd', 'hdd', 'network', 'virtual', 'unknown'] as const
export const DiskType = z.enum(diskTypes)
export type DiskType = z.infer<typeof DiskType>

/** A file system that is or was mounted on this device. `id` is null if no library tracks it. */
export const Volume = z.object({
  id: VolumeId.nullable(),
  fingerprint: z.string(),
  name: z.string(),
  /** The current mount point; for an offline volume, the last one; null if it was never known. */
  mountPoint: z.string().nullable(),
  kind: VolumeKind,
  disk: DiskType,
  filesystem: z.string(),
  totalBytes: z.number(),
  freeBytes: z.number(),
  tracked: z.boolean(),
  online: z.boolean(),
  readOnly: z.boolean(),
  /** Whether a copy on this file system can share blocks. */
  cow: z.boolean(),
  removable: z.boolean(),
  readBytesPerSecond: z.number().nullable(),
  writeBytesPerSecond: z.number().nullable(),
})
export type Volume = z.infer<typeof Volume>
