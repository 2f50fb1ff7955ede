import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { DISTINCT_COPIES } from './duplicates.ts'

/** Contents of several files, those first that take the most room beyond their first copy. */
export interface RankedCopies {
  /** Row ids of the contents; of those with as much waste in their order. */
  readonly ids: Float64Array
  /** Bytes, by place. */
  readonly waste: Float64Array
  /** Files beyond the first of each. */
  readonly extraFiles: number
  readonly reclaimableBytes: number
}

export interface RankCopiesInput {
  /** What else a statement asks of the contents `c`. */
  readonly filter: string
  readonly params: readonly SQLInputValue[]
}

/** Groups all files by what they hold. */
export function rankCopies(db: DatabaseSync, { filter, params }: RankCopiesInput): RankedCopies {
  const statement = db.prepare(
    `select g.content_id as id, g.n, (g.n - 1) * c.size as waste
    from (${DISTINCT_COPIES}) g join content_identities c on c.id = g.content_id where c.size > 0 ${filter}
    order by waste desc, id`,
  )
  statement.setReturnArrays(true)
  const rows = statement.all(...params) as unknown as readonly (readonly [id: number, n: number, waste: number])[]
  return {
    ids: Float64Array.from(rows, ([id]) => id),
    waste: Float64Array.from(rows, ([, , waste]) => waste),
    extraFiles: rows.reduce((sum, [, n]) => sum + n - 1, 0),
    reclaimableBytes: rows.reduce((sum, [, , waste]) => sum + waste, 0),
  }
}
