import type { SearchInput, SearchSort, SearchType } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { fingerprintOf, type PageEnd, readCursor } from './cursor.ts'
import { readGroups, type TermGroup, type WordTerm } from './query-terms.ts'
import { parseSizeExpression, type SizeRange } from './size-expression.ts'
import type { Phrase } from './text/phrases.ts'
import { parseTimeExpression, type TimeRange } from '../util/time-expression.ts'

/** A parsed search that the index can run; its locations are not resolved yet. It can be posted to a worker. */
export interface SearchPlan {
  /** Folded words, none of them empty. A name must contain all of them. */
  readonly words: readonly string[]
  /** The whole query, folded: a name that equals it comes first. */
  readonly text: string
  /** Phrases that a text must contain, all of them; empty if texts are not searched. */
  readonly phrases: readonly Phrase[]
  /** Each word, with its phrase for texts. */
  readonly parts: readonly WordTerm[]
  /** The parts of the query that are more than a word: alternatives, patterns, pieces of paths. */
  readonly groups: readonly TermGroup[]
  /** Whether texts are searched too. */
  readonly inTexts: boolean
  /** Texts that are only weakly similar in meaning are found, too. */
  readonly weak: boolean
  /** The words of the query, with the alternatives: the part that has a meaning. Folded. */
  readonly meant: string
  readonly types: readonly SearchType[]
  /** Lower case, without a dot. */
  readonly extensions: readonly string[]
  /** Ids, names or paths. */
  readonly locations: readonly string[]
  readonly size: SizeRange | null
  readonly modified: TimeRange | null
  /** When a photo or film was taken. */
  readonly taken: TimeRange | null
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

/** Parses a search. Throws `InvalidInput` for a filter or cursor that cannot be read. */
export function planSearch(input: SearchInput, now: number): SearchPlan {
  const { cursor, limit, ...asked } = input
  const fingerprint = fingerprintOf(asked)
  const place = cursor === undefined ? null : readCursor(cursor, fingerprint)
  const { groups, parts, text, words } = readWords(input.query)
  const inTexts = input.content || input.semantic
  // Without words, all matches are equally good. The newest are most likely to be the wanted ones.
  const sort = input.sort === 'relevance' && words.length === 0 ? 'modified' : input.sort
  if (sort === 'relevance' && input.order) {
    throw new CoreError('InvalidInput', 'the order by relevance cannot be reversed; sort by name, size or modified')
  }
  return {
    words,
    text,
    phrases: inTexts ? parts.flatMap(({ phrase }) => phrase ?? []) : [],
    parts,
    groups,
    inTexts,
    weak: input.weak ?? false,
    meant: [
      ...words,
      ...groups.flatMap(({ terms }) => terms.flatMap((term) => (term.kind === 'word' ? term.word : []))),
    ].join(' '),
    types: input.type,
    extensions: input.ext
      .flatMap((ext) => ext.split(','))
      .map((ext) => ext.trim().replace(/^\./, '').toLowerCase())
      .filter((ext) => ext !== ''),
    locations: input.location,
    size: input.size === undefined ? null : parseSizeExpression(input.size),
    modified: input.modified === undefined ? null : parseTimeExpression(input.modified, place?.now ?? now),
    taken: input.taken === undefined ? null : parseTimeExpression(input.taken, place?.now ?? now),
    hidden: input.hidden ?? input.query.trimStart().startsWith('.'),
    sort,
    descending: input.order ? input.order === 'desc' : sort === 'size' || sort === 'modified',
    limit,
    after: place?.end ?? null,
    now: place?.now ?? now,
    fingerprint,
  }
}

interface Words {
  readonly words: string[]
  readonly text: string
  readonly parts: WordTerm[]
  readonly groups: TermGroup[]
}

/**
 * The words of a query, folded, without repetitions; a part in quotes is one word. The groups that are not single
 * words are returned separately.
 */
export function readWords(query: string): Words {
  const all = readGroups(query)
  const single = all.flatMap(({ terms: [term, ...others] }) =>
    term?.kind === 'word' && others.length === 0 ? term : [],
  )
  // If a word occurs twice, the first one is kept: only the last word can be unfinished, and the first must be found
  // completely.
  const parts = single.filter(({ word }, i) => single.findIndex((each) => each.word === word) === i)
  return {
    words: parts.map(({ word }) => word),
    text: single.map(({ word }) => word).join(' '),
    parts,
    groups: all.filter(({ terms }) => terms.length > 1 || terms[0]!.kind !== 'word'),
  }
}
