import { z } from 'zod'
import { EntryKind, FileType } from './file-kind.ts'
import { ContentId, EntryId } from './ids.ts'
import { SidecarKind } from './sidecar.ts'
import { Thumb } from './thumb.ts'
import { Timestamp } from './time.ts'

/** A file, folder, symlink or special file, from the index or the disk. `id` is null if it is not indexed. */
export const Entry = z.object({
  id: EntryId.nullable(),
  /** Absolute. Bytes that are not UTF-8 become U+FFFD; `pathBase64` then has the real bytes. */
  path: z.string(),
  pathBase64: z.string().optional(),
  name: z.string(),
  nameBase64: z.string().optional(),
  kind: EntryKind,
  type: FileType,
  /** In lower case, without the dot; empty if there is none. */
  extension: z.string(),
  mime: z.string().nullable(),
  size: z.number(),
  /** Size on disk in bytes; smaller than `size` for a sparse file. */
  allocated: z.number(),
  modifiedAt: Timestamp,
  createdAt: Timestamp.nullable(),
  contentId: ContentId.nullable(),
  hidden: z.boolean(),
  /** For a directory: number of entries directly inside; null if not known. */
  childCount: z.number().nullable(),
  /** For a directory: number of files at any depth; null if not known. */
  fileCount: z.number().nullable(),
  /** For a directory: total size of the files at any depth; null if not known. */
  totalSize: z.number().nullable(),
  /**
   * Set if the file is a sidecar of a content, such as the video of a Live Photo: the content, and the name of one of
   * the files with that content.
   */
  partOf: z.object({ contentId: ContentId, kind: SidecarKind, name: z.string().nullable() }).optional(),
  /** Set for a photo that has a video of the moment in which it was taken. */
  livePhoto: z.literal(true).optional(),
  /** The rule that excludes this entry from the index, if there is one. */
  hiddenBy: z.string().optional(),
  /** The thumbnails of its content. Set only if they were requested and the content is known. */
  thumb: Thumb.optional(),
})
export type Entry = z.infer<typeof Entry>

/**
 * The orders of a folder listing. Names, types and extensions begin at A; sizes begin with the largest, times with the
 * latest.
 */
const fileSorts = ['name', 'size', 'modified', 'created', 'type', 'extension'] as const
export const FileSort = z.enum(fileSorts)
export type FileSort = z.infer<typeof FileSort>
