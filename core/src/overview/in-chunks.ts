import type { ReadDatabase } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'

/** Number of rows that are read at once. One call for each row would take a quarter longer. */
const ROWS_AT_ONCE = 4_096

/**
 * Iterates over the rows of a query in chunks. Each row is an array that begins with its id. The query must order by id
 * and take two parameters: the id after which to continue, and the limit.
 */
export function* inChunks<Row extends readonly [id: number, ...unknown[]]>(
  db: ReadDatabase,
  sql: string,
): Generator<Row, void> {
  const statement = withTuples<Row>(db.prepare(sql))
  for (let after = 0; ;) {
    const rows = statement.all(after, ROWS_AT_ONCE)
    const last = rows.at(-1)
    if (!last) return
    yield* rows
    after = last[0]
  }
}
