import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { RawName } from '../../../util/file-name.ts'
import type { ContentFacts } from '../generator.ts'
import { type ReaderName, readerOf } from './formats.ts'
import { MAX_CHARS, MAX_INNER_DEPTH } from './limits.ts'
import type { FileText, ReadInner, ReadText } from './reader.ts'

/** Readers are loaded on first use, because some have an engine of their own. */
const load: Readonly<Record<ReaderName, () => Promise<{ read: ReadText }>>> = {
  archive: () => import('./readers/archive.ts'),
  chm: () => import('./readers/chm.ts'),
  email: () => import('./readers/email.ts'),
  epub: () => import('./readers/epub.ts'),
  excel: () => import('./readers/excel.ts'),
  html: () => import('./readers/html.ts'),
  iwork: () => import('./readers/iwork.ts'),
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
  xps: () => import('./readers/xps.ts'),
}

/** Reads the text of a file with the reader for its type, up to `maxChars` characters. Throws like `Make`. */
export async function readFileText(
  source: RawName,
  content: ContentFacts,
  maxChars: number = MAX_CHARS,
  depth = 0,
): Promise<FileText> {
  const name = readerOf(content)
  if (!name) throw new CoreError('Unsupported', `no engine here reads text in ${content.mime ?? content.type}`)
  const { read } = await load[name]()
  try {
    return await read(source, maxChars, innerReader(depth))
  } catch (cause) {
    if (cause instanceof CoreError) throw cause
    throw new CoreError('Corrupt', `it cannot be read: ${errorMessage(cause)}`, { cause })
  }
}

/** Returns a function that reads files inside a file, which is itself inside `depth` others. */
function innerReader(depth: number): ReadInner {
  return async (name, bytes, maxChars) => {
    if (depth >= MAX_INNER_DEPTH) return null
    const { asFile, innerContent } = await import('./read-inner.ts')
    const content = innerContent(name, bytes)
    if (!content || readerOf(content) === null) return null
    return asFile(name, bytes, (path) => readFileText(path, content, maxChars, depth + 1))
  }
}
