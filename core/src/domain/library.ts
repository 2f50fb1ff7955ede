import { z } from 'zod'
import { FileType } from './file-kind.ts'
import { LibraryId } from './ids.ts'
import { EntryCounts } from './location.ts'
import { Timestamp } from './time.ts'

/** A library in the list of libraries. */
export const Library = z.object({
  id: LibraryId,
  name: z.string(),
  path: z.string(),
  open: z.boolean(),
  current: z.boolean(),
  /** Why the library could not be opened; null if it could be. */
  error: z.string().nullable(),
})
export type Library = z.infer<typeof Library>

export const LibraryInfo = Library.extend({
  description: z.string(),
  createdAt: Timestamp,
  readOnly: z.boolean(),
  counts: EntryCounts.extend({
    locations: z.number(),
    contents: z.number(),
    /** Number of files beyond the first of each content. Hard links to one inode count once. */
    duplicateFiles: z.number(),
    reclaimableBytes: z.number(),
  }),
  byType: z.array(z.object({ type: FileType, files: z.number(), bytes: z.number() })),
  /** Bytes that the library folder takes on disk. */
  sizeOnDisk: z.number(),
})
export type LibraryInfo = z.infer<typeof LibraryInfo>
