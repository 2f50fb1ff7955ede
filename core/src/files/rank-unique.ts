import type { DatabaseSync } from 'node:sqlite'
import type { RankCopiesInput } from './rank-copies.ts'

/** Contents of which there is one file, the largest first. */
export interface RankedUnique {
  /** Row ids of the contents; of those that are as large in their order. */
  readonly ids: Float64Array
  /** Bytes, by place. */
  readonly sizes: Float64Array
  /** Row ids of the files, by place. */
  readonly entries: Float64Array
  readonly totalBytes: number
}

/** Finds what exists once, also where that one file has several names. */
export function rankUnique(db: DatabaseSync, { filter, params }: RankCopiesInput): RankedUnique {
  const statement = db.prepare(
    `select c.id, c.size, g.entry from (
      select content_id, min(id) as entry from entries where content_id is not null group by content_id
      having count(*) = 1 or (min(nlink) > 1 and min(inode) = max(inode))
    ) g join content_identities c on c.id = g.content_id where c.size > 0 ${filter}
    order by c.size desc, c.id`,
  )
  statement.setReturnArrays(true)
  const rows = statement.all(...params) as unknown as readonly (readonly [id: number, size: number, entry: number])[]
  return {
    ids: Float64Array.from(rows, ([id]) => id),
    sizes: Float64Array.from(rows, ([, size]) => size),
    entries: Float64Array.from(rows, ([, , entry]) => entry),
    totalBytes: rows.reduce((sum, [, size]) => sum + size, 0),
  }
}
