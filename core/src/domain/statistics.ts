import { z } from 'zod'
import { FileType } from './file-kind.ts'
import { LocationId, VolumeId } from './ids.ts'
import { SidecarKind } from './sidecar.ts'
import { Timestamp } from './time.ts'

const amount = { files: z.number(), bytes: z.number() }

/** What a library holds, by all that a person would ask for. Each part names what a search takes to find the same files, hidden ones too. */
export const LibraryStatistics = z.object({
  /** When it was counted. */
  at: Timestamp,
  ...amount,
  folders: z.number(),
  /** Search for `type`. */
  byType: z.array(z.object({ type: FileType, ...amount })),
  /** Those with most bytes; search for `extension`, which is empty where there is none. */
  byExtension: z.array(z.object({ extension: z.string(), ...amount })),
  /** All other extensions. */
  otherExtensions: z.object({ extensions: z.number(), ...amount }),
  /** By when they were changed last, the newest first; search for `modified`. */
  byYear: z.array(z.object({ modified: z.string(), ...amount })),
  /** Search in `id`. Locations may lie in each other. */
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
  /** The largest folders directly in locations; search in `path`. */
  topFolders: z.array(z.object({ path: z.string(), name: z.string(), locationId: LocationId, ...amount })),
  byVolume: z.array(z.object({ id: VolumeId, name: z.string(), online: z.boolean(), ...amount })),
  /** Copies beyond the first of each content; hard links are none. */
  duplicates: z.object({ groups: z.number(), files: z.number(), reclaimableBytes: z.number() }),
  /** Contents of which there is one copy only. */
  unique: z.object(amount),
  /** Files whose content is not known: they may be copies. */
  unidentified: z.object(amount),
  /** What was last changed in each month, and all up to it, the oldest first; search for `modified`. */
  growth: z.array(z.object({ modified: z.string(), ...amount, totalFiles: z.number(), totalBytes: z.number() })),
  sidecars: z.array(z.object({ kind: SidecarKind, variant: z.string(), ...amount })),
})
export type LibraryStatistics = z.infer<typeof LibraryStatistics>
