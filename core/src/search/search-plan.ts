import type { SearchInput, SearchSort, SearchType } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { foldName } from '../util/fold.ts'
import { fingerprintOf, type PageEnd, readCursor } from './cursor.ts'
import { parseSizeExpression, type SizeRange } from './size-expression.ts'
import { type Phrase, splitQuery, toPhrase } from './text/phrases.ts'
import { parseTimeExpression, type TimeRange } from './time-expression.ts'

/** A parsed search, as the index runs it; locations are not resolved yet. It can be posted to a worker. */
export interface SearchPlan {
  /** Folded, none empty; a name must contain all of them. */
  readonly words: readonly string[]
  /** The whole query, folded: a name that equals it comes first. */
  readonly text: string
  /** Phrases that a text must contain, all of them; empty if texts are not searched. */
  readonly phrases: readonly Phrase[]
  /** Each word with its phrase in texts. */
  readonly parts: readonly QueryPart[]
  readonly types: readonly SearchType[]
  /** Lower case, without a dot. */
  readonly extensions: readonly string[]
  /** Ids, names or paths. */
  readonly locations: readonly string[]
  readonly size: SizeRange | null
  readonly modified: TimeRange | null
  /** Hidden entries are accepted. */
  readonly hidden: boolean
  readonly sort: SearchSort
  readonly descending: boolean
  readonly limit: number
  /** End of the previous page. */
  readonly after: PageEnd | null
  /** The time that `modified` is relative to: the same on every page. */
  readonly now: number
  /** Equal for all pages of one search. */
  readonly fingerprint: string
}

/** A word of a query, or a part in quotes. */
export interface QueryPart {
  /** The form to look for in names. */
  readonly word: string
  /** The form to look for in texts; null without a letter or digit. */
  readonly phrase: Phrase | null
}

/** More words than a name holds. A 32-bit number has a bit for each word. */
const MAX_WORDS = 32

/** Parses a search. Throws `InvalidInput` for a filter or cursor that cannot be read. */
export function planSearch(input: SearchInput, now: number): SearchPlan {
  const { cursor, limit, ...asked } = input
  const fingerprint = fingerprintOf(asked)
  const place = cursor === undefined ? null : readCursor(cursor, fingerprint)
  const { parts, text, words } = readWords(input.query)
  // Without words all matches are equally good: the newest are most likely the wanted ones.
  const sort = input.sort === 'relevance' && words.length === 0 ? 'modified' : input.sort
  if (sort === 'relevance' && input.order) {
    throw new CoreError('InvalidInput', 'the order by relevance cannot be reversed; sort by name, size or modified')
  }
  return {
    words,
    text,
    phrases: input.content || input.semantic ? parts.flatMap(({ phrase }) => phrase ?? []) : [],
    parts,
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

/** The words of a query, folded, without repetitions; a part in quotes is one word. */
export function readWords(query: string): { words: string[]; text: string; parts: QueryPart[] } {
  const all = splitQuery(query)
    .map((part) => ({ word: foldName(part.text).trim(), phrase: toPhrase(part) }))
    .filter(({ word }) => word !== '')
  if (all.length > MAX_WORDS)
    throw new CoreError('InvalidInput', `a search takes at most ${MAX_WORDS} words, not ${all.length}`)
  // If a word occurs twice, only the last one can be unfinished, and the first must be found anyway. So the first is
  // kept.
  const parts = all.filter(({ word }, i) => all.findIndex((each) => each.word === word) === i)
  return { words: parts.map(({ word }) => word), text: all.map(({ word }) => word).join(' '), parts }
}
