import type { NameIndex } from './name-index.ts'
import { type IndexAnswer, type IndexQuery, runQuery } from './run-query.ts'
import { TextRows } from './text/text-rows.ts'
import type { MeaningMatch } from './vectors/meanings.ts'

export interface FusedQuery extends IndexQuery {
  /** What is near by what it means, the nearest first; each let through by the filter. */
  readonly meanings: readonly MeaningMatch[]
}

/** Matches by words that take part; one that comes later is found by a search without meaning. */
const FUSED = 1_000
/**
 * How much of a lead the first places have. The constant and the formula are those of Cormack, Clarke and Büttcher, "Reciprocal
 * Rank Fusion outperforms Condorcet and individual Rank Learning Methods", 2009.
 */
const RANK_CONSTANT = 60

/** Finds what matches by words or is near by meaning; by relevance what is both comes first. */
export function runFused(index: NameIndex, query: FusedQuery): IndexAnswer & { readonly isWhole: boolean } {
  if (query.sort !== 'relevance')
    return { ...runQuery(index, { ...query, texts: withMeanings(index, query) }), isWhole: true }
  const byWords = runQuery(index, { ...query, limit: FUSED, after: null })
  const scores = new Map<number, number>()
  const add = (id: number, rank: number) => scores.set(id, (scores.get(id) ?? 0) + 1 / (RANK_CONSTANT + rank))
  for (const [i, id] of byWords.ids.entries()) add(id, i + 1)
  // Copies of a file mean the same, and are as near.
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

/** The best first, then the newest. */
function inOrder(a: Ranked, b: Ranked): number {
  return a.key - b.key || b.mtime - a.mtime || a.id - b.id
}

/** What is near is found as if its text matched. */
function withMeanings(index: NameIndex, { meanings, texts }: FusedQuery): TextRows {
  const rows = texts ?? new TextRows(index)
  for (const { entry } of meanings) {
    const row = index.rowOf(entry)
    if (row >= 0) rows.add(row, 0)
  }
  return rows
}
