import type { SQLInputValue, SQLOutputValue } from '../db/sqlite.ts'
import type { BulkWork } from './bulk-messages.ts'

interface Statement {
  readonly sql: string
  readonly params: readonly SQLInputValue[]
}

/** A query that takes longer than the main thread may stand still. */
export const select: BulkWork<Statement, Record<string, SQLOutputValue>[]> = async (db, { sql, params }) =>
  db.prepare(sql).all(...params)

/** A change of more rows than the main thread has time for. One statement, short enough for other writers to wait for. */
export const change: BulkWork<Statement, number> = async (db, { sql, params }, host) =>
  host.transaction(() => Number(db.prepare(sql).run(...params).changes))

/** Writes the log back into the database. */
export const checkpoint: BulkWork<null, null> = async (db, _input, host) => {
  using _lease = await host.lease()
  db.exec('pragma wal_checkpoint(passive)')
  return null
}
