import type { Clock } from '../../src/network/clock.ts'

/** Where the time of a simulation begins: a fixed moment, so that what is written down is the same each time. */
const STARTS_AT = Date.UTC(2030, 0, 1)

interface Alarm {
  readonly at: number
  readonly run: () => void
}

/** Time that moves only when it is told to. Alarms of one moment run in the order they were set. */
export class VirtualClock implements Clock {
  #ticks = 0
  #wake: (() => void) | null = null
  /** In the order they run. */
  readonly #alarms: Alarm[] = []

  now(): number {
    return STARTS_AT + Math.floor(this.#ticks)
  }

  ticks(): number {
    return this.#ticks
  }

  after(ms: number, run: () => void): Disposable {
    const alarm: Alarm = { at: this.#ticks + Math.max(0, ms), run }
    this.#alarms.splice(this.#placeOf(alarm.at), 0, alarm)
    this.#wake?.()
    return { [Symbol.dispose]: () => this.#remove(alarm) }
  }

  /** Milliseconds until the next alarm; null where there is none. */
  untilNext(): number | null {
    const next = this.#alarms[0]
    return next ? next.at - this.#ticks : null
  }

  /** Moves to the next alarm and runs it. */
  step(): void {
    const next = this.#alarms.shift()
    if (!next) return
    this.#ticks = next.at
    next.run()
  }

  /** Moves on without running anything: no alarm may lie between. */
  skip(ms: number): void {
    this.#ticks += ms
  }

  /** Resolves once there is an alarm. */
  async hasAlarm(): Promise<void> {
    if (this.#alarms.length > 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await promise
    this.#wake = null
  }

  /** After all that are due no later. */
  #placeOf(at: number): number {
    let low = 0
    let high = this.#alarms.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#alarms[middle]!.at <= at) low = middle + 1
      else high = middle
    }
    return low
  }

  #remove(alarm: Alarm): void {
    const at = this.#alarms.indexOf(alarm)
    if (at >= 0) this.#alarms.splice(at, 1)
  }
}
