import type { FileType } from '../../../domain/index.ts'
import type { ContentFacts } from '../generator.ts'

/** The readers, each named after its file in `readers/`. */
export type ReaderName =
  | 'archive'
  | 'chm'
  | 'email'
  | 'epub'
  | 'excel'
  | 'html'
  | 'iwork'
  | 'mobipocket'
  | 'opendocument'
  | 'outlook'
  | 'pdf'
  | 'plain'
  | 'powerpoint'
  | 'powerpoint-97'
  | 'rtf'
  | 'spreadsheet'
  | 'word'
  | 'word-97'
  | 'xps'

const OOXML = 'application/vnd.openxmlformats-officedocument'
const ODF = 'application/vnd.oasis.opendocument'

const readersByMime: Readonly<Record<string, ReaderName>> = {
  'application/pdf': 'pdf',
  [`${OOXML}.wordprocessingml.document`]: 'word',
  [`${OOXML}.spreadsheetml.sheet`]: 'excel',
  [`${OOXML}.presentationml.presentation`]: 'powerpoint',
  'application/msword': 'word-97',
  'application/vnd.ms-excel': 'spreadsheet',
  'application/vnd.ms-excel.sheet.binary.macroEnabled.12': 'spreadsheet',
  'application/vnd.lotus-1-2-3': 'spreadsheet',
  'application/vnd.apple.numbers': 'spreadsheet',
  'application/vnd.ms-powerpoint': 'powerpoint-97',
  'application/x-mobipocket-ebook': 'mobipocket',
  'application/vnd.palm': 'mobipocket',
  [`${ODF}.text`]: 'opendocument',
  [`${ODF}.spreadsheet`]: 'opendocument',
  [`${ODF}.presentation`]: 'opendocument',
  [`${ODF}.graphics`]: 'opendocument',
  [`${ODF}.text-flat-xml`]: 'opendocument',
  [`${ODF}.spreadsheet-flat-xml`]: 'opendocument',
  [`${ODF}.presentation-flat-xml`]: 'opendocument',
  'application/vnd.apple.pages': 'iwork',
  'application/vnd.apple.keynote': 'iwork',
  'application/vnd.ms-xpsdocument': 'xps',
  'application/oxps': 'xps',
  'application/vnd.ms-htmlhelp': 'chm',
  'application/zip': 'archive',
  'application/x-tar': 'archive',
  'application/gzip': 'archive',
  'application/zstd': 'archive',
  'application/epub+zip': 'epub',
  'application/rtf': 'rtf',
  'text/rtf': 'rtf',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'application/x-fictionbook+xml': 'html',
  'message/rfc822': 'email',
  'multipart/related': 'email',
  'application/vnd.ms-outlook': 'outlook',
  'text/csv': 'plain',
  'text/tab-separated-values': 'plain',
  'application/mbox': 'plain',
}

/** Files of these types are read as plain text, unless they have a reader of their own. */
const plainTypes: ReadonlySet<FileType> = new Set(['text', 'code', 'config', 'web', 'calendar', 'contact'])

/** Formats of these types that are not text. */
const binaryMimes: ReadonlySet<string> = new Set([
  'application/vnd.google-earth.kmz',
  'application/warc',
  'application/x-bplist',
  'application/x-webarchive',
])

/** The reader for a content; null if it has no text, or no reader here supports it. */
export function readerOf({ type, mime }: ContentFacts): ReaderName | null {
  const reader = mime === null ? undefined : readersByMime[mime]
  if (reader) return reader
  return plainTypes.has(type) && !(mime !== null && binaryMimes.has(mime)) ? 'plain' : null
}

/** Types of files that have text. If such a file has no reader, its sidecar says so. */
const textTypes: ReadonlySet<FileType> = new Set(['document', 'book', 'spreadsheet', 'presentation', 'email'])

/** Archives without a reader. Disk images and packages of programs are left out: nobody looks for words in them. */
const archivesWithoutReader: ReadonlySet<string> = new Set([
  'application/vnd.ms-cab-compressed',
  'application/vnd.rar',
  'application/x-7z-compressed',
  'application/x-ace-compressed',
  'application/x-arj',
  'application/x-bzip2',
  'application/x-compress',
  'application/x-cpio',
  'application/x-lz4',
  'application/x-lzh-compressed',
  'application/x-lzip',
  'application/x-lzma',
  'application/x-lzop',
  'application/x-stuffit',
  'application/x-xz',
])

/** Whether a user expects that search finds the text of such a file. */
export function holdsText(content: ContentFacts): boolean {
  if (readerOf(content) !== null) return true
  const { mime, size, type } = content
  return size > 0 && (textTypes.has(type) || (mime !== null && archivesWithoutReader.has(mime)))
}
