import { readFileSync } from 'node:fs'

/**
 * A limit on the processor time of this process and of the programs that it has started and that have ended. A process
 * of low priority may wait minutes for a processor. If its work were limited by the clock, parts of good files would be
 * left out.
 */
export class ProcessorBudget {
  readonly #limitMs: number
  readonly #before = spentMs()

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Processor time since this budget was made, in milliseconds. */
  get spentMs(): number {
    return spentMs() - this.#before
  }

  get isSpent(): boolean {
    return this.spentMs >= this.#limitMs
  }
}

function spentMs(): number {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1_000 + programsMs()
}

/** The unit of times in `/proc` (proc(5), `USER_HZ`). */
const TICK_MS = 10
/** The positions in `/proc/self/stat` of the times of programs that have ended, counted from the state; see proc(5). */
const [USER_TIME, SYSTEM_TIME] = [13, 14]

/** The processor time of all programs that this process has started and that have ended; only Linux tells it. */
export function programsMs(): number {
  if (process.platform !== 'linux') return 0
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * TICK_MS
  } catch {
    // Without it, programs have the deadline of this process alone.
    return 0
  }
}
