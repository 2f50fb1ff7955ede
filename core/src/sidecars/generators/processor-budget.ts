/**
 * A limit on the processor time of this process. A process of low priority may wait minutes for a processor. If its
 * work were limited by the clock, parts of good files would be left out. Only the time of this process is counted, not
 * that of programs that it starts.
 */
export class ProcessorBudget {
  readonly #limitMs: number
  readonly #before = process.cpuUsage()

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  get isSpent(): boolean {
    const { system, user } = process.cpuUsage(this.#before)
    return (system + user) / 1_000 >= this.#limitMs
  }
}
