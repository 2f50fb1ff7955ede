import { z } from 'zod'
import { LocationId, VolumeId } from './ids.ts'
import { SidecarPolicy } from './sidecar-policy.ts'
import { Timestamp } from './time.ts'

export const indexModes = ['shallow', 'content', 'deep'] as const
/**
 * How deep a location is scanned: `shallow` reads names and stats; `content` also identifies contents; `deep` also
 * determines types by content and reads media metadata.
 */
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
  /** Names of the rules that apply; see `index.explain`. */
  rules: z.array(z.string()),
  maxDepth: z.number().nullable(),
  /** The sidecars to generate for its files, as far as they differ from the device's policy. */
  policy: SidecarPolicy,
  /** Number of indexed entries below the location, without its root. */
  counts: EntryCounts,
  lastScanAt: Timestamp.nullable(),
  /** Why the location is offline or has failed, as a sentence. */
  error: z.string().nullable(),
})
export type Location = z.infer<typeof Location>
