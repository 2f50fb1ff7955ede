import { heard } from '../util/heard.ts'
import type { ProcessorTimes } from './processor-times.ts'

export interface DeadlineOptions {
  /** Called with a phrase that says how long the work took, such as `30 s of processor time`. */
  readonly onExpired: (phrase: string) => void
  /** Returns the times of the threads with the deadline; null if the system does not tell them. */
  readonly times: () => Promise<ProcessorTimes | null>
  /** Time limit for doing nothing, in milliseconds; by default `HANG_TIMES` the deadline. */
  readonly idleMs?: number | undefined
}

/**
 * If the threads do nothing for this many times the deadline, they hang. They may also wait for a slow disk, which is
 * no fault of the file.
 */
const HANG_TIMES = 10
/**
 * A deadline ends after this many times its length in any case. A process of the lowest priority gets at least a
 * seventieth of a processor.
 */
const MAX_TIMES = 100
/**
 * Threads that run for less than this part of the time do nothing, although a program may look after itself meanwhile.
 * It is so low that threads do no more in the time of `HANG_TIMES` than the deadline allows.
 */
const IDLE_PART = 1 / HANG_TIMES
/** The times are read this often during a deadline… */
const LOOKS = 10
/** …but not more often than this, in milliseconds, because a reading takes a millisecond itself… */
const MIN_LOOK_MS = 50
/** …and at least this often. */
const MAX_LOOK_MS = 60_000
/** The first reading is made after this many milliseconds: most requests are done by then, and need none. */
const FIRST_LOOK_MS = 200

/**
 * A limit on the processor time of work, which the clock does not tell: on a busy machine, a process of low priority
 * may wait for a processor most of the time. Counted is the time of the busiest thread, so a program on many threads
 * has as long as on an idle machine. Threads that do nothing are ended by the clock, after a much longer time. Where
 * the system does not tell the processor time, the clock counts.
 */
export class Deadline implements Disposable {
  readonly #ms: number
  readonly #options: DeadlineOptions
  /** Counts restarts, so that a reading that began before a restart has no effect after it. */
  #round = 0
  #timer: NodeJS.Timeout | undefined
  /** The latest reading; undefined before the first one. */
  #times: ProcessorTimes | null | undefined
  /** Milliseconds of work, of doing nothing, and since the start. */
  #worked = 0
  #idle = 0
  #total = 0

  constructor(ms: number, options: DeadlineOptions) {
    this.#ms = ms
    this.#options = options
    this.restart()
  }

  /** Restarts the deadline. */
  restart(): void {
    this[Symbol.dispose]()
    this.#times = undefined
    this.#worked = 0
    this.#idle = 0
    this.#total = 0
    const look = this.#lookMs
    this.#next(Math.min(look, FIRST_LOOK_MS))
  }

  [Symbol.dispose](): void {
    this.#round++
    clearTimeout(this.#timer)
  }

  get #lookMs(): number {
    return Math.min(Math.max(this.#ms / LOOKS, Math.min(this.#ms, MIN_LOOK_MS)), MAX_LOOK_MS)
  }

  #next(ms: number): void {
    const round = this.#round
    this.#timer = setTimeout(() => void heard(this.#look(round, ms)), ms)
  }

  async #look(round: number, passedMs: number): Promise<void> {
    const times = await this.#options.times().catch(() => null)
    if (round !== this.#round) return
    this.#count(times, passedMs)
    const phrase = this.#phrase
    if (phrase === null) this.#next(this.#lookMs)
    else this.#options.onExpired(phrase)
  }

  /** Counts the time since the previous reading. The clock cannot run ahead of it, however late the reading is. */
  #count(times: ProcessorTimes | null, passedMs: number): void {
    const before = this.#times
    this.#times = times
    this.#total += passedMs
    if (times === null) {
      this.#worked += passedMs
      return
    }
    // The first reading only tells where later ones count from.
    if (!before) return
    let [busiest, sum, isRunnable] = [0, 0, false]
    for (const [id, thread] of times) {
      const ran = thread.ran - (before.get(id)?.ran ?? 0)
      busiest = Math.max(busiest, ran)
      sum += ran
      isRunnable ||= thread.isRunnable
    }
    this.#worked += Math.min(passedMs, busiest)
    if (sum < passedMs * IDLE_PART && !isRunnable) this.#idle += passedMs
    else this.#idle = 0
  }

  /** How long the work has taken, if that is too long. */
  get #phrase(): string | null {
    const { idleMs = this.#ms * HANG_TIMES } = this.#options
    const isTold = this.#times !== null
    if (this.#worked >= this.#ms) return `${this.#ms / 1_000} s${isTold ? ' of processor time' : ''}`
    if (this.#idle >= idleMs) return `${idleMs / 1_000} s in which it did nothing`
    return this.#total >= this.#ms * MAX_TIMES ? `${(this.#ms * MAX_TIMES) / 1_000} s` : null
  }
}
