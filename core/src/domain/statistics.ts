import { z } from 'zod'
import { FileType } from './file-kind.ts'
import { LocationId, VolumeId } from './ids.ts'
import { SidecarKind } from './sidecar.ts'
import { Timestamp } from './time.ts'

const amount = { files: z.number(), bytes: z.number() }

/**
 * The contents of a library in numbers. For each part, the comment names the search filter that finds the same files,
 * including hidden ones.
 */
export const LibraryStatistics = z.object({
  /** Time of the count. */
  at: Timestamp,
  ...amount,
  folders: z.number(),
  /** By type; filter `type`. */
  byType: z.array(z.object({ type: FileType, ...amount })),
  /** The extensions with the most bytes; filter `extension`. It is empty for files without an extension. */
  byExtension: z.array(z.object({ extension: z.string(), ...amount })),
  /** All other extensions. */
  otherExtensions: z.object({ extensions: z.number(), ...amount }),
  /** By year of the last change, newest first; filter `modified`. */
  byYear: z.array(z.object({ modified: z.string(), ...amount })),
  /** By location; filter `in` with the id. Locations may be nested. */
  byLocation: z.array(
    z.object({
      id: LocationId,
      name: z.string(),
      path: z.string(),
      online: z.boolean(),
      ...amount,
      folders: z.number(),
    }),
  ),
  /** The largest folders directly in the roots of locations; filter `in` with the path. */
  topFolders: z.array(z.object({ path: z.string(), name: z.string(), locationId: LocationId, ...amount })),
  byVolume: z.array(z.object({ id: VolumeId, name: z.string(), online: z.boolean(), ...amount })),
  /** Copies beyond the first of each content. Hard links are not counted. */
  duplicates: z.object({ groups: z.number(), files: z.number(), reclaimableBytes: z.number() }),
  /** Contents with only one copy. */
  unique: z.object(amount),
  /** Several empty files. They share one content, and are neither copies nor among `unique`. */
  emptyFiles: z.number().optional(),
  /** Files whose content is not identified, so they may be copies. */
  unidentified: z.object(amount),
  /** Files last changed in each month, and the running total, oldest first; filter `modified`. */
  growth: z.array(z.object({ modified: z.string(), ...amount, totalFiles: z.number(), totalBytes: z.number() })),
  sidecars: z.array(z.object({ kind: SidecarKind, variant: z.string(), ...amount })),
})
export type LibraryStatistics = z.infer<typeof LibraryStatistics>
