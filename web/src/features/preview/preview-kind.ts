import type { Entry } from '@spacedrive/core/domain'

/**
 * How something is shown: `text` as it is, `document` as the daemon reads it, `pages` by the text that was taken from it,
 * `facts` by what is known of it.
 */
export type PreviewKind =
  | 'picture'
  | 'video'
  | 'audio'
  | 'pdf'
  | 'text'
  | 'pages'
  | 'document'
  | 'font'
  | 'archive'
  | 'facts'

type Shown = Pick<Entry, 'kind' | 'type' | 'mime' | 'extension'>

/** What every browser that runs this page can show by itself. SVG is shown as a picture, in which nothing runs. */
const browserPictures = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/svg+xml',
  'image/bmp',
  'image/x-ms-bmp',
  'image/vnd.microsoft.icon',
  'image/x-icon',
])
const browserPictureExtensions = /^(?:jpe?g|jfif|png|apng|gif|webp|avif|svg|bmp|ico)$/

/** What `files.document` reads. */
const documentExtensions = /^(?:do[ct][xm]|xl[st][xm]?|xlsb|f?ods|ots|wk[13]|123|numbers)$/

/** Texts whose words matter and not their markup. */
const readAsPages = new Set(['application/rtf', 'text/rtf'])

export function previewKind({ extension, kind, mime, type }: Shown): PreviewKind {
  if (kind !== 'file') return 'facts'
  if (mime === 'application/pdf' || (mime === null && extension === 'pdf')) return 'pdf'
  if (mime !== null && readAsPages.has(mime)) return 'pages'
  switch (type) {
    case 'image':
      return 'picture'
    case 'video':
    case 'audio':
    case 'font':
    case 'archive':
      return type
    case 'text':
    case 'code':
    case 'config':
    case 'web':
    case 'calendar':
    case 'contact':
      return 'text'
    case 'document':
    case 'spreadsheet':
    case 'presentation':
    case 'book':
    case 'email':
      return mime?.startsWith('text/') ? 'text' : documentExtensions.test(extension) ? 'document' : 'pages'
    case 'package':
      return 'archive'
    case 'unknown':
    case 'database':
    case 'mesh':
    case 'encrypted':
    case 'key':
    case 'executable':
    case 'binary':
    case 'shortcut':
    case 'model':
    case 'memory':
      return mime?.startsWith('text/') ? 'text' : 'facts'
  }
}

/** Whether the browser shows the picture itself; what it cannot is shown by its largest thumbnail. */
export function isBrowserPicture({ extension, mime }: Pick<Shown, 'mime' | 'extension'>): boolean {
  return mime === null ? browserPictureExtensions.test(extension) : browserPictures.has(mime)
}

/** How a text is shown besides its source; null: only as it is written. */
export type ReadableKind = 'markdown' | 'table'

export function readableKind({ extension, mime }: Pick<Shown, 'mime' | 'extension'>): ReadableKind | null {
  if (mime === 'text/markdown' || /^(?:md|markdown|mdown|mkd)$/.test(extension)) return 'markdown'
  if (mime === 'text/csv' || mime === 'text/tab-separated-values' || /^(?:csv|tsv|tab)$/.test(extension)) return 'table'
  return null
}
