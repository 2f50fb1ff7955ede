import type { ReadDatabase } from '../../db/sqlite.ts'
import { CoreError } from '../../util/errors.ts'
import { KeptTexts, type Said } from './kept-texts.ts'
import type { ReadText, ReadTextInput, TextPart, TextWindowInput } from './text-parts.ts'

/** Limit on the parts of an answer. Sentences may be short, and each one adds some overhead. */
const MAX_PARTS = 1_000

/** The key of the cache in the thread's memory. */
const MEMORY = 'texts'

/**
 * Reads a part of a content's text. Runs in a thread, because a sidecar must be parsed as a whole. Null if no sidecar
 * can be read now. Throws `InvalidInput` for an invalid cursor.
 */
export function readTextWindow(
  _db: ReadDatabase,
  { of, sidecars }: TextWindowInput,
  memory: Map<string, unknown>,
): ReadText | null {
  const known = memory.get(MEMORY)
  const texts = known instanceof KeptTexts ? known : new KeptTexts()
  memory.set(MEMORY, texts)
  let said: Said | null = null
  for (const { kind, path } of sidecars) {
    const read = texts.read(kind, path)
    // A scanned PDF may have an empty text layer, but have text in its pictures.
    if (read && (said === null || said.parts.length === 0)) said = read
    if (said && said.parts.length > 0) break
  }
  if (!said) return null
  const { parts, ...rest } = said
  return { ...rest, ...windowOf(parts, of) }
}

function windowOf(parts: readonly TextPart[], of: ReadTextInput): Pick<ReadText, 'parts' | 'cursor'> {
  const shown: TextPart[] = []
  let left = of.characters
  let { at, offset } = startOf(parts, of)
  for (; at < parts.length && left > 0 && shown.length < MAX_PARTS; at++, offset = 0) {
    const part = parts[at]!
    const text = cut(part.text.slice(offset), left)
    shown.push({ ...part, text })
    left -= text.length
    if (offset + text.length < part.text.length) return { parts: shown, cursor: `${at}.${offset + text.length}` }
  }
  return { parts: shown, cursor: at < parts.length ? `${at}.0` : null }
}

/** Cuts a text at a length, but not inside a surrogate pair; returns at least one character. */
function cut(text: string, length: number): string {
  const isHalved = /[\uD800-\uDBFF]/.test(text.charAt(length - 1)) && text.length > length
  return text.slice(0, isHalved ? Math.max(length - 1, 2) : length)
}

function startOf(parts: readonly TextPart[], { cursor, page, timeMs }: ReadTextInput): { at: number; offset: number } {
  if (cursor !== undefined) {
    const [, at, offset] = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? []
    if (at === undefined) throw new CoreError('InvalidInput', `${JSON.stringify(cursor)} is not a cursor of a text`)
    return { at: Number(at), offset: Number(offset) }
  }
  if (page === undefined && timeMs === undefined) return { at: 0, offset: 0 }
  const at = parts.findIndex((part) =>
    part.page === null ? timeMs !== undefined && part.endMs! > timeMs : page !== undefined && part.page >= page,
  )
  return { at: at < 0 ? parts.length : at, offset: 0 }
}
