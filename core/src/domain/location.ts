import { z } from 'zod'
import { LocationId, VolumeId } from './ids.ts'
import { SidecarPolicy } from './sidecar-policy.ts'
import { Timestamp } from './time.ts'

export const indexModes = ['shallow', 'content', 'deep'] as const
/** How much is learned of each file: its metadata; also its content identity; also its type by content and its media metadata. */
export const IndexMode = z.enum(indexModes)
export type IndexMode = z.infer<typeof IndexMode>

export const locationStates = ['pending', 'scanning', 'complete', 'paused', 'offline', 'error'] as const
export const LocationState = z.enum(locationStates)
export type LocationState = z.infer<typeof LocationState>

export const EntryCounts = z.object({
  files: z.number(),
  directories: z.number(),
  symlinks: z.number(),
  others: z.number(),
  bytes: z.number(),
})
export type EntryCounts = z.infer<typeof EntryCounts>

/** A folder on one device that the library indexes and watches. */
export const Location = z.object({
  id: LocationId,
  name: z.string(),
  path: z.string(),
  mode: IndexMode,
  watch: z.boolean(),
  state: LocationState,
  volumeId: VolumeId.nullable(),
  /** The named rules that apply; see `index.explain`. */
  rules: z.array(z.string()),
  maxDepth: z.number().nullable(),
  /** What is made of its contents where that differs from what the device makes. */
  policy: SidecarPolicy,
  /** What is indexed below it now, the folder itself not counted. */
  counts: EntryCounts,
  lastScanAt: Timestamp.nullable(),
  /** Why it is offline or in error, in a sentence. */
  error: z.string().nullable(),
})
export type Location = z.infer<typeof Location>
