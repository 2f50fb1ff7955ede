import type { DatabaseSync } from 'node:sqlite'

/** Runs `write` in one transaction, all of it or nothing. The caller has the right to write. */
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
