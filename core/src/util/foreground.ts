import { setTimeout as sleep } from 'node:timers/promises'

/** So long after an answer whoever asked is taken to be still there: people scroll, and type, with pauses of less. */
const THERE_MS = 1_000
/** While somebody is there, work in the background rests so many times as long as it has worked. */
const RESTS = 4
/** The longest rest, in milliseconds: what takes long goes on, if slowly. */
const MAX_REST_MS = 2_000

/** Notices when somebody waits for an answer, so that work that can wait makes room. */
export class Foreground {
  readonly #ticks: () => number
  #waiting = 0
  #lastAt = -Infinity

  constructor(ticks: () => number = () => performance.now()) {
    this.#ticks = ticks
  }

  /** Somebody waits for an answer until it is there. */
  async during<T>(answer: () => Promise<T>): Promise<T> {
    this.#waiting++
    try {
      return await answer()
    } finally {
      this.#waiting--
      this.#lastAt = this.#ticks()
    }
  }

  /** Whether somebody waits, or has waited within the last second. */
  get isBusy(): boolean {
    return this.#waiting > 0 || this.#ticks() - this.#lastAt < THERE_MS
  }

  /** How long work in the background rests after some of it, in milliseconds; 0 while nobody is there. */
  restAfter(workedMs: number): number {
    return this.isBusy ? Math.min(workedMs * RESTS, MAX_REST_MS) : 0
  }

  /** For work that can wait, between two short pieces of it: others have their turn, and more of it while somebody is there. */
  async giveWay(workedMs: number, signal: AbortSignal): Promise<void> {
    const ms = this.restAfter(workedMs)
    if (ms > 0) await sleep(ms, undefined, { signal, ref: false })
    else await new Promise(setImmediate)
    signal.throwIfAborted()
  }
}
