import { decodeText, readStart, type FileStart } from '../decode-text.ts'
import { markedEncoding } from '../../../../util/encoding-of.ts'
import { collectHtml } from '../html-text.ts'
import { MAX_TEXT_BYTES } from '../limits.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'

/** A page declares its encoding in its first bytes. */
const DECLARATION_BYTES = 1_024

/** Reads the visible text of a web page, without scripts and styles. Fetches nothing. */
export const read: ReadText = async (source, maxChars) => {
  const start = await readStart(source, MAX_TEXT_BYTES)
  const out = new PageCollector(maxChars)
  out.begin()
  collectHtml(await decodeHtml(start), out)
  if (!start.isWhole) out.cut()
  return { engine: ownEngine, ...out.finish() }
}

async function decodeHtml(start: FileStart): Promise<string> {
  const head = start.bytes.subarray(0, DECLARATION_BYTES).toString('latin1')
  const declared = /(?:charset|encoding)\s*=\s*["']?\s*([\w:-]{2,40})/i.exec(head)?.[1]
  if (declared === undefined || markedEncoding(start.bytes) !== null) return decodeText(start)
  try {
    return new TextDecoder(declared).decode(start.bytes, { stream: !start.isWhole })
  } catch {
    // The encoding is unknown.
    return decodeText(start)
  }
}
