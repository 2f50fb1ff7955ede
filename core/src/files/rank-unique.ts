import type { ReadDatabase } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'
import type { RankCopiesInput } from './rank-copies.ts'

/** Contents with only one file, largest first. */
export interface RankedUnique {
  /** Row ids of the contents; ascending for equal sizes. */
  readonly ids: Float64Array
  /** Bytes, at the same index. */
  readonly sizes: Float64Array
  /** Row ids of the files, at the same index. */
  readonly entries: Float64Array
  readonly totalBytes: number
}

/** Initial capacity in rows. */
const FIRST_ROWS = 1_024

/** Finds contents that exist once, also if the one file has several names (hard links). */
export function rankUnique(db: ReadDatabase, { filter, params }: RankCopiesInput): RankedUnique {
  const statement = withTuples<readonly [id: number, size: number, entry: number]>(
    db.prepare(
      `select c.id, c.size, g.entry from (
      select e.content_id, min(e.id) as entry from entries e join directories d on d.id = e.parent_id
      where e.content_id is not null group by e.content_id
      having count(*) = 1
        or (min(e.inode) <> 0 and min(e.inode) = max(e.inode) and min(d.volume_id) = max(d.volume_id))
    ) g join content_identities c on c.id = g.content_id where c.size > 0 ${filter}
    order by c.size desc, c.id`,
    ),
  )
  // Iterates and stores numbers: millions of row objects at once would take many times as much memory.
  const rows = statement.iterate(...params)
  let values = new Float64Array(3 * FIRST_ROWS)
  let count = 0
  let totalBytes = 0
  for (const [id, size, entry] of rows) {
    if (3 * count === values.length) values = grown(values)
    values[3 * count] = id
    values[3 * count + 1] = size
    values[3 * count + 2] = entry
    totalBytes += size
    count++
  }
  const column = (place: number) => Float64Array.from({ length: count }, (_, row) => values[3 * row + place]!)
  return { ids: column(0), sizes: column(1), entries: column(2), totalBytes }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length)
  larger.set(values)
  return larger
}
