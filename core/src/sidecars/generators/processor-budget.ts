import { programsMs } from '../../workers/index.ts'

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
