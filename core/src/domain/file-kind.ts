import { z } from 'zod'

/** What a directory entry is on disk; the database stores the index in this list. */
export const entryKinds = ['file', 'directory', 'symlink', 'other'] as const
export const EntryKind = z.enum(entryKinds)
export type EntryKind = z.infer<typeof EntryKind>

/** What a file's content is; the database stores the index in this list, so its order never changes. */
export const fileTypes = [
  'unknown',
  'image',
  'video',
  'audio',
  'document',
  'archive',
  'code',
  'text',
  'database',
  'book',
  'font',
  'mesh',
  'config',
  'encrypted',
  'key',
  'executable',
  'binary',
  'spreadsheet',
  'presentation',
  'email',
  'calendar',
  'contact',
  'web',
  'shortcut',
  'package',
  'model',
  'memory',
] as const
export const FileType = z.enum(fileTypes)
export type FileType = z.infer<typeof FileType>
