import { CoreError } from '../../../../util/errors.ts'
import { decodeText, markedEncoding, readStart } from '../decode-text.ts'
import { MAX_CHARS, MAX_TEXT_BYTES } from '../limits.ts'
import { clean } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'

/** A NUL among so many bytes, and it is no text but for UTF-16, which has its mark. */
const EXAMINED_BYTES = 8_192

/** Text, code, settings, tables: as they are, one page. */
export const read: ReadText = async (source) => {
  const start = await readStart(source, MAX_TEXT_BYTES)
  const { bytes } = start
  if (markedEncoding(bytes) === null && bytes.subarray(0, EXAMINED_BYTES).includes(0))
    throw new CoreError('Unsupported', 'it is not text')
  const text = clean(decodeText(start))
  const kept = text.slice(0, MAX_CHARS)
  const truncated = !start.isWhole || kept.length < text.length
  const pages = kept.trim() === '' ? [] : [{ page: 1, text: kept.toWellFormed(), source: 'text' as const }]
  return { engine: ownEngine, pages, truncated }
}
