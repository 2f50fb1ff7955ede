import { writeFile } from 'node:fs/promises'
import { CoreError } from '../../../util/errors.ts'
import { formatTextSidecar } from '../../text-sidecar.ts'
import type { Make } from '../generator.ts'
import { type ReaderName, readerOf } from './formats.ts'
import type { ReadText } from './reader.ts'

/** Loaded when it is first needed: some bring an engine of their own. */
const load: Readonly<Record<ReaderName, () => Promise<{ read: ReadText }>>> = {
  email: () => import('./readers/email.ts'),
  epub: () => import('./readers/epub.ts'),
  excel: () => import('./readers/excel.ts'),
  html: () => import('./readers/html.ts'),
  opendocument: () => import('./readers/opendocument.ts'),
  outlook: () => import('./readers/outlook.ts'),
  pdf: () => import('./readers/pdf.ts'),
  plain: () => import('./readers/plain.ts'),
  powerpoint: () => import('./readers/powerpoint.ts'),
  rtf: () => import('./readers/rtf.ts'),
  word: () => import('./readers/word.ts'),
  'word-97': () => import('./readers/word-97.ts'),
}

/** The text of a file as `text-sidecar.ts` describes it. */
export const make: Make = async ({ source, content, outputs }) => {
  const name = readerOf(content)
  if (!name) throw new CoreError('Unsupported', `nothing here reads text in ${content.mime ?? content.type}`)
  const { read } = await load[name]()
  const { engine, pages, truncated } = await read(source)
  const json = formatTextSidecar({ engine, languages: [], pages, ...(truncated ? { truncated } : {}) })
  for (const { path } of outputs) await writeFile(path, json)
  return { engine }
}
