import type { DatabaseSync } from '../db/sqlite.ts'

/** Runs `write` in one transaction: all of it is stored, or nothing. The caller must hold the write lease. */
export function inTransaction(db: DatabaseSync, write: () => void): void {
  db.exec('begin immediate')
  try {
    write()
    db.exec('commit')
  } catch (err) {
    if (db.isTransaction) db.exec('rollback')
    throw err
  }
}
