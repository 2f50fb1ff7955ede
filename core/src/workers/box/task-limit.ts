import { readFileSync } from 'node:fs'
import { numberOn, type SystemCalls } from './system-call.ts'

const PRLIMIT64 = { x64: 302, arm64: 261 }
const ITSELF = 0
const TASKS = 6
/** Programs with many threads start some hundred. The system limits all processes of the user together. */
const MORE_TASKS = 4_000

/**
 * This user can have at most `MORE_TASKS` more processes and threads than the system has now, from the view of this
 * process and everything it starts: it cannot use up all process ids. The system exempts root.
 */
export function limitTasks(calls: SystemCalls): void {
  const limits = Buffer.alloc(16)
  calls.call('prlimit64', numberOn(PRLIMIT64)!, ITSELF, TASKS, 0, calls.addressOf(limits))
  // See proc_loadavg(5): running and existing tasks.
  const existing = Number(/\/(\d+)/.exec(readFileSync('/proc/loadavg', 'utf8'))![1])
  const most = BigInt(existing + MORE_TASKS)
  for (const at of [0, 8]) if (limits.readBigUInt64LE(at) > most) limits.writeBigUInt64LE(most, at)
  calls.call('prlimit64', numberOn(PRLIMIT64)!, ITSELF, TASKS, calls.addressOf(limits))
}
