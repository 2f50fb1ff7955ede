import { appendFileSync, existsSync } from 'node:fs'
import type { ReadDatabase } from '../../db/sqlite.ts'

export interface SlowInput {
  /** A file; each call appends its name. */
  readonly log: string
  readonly name: string
  /** A file; a call takes until it exists. */
  readonly gate: string
}

/** Milliseconds between two looks for the gate. */
const LOOK_MS = 10

/** A reading that occupies its thread. */
export function readSlowly(_db: ReadDatabase, { gate, log, name }: SlowInput, memory: Map<string, unknown>): number {
  appendFileSync(log, `${name}\n`)
  const calls = Number(memory.get('calls') ?? 0) + 1
  memory.set('calls', calls)
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  while (!existsSync(gate)) Atomics.wait(nobody, 0, 0, LOOK_MS)
  return calls
}
