import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../db/index.ts'
import { errorMessage } from '../util/errors.ts'

/** Work on a whole database file, which takes long enough to need a thread of its own. */
export type MaintenanceTask =
  /** Integrity, references and sums. */
  | { readonly kind: 'check'; readonly file: string }
  /** Gives unused pages back and refreshes the planner's statistics. */
  | { readonly kind: 'optimize'; readonly file: string }

export interface Problem {
  readonly check: 'integrity' | 'references' | 'sums'
  readonly detail: string
}

/** More problems than this say no more. */
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
    for (const row of db.prepare(WRONG_SUMS).all(MAX_PROBLEMS)) {
      add('sums', `folder ${String(row['id'])} says it holds ${String(row['said'])} but holds ${String(row['is_'])}`)
    }
  } catch (err) {
    add('integrity', errorMessage(err))
  } finally {
    db?.close()
  }
  return problems
}

/** Each folder's sums against those of what is directly in it: if every folder is right about its own, all are right. */
const WRONG_SUMS = `
  select d.id,
    d.child_count || ' children, ' || d.file_count || ' files, ' || d.dir_count || ' folders, ' || d.total_size || ' bytes' as said,
    s.children || ' children, ' || s.files || ' files, ' || s.dirs || ' folders, ' || s.bytes || ' bytes' as is_
  from directories d join (
    select d.id,
      count(e.id) as children,
      coalesce(sum(e.kind = 0), 0) + coalesce(sum(c.file_count), 0) as files,
      coalesce(sum(e.kind = 1), 0) + coalesce(sum(c.dir_count), 0) as dirs,
      coalesce(sum(case when e.kind = 0 then e.size else 0 end), 0) + coalesce(sum(c.total_size), 0) as bytes
    from directories d left join entries e on e.parent_id = d.id left join directories c on c.id = e.id group by d.id
  ) s on s.id = d.id
  where d.child_count <> s.children or d.file_count <> s.files or d.dir_count <> s.dirs or d.total_size <> s.bytes
  limit ?`

if (parentPort) parentPort.postMessage(run(workerData as MaintenanceTask))
