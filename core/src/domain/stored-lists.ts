// Separate from the zod schemas, because the engine's threads need only the lists, and zod is ten times the rest of
// their code.

/** The kinds of entries; the database stores the index in this list. */
export const entryKinds = ['file', 'directory', 'symlink', 'other'] as const

/** The types of file contents; the database stores the index in this list, so its order never changes. */
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

/** The kinds of sidecars; the database stores the index in this list, so its order never changes. */
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

/** Kinds of sidecars that the user made and that cannot be regenerated: they are never cleaned up. */
export const companionKinds = ['live-photo-video', 'xmp'] as const satisfies readonly (typeof sidecarKinds)[number][]

/** States of a sidecar; the database stores the index in this list, so its order never changes. */
export const sidecarStates = ['pending', 'generating', 'ready', 'failed'] as const
