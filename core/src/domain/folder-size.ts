import { z } from 'zod'
import { EntryKind, FileType } from './file-kind.ts'

/** The size of a file or folder, with the largest entries in it. */
export interface FolderSize {
  name: string
  /** Absolute path. */
  path: string
  pathBase64?: string | undefined
  kind: EntryKind
  type: FileType
  /** Size in bytes; for a folder, the total of all files below it. */
  size: number
  /** Number of files below it; 1 for a file. */
  files: number
  /** The largest entries, largest first. Omitted if the folder was not read. */
  children?: FolderSize[] | undefined
  /** The number and size of the entries directly in the folder that are not in `children`. */
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
