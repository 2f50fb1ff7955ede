import type { DatabaseSync } from 'node:sqlite'

/** Rows read at once: one call for each costs a quarter more. */
const ROWS_AT_ONCE = 4_096

/**
 * The rows of a query, as arrays that begin with the id, without holding all of them. The query is bound to an id that
 * those of its rows are larger than, and to how many, and is in the order of ids.
 */
export function* inChunks<Row extends readonly [id: number, ...unknown[]]>(
  db: DatabaseSync,
  sql: string,
): Generator<Row, void> {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  for (let after = 0; ;) {
    const rows = statement.all(after, ROWS_AT_ONCE) as unknown as Row[]
    const last = rows.at(-1)
    if (!last) return
    yield* rows
    after = last[0]
  }
}
