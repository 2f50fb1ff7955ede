import { z } from 'zod'
import { EntryKind } from './file-kind.ts'
import { Timestamp } from './time.ts'

/** A file or folder in an archive. */
export const ArchiveMember = z.object({
  /** As the archive has it, from its top. Bytes that are not UTF-8 show as U+FFFD; `pathBase64` then has the real ones. */
  path: z.string(),
  pathBase64: z.string().optional(),
  kind: EntryKind,
  /** Bytes, unpacked; null where the archive does not say. */
  size: z.number().nullable(),
  /** Bytes it takes in the archive; null where it is packed with others, or the archive does not say. */
  compressedSize: z.number().nullable(),
  modifiedAt: Timestamp.nullable(),
  /** It can be unpacked only with a password. */
  encrypted: z.boolean(),
})
export type ArchiveMember = z.infer<typeof ArchiveMember>

/** A page of what is in an archive. */
export const ArchiveListing = z.object({
  path: z.string(),
  /** zip, tar, tar.gz, tar.zst, gz, zst, 7z, rar, … */
  format: z.string(),
  /** In the order of the archive. */
  items: z.array(ArchiveMember),
  total: z.number(),
  /** It has more than is listed here: it is very large, cut off or damaged. */
  truncated: z.boolean(),
})
export type ArchiveListing = z.infer<typeof ArchiveListing>
