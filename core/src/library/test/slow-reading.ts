import { appendFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

export interface SlowInput {
  /** Each call adds its name to it. */
  readonly log: string
  readonly name: string
  /** How far to count; a million takes some tens of milliseconds. */
  readonly count: number
}

/** A reading that keeps its thread. */
export function readSlowly(db: DatabaseSync, { count, log, name }: SlowInput, memory: Map<string, unknown>): number {
  appendFileSync(log, `${name}\n`)
  const calls = Number(memory.get('calls') ?? 0) + 1
  memory.set('calls', calls)
  db.prepare('with recursive n(i) as (select 1 union all select i + 1 from n limit ?) select count(*) from n').get(
    count,
  )
  return calls
}
