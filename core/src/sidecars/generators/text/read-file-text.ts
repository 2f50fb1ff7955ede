import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { RawName } from '../../../util/file-name.ts'
import type { ContentFacts } from '../generator.ts'
import { type ReaderName, readerOf } from './formats.ts'
import { MAX_CHARS } from './limits.ts'
import type { FileText, ReadText } from './reader.ts'

/** Loaded when first needed, because some bring their own engine. */
const load: Readonly<Record<ReaderName, () => Promise<{ read: ReadText }>>> = {
  email: () => import('./readers/email.ts'),
  epub: () => import('./readers/epub.ts'),
  excel: () => import('./readers/excel.ts'),
  html: () => import('./readers/html.ts'),
  mobipocket: () => import('./readers/mobipocket.ts'),
  opendocument: () => import('./readers/opendocument.ts'),
  outlook: () => import('./readers/outlook.ts'),
  pdf: () => import('./readers/pdf.ts'),
  plain: () => import('./readers/plain.ts'),
  powerpoint: () => import('./readers/powerpoint.ts'),
  'powerpoint-97': () => import('./readers/powerpoint-97.ts'),
  rtf: () => import('./readers/rtf.ts'),
  spreadsheet: () => import('./readers/spreadsheet.ts'),
  word: () => import('./readers/word.ts'),
  'word-97': () => import('./readers/word-97.ts'),
}

/** Reads the text of a file with the reader for its type, up to `maxChars` characters. Throws like `Make`. */
export async function readFileText(
  source: RawName,
  content: ContentFacts,
  maxChars: number = MAX_CHARS,
): Promise<FileText> {
  const name = readerOf(content)
  if (!name) throw new CoreError('Unsupported', `no engine here reads text in ${content.mime ?? content.type}`)
  const { read } = await load[name]()
  try {
    return await read(source, maxChars)
  } catch (cause) {
    if (cause instanceof CoreError) throw cause
    throw new CoreError('Corrupt', `it cannot be read: ${errorMessage(cause)}`, { cause })
  }
}
