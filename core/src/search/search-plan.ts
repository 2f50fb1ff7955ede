import type { SearchInput, SearchSort, SearchType } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { foldName } from '../util/fold.ts'
import { fingerprintOf, type PageEnd, readCursor } from './cursor.ts'
import { parseSizeExpression, type SizeRange } from './size-expression.ts'
import { type Phrase, readPhrases, splitQuery } from './text/phrases.ts'
import { parseTimeExpression, type TimeRange } from './time-expression.ts'

/** A search as the index carries it out: everything read, nothing looked up. It can be posted to a worker. */
export interface SearchPlan {
  /** Folded, none empty; a name must hold them all. */
  readonly words: readonly string[]
  /** The whole query, folded: a name that equals it comes first. */
  readonly text: string
  /** What a text must hold, all of it; none where texts are not searched. */
  readonly phrases: readonly Phrase[]
  readonly types: readonly SearchType[]
  /** Lower case, without a dot. */
  readonly extensions: readonly string[]
  /** Ids, names or paths. */
  readonly locations: readonly string[]
  readonly size: SizeRange | null
  readonly modified: TimeRange | null
  /** Hidden entries are let through. */
  readonly hidden: boolean
  readonly sort: SearchSort
  readonly descending: boolean
  readonly limit: number
  /** Where the page before ended. */
  readonly after: PageEnd | null
  /** The moment `modified` was read against: the same on every page. */
  readonly now: number
  /** Equal for all pages of one search. */
  readonly fingerprint: string
}

/** More words than a name holds. */
const MAX_WORDS = 32

/** Reads a search. Throws `InvalidInput` for a filter or cursor that cannot be read. */
export function planSearch(input: SearchInput, now: number): SearchPlan {
  const { cursor, limit, ...asked } = input
  const fingerprint = fingerprintOf(asked)
  const place = cursor === undefined ? null : readCursor(cursor, fingerprint)
  const { words, text } = readWords(input.query)
  // Without words every match is as good as another: the newest are the ones most likely meant.
  const sort = input.sort === 'relevance' && words.length === 0 ? 'modified' : input.sort
  if (sort === 'relevance' && input.order) {
    throw new CoreError('InvalidInput', 'matches by relevance have one order only; sort by name, size or modified')
  }
  return {
    words,
    text,
    phrases: input.content || input.semantic ? readPhrases(input.query) : [],
    types: input.type,
    extensions: input.ext
      .flatMap((ext) => ext.split(','))
      .map((ext) => ext.trim().replace(/^\./, '').toLowerCase())
      .filter((ext) => ext !== ''),
    locations: input.location,
    size: input.size === undefined ? null : parseSizeExpression(input.size),
    modified: input.modified === undefined ? null : parseTimeExpression(input.modified, place?.now ?? now),
    hidden: input.hidden ?? input.query.trimStart().startsWith('.'),
    sort,
    descending: input.order ? input.order === 'desc' : sort === 'size' || sort === 'modified',
    limit,
    after: place?.end ?? null,
    now: place?.now ?? now,
    fingerprint,
  }
}

/** The words of a query, folded; what stands between quotes is one word. */
export function readWords(query: string): { words: string[]; text: string } {
  const words = splitQuery(query)
    .map((part) => foldName(part.text).trim())
    .filter((word) => word !== '')
  if (words.length > MAX_WORDS)
    throw new CoreError('InvalidInput', `a search takes at most ${MAX_WORDS} words, not ${words.length}`)
  return { words: [...new Set(words)], text: words.join(' ') }
}
