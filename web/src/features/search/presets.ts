/** Sizes that are often meant, as the operation reads them; `sizes` of the messages has their names. */
export const sizePresets = ['<1MB', '1MB..10MB', '10MB..100MB', '>100MB', '>1GB', 'empty'] as const
/** Times that are often meant; `times` of the messages has their names. */
export const timePresets = ['today', 'yesterday', '7d', '30d', 'this year', 'last year', 'last summer'] as const

/** Types in the order in which people look for them. */
export const typeChoices = [
  'folder',
  'image',
  'video',
  'audio',
  'document',
  'spreadsheet',
  'presentation',
  'book',
  'text',
  'code',
  'archive',
  'email',
  'web',
  'font',
  'package',
  'executable',
] as const

export const extPresets = ['jpg', 'png', 'heic', 'mp4', 'mp3', 'pdf', 'docx', 'xlsx', 'txt', 'md', 'zip'] as const

/** Extensions as somebody types them: with dots, commas or spaces between them. */
export function readExtensions(text: string): string[] {
  const parts = text.split(/[\s,;]+/).map((part) => part.replace(/^\*?\./, '').toLowerCase())
  return [...new Set(parts.filter((part) => part !== ''))]
}

/** A range of days as the operation reads it; null where no day is given. Days as `2024-05-01`. */
export function daysBetween(from: string, to: string): string | null {
  if (from !== '' && to !== '') return from <= to ? `${from}..${to}` : `${to}..${from}`
  if (from !== '') return `>=${from}`
  return to === '' ? null : `<=${to}`
}
