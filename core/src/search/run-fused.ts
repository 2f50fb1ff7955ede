import type { NameIndex } from './name-index.ts'
import { type IndexAnswer, type IndexQuery, runQuery } from './run-query.ts'
import { TextRows } from './text/text-rows.ts'
import type { MeaningMatch } from './vectors/meanings.ts'

export interface FusedQuery extends IndexQuery {
  /** Entries near the query in meaning, nearest first; all pass the filter. */
  readonly meanings: readonly MeaningMatch[]
}

/** Matches by words that are fused with those by meaning. Later ones are found by a search without meaning. */
const FUSED = 1_000
/**
 * Larger constants reduce the lead of the first places. The constant and the formula are from Cormack, Clarke and
 * Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", 2009.
 */
const RANK_CONSTANT = 60

/** Finds entries that match by words or are near in meaning. By relevance, entries that do both come first. */
export function runFused(index: NameIndex, query: FusedQuery): IndexAnswer & { readonly isWhole: boolean } {
  if (query.sort !== 'relevance')
    return { ...runQuery(index, { ...query, texts: withMeanings(index, query) }), isWhole: true }
  const byWords = runQuery(index, { ...query, limit: FUSED, after: null })
  const scores = new Map<number, number>()
  const add = (id: number, rank: number) => scores.set(id, (scores.get(id) ?? 0) + 1 / (RANK_CONSTANT + rank))
  for (const [i, id] of byWords.ids.entries()) add(id, i + 1)
  // Copies of a file have the same meaning and share one rank.
  let rank = 0
  let last = Number.NaN
  for (const { contentRowId, entry } of query.meanings) {
    if (contentRowId !== last) rank++
    last = contentRowId
    add(entry, rank)
  }
  const { after, limit } = query
  const ends = [...scores].map(([id, score]) => ({ key: -score, mtime: index.mtimes[index.rowOf(id)]!, id, name: '' }))
  const later = ends.toSorted(inOrder).filter((end) => !after || inOrder(end, after) > 0)
  const page = later.slice(0, limit)
  return {
    ids: page.map(({ id }) => id),
    total: scores.size,
    end: later.length > limit ? page.at(-1)! : null,
    isWhole: byWords.total <= FUSED,
  }
}

type Ranked = Pick<NonNullable<IndexAnswer['end']>, 'id' | 'key' | 'mtime'>

/** Best first, then newest. */
function inOrder(a: Ranked, b: Ranked): number {
  return a.key - b.key || b.mtime - a.mtime || a.id - b.id
}

/** Adds the matches by meaning to the rows whose texts match. */
function withMeanings(index: NameIndex, { meanings, texts }: FusedQuery): TextRows {
  const rows = texts ?? new TextRows(index)
  for (const { entry } of meanings) {
    const row = index.rowOf(entry)
    if (row >= 0) rows.add(row, 0)
  }
  return rows
}
