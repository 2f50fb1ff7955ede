import { z } from 'zod'
import { EntryKind } from './file-kind.ts'
import { Timestamp } from './time.ts'

/** A file or folder in an archive. */
export const ArchiveMember = z.object({
  /**
   * The path in the archive, from its top. Bytes that are not UTF-8 become U+FFFD; `pathBase64` then has the real
   * bytes.
   */
  path: z.string(),
  pathBase64: z.string().optional(),
  kind: EntryKind,
  /** Unpacked size in bytes; null if the archive does not store it. */
  size: z.number().nullable(),
  /** Packed size in bytes; null if the member is packed together with others, or the archive does not store it. */
  compressedSize: z.number().nullable(),
  modifiedAt: Timestamp.nullable(),
  /** Whether unpacking needs a password. */
  encrypted: z.boolean(),
})
export type ArchiveMember = z.infer<typeof ArchiveMember>

/** A page of the contents of an archive. */
export const ArchiveListing = z.object({
  path: z.string(),
  /** The format: zip, tar, tar.gz, tar.zst, gz, zst, 7z, rar, … */
  format: z.string(),
  /** The members, in the order of the archive. */
  items: z.array(ArchiveMember),
  total: z.number(),
  /** Whether the archive has more members than are listed: it is very large, cut off or damaged. */
  truncated: z.boolean(),
})
export type ArchiveListing = z.infer<typeof ArchiveListing>
