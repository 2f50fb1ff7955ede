import { setTimeout as sleep } from 'node:timers/promises'

/** The user counts as active for this long after an answer: pauses in scrolling and typing are shorter. */
const THERE_MS = 1_000
/** While the user is active, bulk work rests this many times as long as it worked. */
const RESTS = 4
/** The longest rest, in milliseconds, so that long work continues, though slowly. */
const MAX_REST_MS = 2_000

/** Knows whether a user waits for an answer, so that bulk work can yield. */
export class Foreground {
  readonly #ticks: () => number
  #waiting = 0
  #lastAt = -Infinity

  constructor(ticks: () => number = () => performance.now()) {
    this.#ticks = ticks
  }

  /** Runs `answer`, and counts the user as waiting until it settles. */
  async during<T>(answer: () => Promise<T>): Promise<T> {
    this.#waiting++
    try {
      return await answer()
    } finally {
      this.#waiting--
      this.#lastAt = this.#ticks()
    }
  }

  /** Whether a user is waiting, or was within the last second. */
  get isBusy(): boolean {
    return this.#waiting > 0 || this.#ticks() - this.#lastAt < THERE_MS
  }

  /** How long bulk work must rest after `workedMs` of work, in milliseconds; 0 while the user is not active. */
  restAfter(workedMs: number): number {
    return this.isBusy ? Math.min(workedMs * RESTS, MAX_REST_MS) : 0
  }

  /** Called by bulk work between two short pieces: lets other work run, and rests longer while the user is active. */
  async yieldToForeground(workedMs: number, signal: AbortSignal): Promise<void> {
    const ms = this.restAfter(workedMs)
    if (ms > 0) await sleep(ms, undefined, { signal, ref: false })
    else await new Promise(setImmediate)
    signal.throwIfAborted()
  }
}
