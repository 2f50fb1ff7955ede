import { foldName } from '../../util/fold.ts'

/** A word of a query, or several words in quotes, in the form to search for in texts. */
export interface Phrase {
  /** The folded tokens, which must follow each other in the text; at least one. */
  readonly tokens: readonly string[]
  /** Whether the last token may be longer in the text, because the user is still typing it. */
  readonly prefix: boolean
}

/** A part of a query: a word, or a part in quotes. */
export interface WrittenPart {
  readonly text: string
  readonly quoted: boolean
  /** Whether nothing follows this part in the query, not even a space or the closing quote. */
  readonly open: boolean
}

/** The minimum length of a prefix. Shorter ones match half of all words. */
const MIN_PREFIX = 2

/**
 * Characters of scripts without spaces between words, and of Korean, in which endings are attached to words. Each
 * character is a token, and a word is a phrase of tokens.
 */
const UNSPACED = String.raw`[[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]&&[\p{L}\p{M}\p{N}]]`

/**
 * The characters of words. FTS5 splits texts by the same Unicode categories (they are in the migration that creates
 * the table), so a snippet can mark every match of FTS5.
 */
const IN_TOKEN = String.raw`[\p{L}\p{M}\p{N}\p{Co}]`

/** A Korean syllable. Folding splits it into a first consonant, a vowel, and often a last consonant. */
const SYLLABLE = String.raw`[\u{1100}-\u{115f}][\u{1160}-\u{11a7}][\u{11a8}-\u{11ff}]?`
/** The characters of a syllable after the first. */
const IN_SYLLABLE = /^[\u{1160}-\u{11ff}]/v

const HAS_UNSPACED = new RegExp(UNSPACED, 'v')
const EACH_UNSPACED = new RegExp(`${SYLLABLE}|${UNSPACED}`, 'gv')
const TOKEN = new RegExp(`${SYLLABLE}|${UNSPACED}|[${IN_TOKEN}--${UNSPACED}]+`, 'gv')
const IS_IN_TOKEN = new RegExp(`^${IN_TOKEN}`, 'v')
const IS_UNSPACED = new RegExp(`^${UNSPACED}`, 'v')

/** The words and quoted parts of a query, in order. */
export function splitQuery(query: string): WrittenPart[] {
  const clean = query.toWellFormed().replaceAll('\0', ' ')
  return [...clean.matchAll(/"([^"]*)("?)|[^\s"]+/g)].map((match) => ({
    text: match[1] ?? match[0],
    quoted: match[1] !== undefined,
    open: match.index + match[0].length === clean.length && match[2] !== '"',
  }))
}

/** Converts a part of a query to a phrase; null if it has no letter or digit. */
export function toPhrase({ open, text }: Pick<WrittenPart, 'open' | 'text'>): Phrase | null {
  const tokens = foldName(text).match(TOKEN) ?? []
  const last = tokens.at(-1)
  return last === undefined ? null : { tokens, prefix: open && last.length >= MIN_PREFIX }
}

/** The query in FTS5's syntax. All phrases are quoted, so that no character in them has a special meaning. */
export function toMatch(phrases: readonly Phrase[]): string {
  return phrases.map(({ tokens, prefix }) => `"${tokens.join(' ')}"${prefix ? '*' : ''}`).join(' AND ')
}

/** Converts a text to the form that is indexed. */
export function toIndexed(text: string): string {
  const folded = foldName(text.toWellFormed().replaceAll('\0', ' '))
  return HAS_UNSPACED.test(folded) ? folded.replaceAll(EACH_UNSPACED, ' $& ') : folded
}

/** Start and end of every occurrence of a phrase in a folded text, up to `limit` of them. */
export function findPhrase(folded: string, { tokens, prefix }: Phrase, limit: number): [number, number][] {
  const found: [number, number][] = []
  const [first, ...others] = tokens
  for (let at = folded.indexOf(first!); at >= 0 && found.length < limit; at = folded.indexOf(first!, at + 1)) {
    if (!isBoundary(folded, at)) continue
    let end = at + first!.length
    for (const token of others) {
      const start = isBoundary(folded, end) ? nextToken(folded, end) : -1
      end = start >= 0 && folded.startsWith(token, start) ? start + token.length : -1
      if (end < 0) break
    }
    if (end >= 0 && (prefix || isBoundary(folded, end))) found.push([at, end])
  }
  return found
}

/** Whether a token may begin or end here. */
function isBoundary(text: string, at: number): boolean {
  if (at === 0 || at >= text.length) return true
  const before = signBefore(text, at)
  const after = String.fromCodePoint(text.codePointAt(at)!)
  if (!IS_IN_TOKEN.test(before) || !IS_IN_TOKEN.test(after)) return true
  if (IN_SYLLABLE.test(after)) return false
  return IS_UNSPACED.test(before) || IS_UNSPACED.test(after)
}

function signBefore(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1)
  return text.slice(unit >= 0xdc00 && unit <= 0xdfff ? at - 2 : at - 1, at)
}

function nextToken(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (IS_IN_TOKEN.test(text.slice(at, at + 2))) return at
  }
  return -1
}
