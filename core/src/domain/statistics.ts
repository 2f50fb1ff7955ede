import { z } from 'zod'
import { FileType } from './file-kind.ts'
import { LocationId, VolumeId } from './ids.ts'
import { SidecarKind } from './sidecar.ts'
import { Timestamp } from './time.ts'

const amount = { files: z.number(), bytes: z.number() }

/**
 * The contents of a library in numbers. Each part names the search filter that finds the same files, hidden ones
 * included.
 */
export const LibraryStatistics = z.object({
  /** Time of the count. */
  at: Timestamp,
  ...amount,
  folders: z.number(),
  /** Search for `type`. */
  byType: z.array(z.object({ type: FileType, ...amount })),
  /** The extensions with the most bytes; search for `extension`, which is empty for files without one. */
  byExtension: z.array(z.object({ extension: z.string(), ...amount })),
  /** All other extensions. */
  otherExtensions: z.object({ extensions: z.number(), ...amount }),
  /** By year of the last change, newest first; search for `modified`. */
  byYear: z.array(z.object({ modified: z.string(), ...amount })),
  /** Search in `id`. Locations may be nested. */
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
  /** The largest folders directly below the roots of locations; a search in one of them uses its `path`. */
  topFolders: z.array(z.object({ path: z.string(), name: z.string(), locationId: LocationId, ...amount })),
  byVolume: z.array(z.object({ id: VolumeId, name: z.string(), online: z.boolean(), ...amount })),
  /** Copies beyond the first of each content; hard links are not counted. */
  duplicates: z.object({ groups: z.number(), files: z.number(), reclaimableBytes: z.number() }),
  /** Contents with only one copy. */
  unique: z.object(amount),
  /** Files whose content is not known: they may be copies. */
  unidentified: z.object(amount),
  /** Files last changed in each month, and the running total, oldest first; search for `modified`. */
  growth: z.array(z.object({ modified: z.string(), ...amount, totalFiles: z.number(), totalBytes: z.number() })),
  sidecars: z.array(z.object({ kind: SidecarKind, variant: z.string(), ...amount })),
})
export type LibraryStatistics = z.infer<typeof LibraryStatistics>
