import { z } from 'zod'
import { EntryKind, FileType } from './file-kind.ts'
import { ContentId, EntryId } from './ids.ts'
import { SidecarKind } from './sidecar.ts'
import { Thumb } from './thumb.ts'
import { Timestamp } from './time.ts'

/** One file, folder, symlink or special file, as the index or the disk knows it. `id` is null where it is not indexed. */
export const Entry = z.object({
  id: EntryId.nullable(),
  /** Absolute. Bytes that are not UTF-8 show as U+FFFD; `pathBase64` then has the real ones. */
  path: z.string(),
  pathBase64: z.string().optional(),
  name: z.string(),
  nameBase64: z.string().optional(),
  kind: EntryKind,
  type: FileType,
  /** Lower case, without the dot; empty where there is none. */
  extension: z.string(),
  mime: z.string().nullable(),
  size: z.number(),
  /** Bytes taken on disk; smaller than `size` for a sparse file. */
  allocated: z.number(),
  modifiedAt: Timestamp,
  createdAt: Timestamp.nullable(),
  contentId: ContentId.nullable(),
  hidden: z.boolean(),
  /** Directories: how many entries directly inside; null where not known. */
  childCount: z.number().nullable(),
  /** Directories: how many files at any depth; null where not known. */
  fileCount: z.number().nullable(),
  /** Directories: the sum of the sizes of the files at any depth; null where not known. */
  totalSize: z.number().nullable(),
  /** Where the file is a sidecar of others, as the video of a Live Photo is: of which content, and what a file of that is called. */
  partOf: z.object({ contentId: ContentId, kind: SidecarKind, name: z.string().nullable() }).optional(),
  /** A photo that has a video of the moment it was taken in. */
  livePhoto: z.literal(true).optional(),
  /** The rule that keeps this entry out of the index, where one does. */
  hiddenBy: z.string().optional(),
  /** What there is to show of its content; only where it was asked for, and the content is known. */
  thumb: Thumb.optional(),
})
export type Entry = z.infer<typeof Entry>

/** What a folder is listed by. Names, types and extensions begin at A; sizes and times with the largest and the latest. */
const fileSorts = ['name', 'size', 'modified', 'created', 'type', 'extension'] as const
export const FileSort = z.enum(fileSorts)
export type FileSort = z.infer<typeof FileSort>
