import type { SQLInputValue, SQLOutputValue } from '../db/sqlite.ts'
import type { BulkWork } from './bulk-messages.ts'

interface Statement {
  readonly sql: string
  readonly params: readonly SQLInputValue[]
}

/** Runs a query that would block the main thread for too long. */
export const select: BulkWork<Statement, Record<string, SQLOutputValue>[]> = async (db, { sql, params }) =>
  db.prepare(sql).all(...params)

/**
 * Runs a statement that changes more rows than the main thread has time for. Other writers wait for it, so it must be
 * short enough.
 */
export const change: BulkWork<Statement, number> = async (db, { sql, params }, host) =>
  host.transaction(() => Number(db.prepare(sql).run(...params).changes))

/** Writes the WAL back to the database file. */
export const checkpoint: BulkWork<null, null> = async (db, _input, host) => {
  using _lease = await host.lease()
  db.exec('pragma wal_checkpoint(passive)')
  return null
}
