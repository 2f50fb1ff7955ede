import { z } from 'zod'
import { EntryKind, FileType } from './file-kind.ts'

/** The size of a file or folder, with the largest entries in it. */
export interface FolderSize {
  name: string
  /** Absolute. */
  path: string
  pathBase64?: string | undefined
  kind: EntryKind
  type: FileType
  /** Bytes; for a folder the total of all files below. */
  size: number
  /** Number of files below; 1 for a file. */
  files: number
  /** Largest first; omitted if the folder was not read. */
  children?: FolderSize[] | undefined
  /** The entries directly in the folder that are not among `children`. */
  rest?: { count: number; size: number } | undefined
}

export const FolderSize: z.ZodType<FolderSize> = z.object({
  name: z.string(),
  path: z.string(),
  pathBase64: z.string().optional(),
  kind: EntryKind,
  type: FileType,
  size: z.number(),
  files: z.number(),
  get children() {
    return z.array(FolderSize).optional()
  },
  rest: z.object({ count: z.number(), size: z.number() }).optional(),
})
