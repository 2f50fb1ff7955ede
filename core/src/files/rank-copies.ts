import type { ReadDatabase, SQLInputValue } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'
import { DISTINCT_COPIES } from './distinct-copies.ts'

/** Contents with several files, those with the largest wasted space first. The first copy is not waste. */
export interface RankedCopies {
  /** Row ids of the contents; ascending for equal waste. */
  readonly ids: Float64Array
  /** Wasted bytes, at the same index. */
  readonly waste: Float64Array
  /** Number of files beyond the first of each content. */
  readonly extraFiles: number
  readonly reclaimableBytes: number
}

export interface RankCopiesInput {
  /** Further conditions on the contents `c`. */
  readonly filter: string
  readonly params: readonly SQLInputValue[]
}

/** Groups all files by content. */
export function rankCopies(db: ReadDatabase, { filter, params }: RankCopiesInput): RankedCopies {
  const statement = withTuples<readonly [id: number, n: number, waste: number]>(
    db.prepare(
      `select g.content_id as id, g.n, (g.n - 1) * c.size as waste
    from (${DISTINCT_COPIES}) g join content_identities c on c.id = g.content_id where c.size > 0 ${filter}
    order by waste desc, id`,
    ),
  )
  const rows = statement.all(...params)
  return {
    ids: Float64Array.from(rows, ([id]) => id),
    waste: Float64Array.from(rows, ([, , waste]) => waste),
    extraFiles: rows.reduce((sum, [, n]) => sum + n - 1, 0),
    reclaimableBytes: rows.reduce((sum, [, , waste]) => sum + waste, 0),
  }
}
