// Apart from the schemas over them: the engine's threads want the lists alone, and zod is ten times the rest of their code.

/** What a directory entry is on disk; the database stores the index in this list. */
export const entryKinds = ['file', 'directory', 'symlink', 'other'] as const

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

/** What can be derived from a content; the database stores the index in this list, so its order never changes. */
export const sidecarKinds = [
  'thumb',
  'ocr',
  'transcript',
  'embeddings',
  'text',
  'proxy',
  'thumbstrip',
  'live-photo-video',
  'xmp',
] as const

/** Of these the files that somebody has made and nothing here can make again: they are never cleaned up. */
export const companionKinds = ['live-photo-video', 'xmp'] as const satisfies readonly (typeof sidecarKinds)[number][]

/** How far it is; the database stores the index in this list, so its order never changes. */
export const sidecarStates = ['pending', 'generating', 'ready', 'failed'] as const
