import type { NameIndex } from './name-index.ts'
import { type IndexAnswer, type IndexQuery, runQuery } from './run-query.ts'
import { TextRows } from './text/text-rows.ts'
import type { MeaningMatch } from './vectors/meanings.ts'

export interface FusedQuery extends IndexQuery {
  /** Entries near the query in meaning, nearest first; all pass the filter. */
  readonly meanings: readonly MeaningMatch[]
  /** Weak matches by meaning, which are left out. */
  readonly weaker: readonly MeaningMatch[]
}

export interface FusedAnswer extends IndexAnswer {
  readonly isWhole: boolean
  /** Number of weak matches that are in no page, because they do not match by words either. */
  readonly weaker: number
}

/**
 * Limit on the matches by words that are combined with those by meaning. Later ones are found only by a search without
 * meaning.
 */
const FUSED = 1_000
/**
 * A larger constant reduces the advantage of the first ranks. The constant and the formula are from Cormack, Clarke
 * and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", 2009.
 */
const RANK_CONSTANT = 60

/** Finds entries that match by words or are near in meaning. By relevance, entries that do both come first. */
export function runFused(index: NameIndex, query: FusedQuery): FusedAnswer {
  if (query.sort !== 'relevance') return runOrdered(index, query)
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
    weaker: query.weaker.filter(({ entry }) => !scores.has(entry)).length,
  }
}

/** In another order than relevance. */
function runOrdered(index: NameIndex, query: FusedQuery): FusedAnswer {
  const { meanings, weaker } = query
  const rows = query.texts ?? new TextRows(index)
  addMeanings(index, rows, meanings)
  const answer = runQuery(index, { ...query, texts: rows })
  if (weaker.length === 0) return { ...answer, isWhole: true, weaker: 0 }
  addMeanings(index, rows, weaker)
  const { total } = runQuery(index, { ...query, texts: rows, limit: 1, after: null })
  return { ...answer, isWhole: true, weaker: total - answer.total }
}

type Ranked = Pick<NonNullable<IndexAnswer['end']>, 'id' | 'key' | 'mtime'>

/** Best first, then newest. */
function inOrder(a: Ranked, b: Ranked): number {
  return a.key - b.key || b.mtime - a.mtime || a.id - b.id
}

/** Adds the matches by meaning to the rows whose texts match. */
function addMeanings(index: NameIndex, rows: TextRows, meanings: readonly MeaningMatch[]): void {
  for (const { entry } of meanings) {
    const row = index.rowOf(entry)
    if (row >= 0) rows.add(row, 0)
  }
}
