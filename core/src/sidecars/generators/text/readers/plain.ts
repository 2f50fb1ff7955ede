import { decodeText, readStart } from '../decode-text.ts'
import { MAX_TEXT_BYTES } from '../limits.ts'
import { clean } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'

/** Reads text, code, settings and tables, unchanged, as one page. */
export const read: ReadText = async (source, maxChars) => {
  const start = await readStart(source, MAX_TEXT_BYTES)
  const text = clean(await decodeText(start))
  const kept = text.slice(0, maxChars)
  const truncated = !start.isWhole || kept.length < text.length
  const pages = kept.trim() === '' ? [] : [{ page: 1, text: kept.toWellFormed(), source: 'text' as const }]
  return { engine: ownEngine, pages, truncated }
}
