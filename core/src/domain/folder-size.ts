import { z } from 'zod'
import { EntryKind, FileType } from './file-kind.ts'

/** A file or folder by how large it is, with the largest of what is in it. */
export interface FolderSize {
  name: string
  /** Absolute. */
  path: string
  pathBase64?: string | undefined
  kind: EntryKind
  type: FileType
  /** Bytes; of a folder those of all files below. */
  size: number
  /** Files below; of a file 1. */
  files: number
  /** The largest first; left out where nobody looked. */
  children?: FolderSize[] | undefined
  /** What is directly in it and not among `children`. */
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
