import { setImmediate } from 'node:timers/promises'

/** The kernel holds 16,384 unread events by default: at 25 ms a slice it takes 650,000 events a second to lose one. */
const SLICE_MS = 25

/** Keeps long work from holding up events: `if (slice.isSpent()) await slice.pause()` between two steps of it. */
export class TimeSlice {
  #since = performance.now()

  isSpent(): boolean {
    return performance.now() - this.#since > SLICE_MS
  }

  /** Lets the event loop read what has come in. */
  async pause(): Promise<void> {
    await setImmediate()
    this.#since = performance.now()
  }
}
