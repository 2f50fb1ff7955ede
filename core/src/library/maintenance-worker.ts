import { databaseError } from '../db/errors.ts'
import { openDatabase } from '../db/sqlite.ts'
import { findBrokenRules } from '../indexing/thread/invariants.ts'
import { errorMessage } from '../util/errors.ts'
import { serveRequests } from '../workers/serve-requests.ts'

/** Work on a whole database file; it takes so long that it needs a separate thread. */
export type MaintenanceTask =
  /** Checks the database's integrity, its references, and the rules of the tree. */
  | { readonly kind: 'check'; readonly file: string }
  /** Frees unused pages and updates the statistics of the query planner. */
  | { readonly kind: 'optimize'; readonly file: string }

export interface Problem {
  readonly check: 'integrity' | 'references' | 'tree' | 'sums'
  readonly detail: string
}

/** Limit on reported problems. More of them would add no information. */
const MAX_PROBLEMS = 100

function run(task: MaintenanceTask): Problem[] {
  if (task.kind === 'check') return check(task.file)
  const db = openDatabase(task.file)
  try {
    db.exec('pragma wal_checkpoint(truncate); vacuum; analyze; pragma optimize; pragma wal_checkpoint(truncate)')
    return []
  } finally {
    db.close()
  }
}

function check(file: string): Problem[] {
  const problems: Problem[] = []
  const add = (name: Problem['check'], detail: string) =>
    void (problems.length < MAX_PROBLEMS && problems.push({ check: name, detail }))
  let db
  try {
    db = openDatabase(file, { readOnly: true })
    for (const row of db.prepare(`pragma integrity_check(${MAX_PROBLEMS})`).all()) {
      if (row['integrity_check'] !== 'ok') add('integrity', String(row['integrity_check']))
    }
    for (const row of db.prepare('pragma foreign_key_check').all()) {
      add(
        'references',
        `row ${String(row['rowid'])} of ${String(row['table'])} refers to a row of ${String(row['parent'])} that is not there`,
      )
    }
    for (const { check: rule, detail } of findBrokenRules(db, MAX_PROBLEMS)) add(rule, detail)
  } catch (err) {
    add('integrity', errorMessage(err))
  } finally {
    db?.close()
  }
  return problems
}

serveRequests((task: MaintenanceTask) => {
  try {
    return { reply: run(task) }
  } catch (err) {
    throw databaseError(err, task.file)
  }
})
