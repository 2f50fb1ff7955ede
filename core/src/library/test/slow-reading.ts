import { appendFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

export interface SlowInput {
  /** A file; each call appends its name. */
  readonly log: string
  readonly name: string
  /** Number to count to; a million takes some tens of milliseconds. */
  readonly count: number
}

/** A reading that occupies its thread. */
export function readSlowly(db: DatabaseSync, { count, log, name }: SlowInput, memory: Map<string, unknown>): number {
  appendFileSync(log, `${name}\n`)
  const calls = Number(memory.get('calls') ?? 0) + 1
  memory.set('calls', calls)
  db.prepare('with recursive n(i) as (select 1 union all select i + 1 from n limit ?) select count(*) from n').get(
    count,
  )
  return calls
}
