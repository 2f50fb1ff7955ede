import { z } from 'zod'
import { entryKinds, fileTypes } from './stored-lists.ts'

export const EntryKind = z.enum(entryKinds)
export type EntryKind = z.infer<typeof EntryKind>

export const FileType = z.enum(fileTypes)
export type FileType = z.infer<typeof FileType>
