/** Time zone offsets change only at multiples of a quarter of an hour. */
const QUARTER_MS = 900_000

/**
 * Converts times to the local time of this machine. It caches offsets for each quarter of an hour, because asking the
 * system for each of a million times would take longer than everything else.
 */
export class LocalClock {
  readonly #offsets = new Map<number, number>()

  /** The local time at a moment, in milliseconds, as if it were UTC. */
  at(ms: number): number {
    const quarter = Math.floor(ms / QUARTER_MS)
    let offset = this.#offsets.get(quarter)
    if (offset === undefined) {
      // A time outside the range of `Date` has no offset.
      offset = new Date(ms).getTimezoneOffset() * 60_000 || 0
      this.#offsets.set(quarter, offset)
    }
    return ms - offset
  }
}

/**
 * A camera's clock time: `2024-05-01T10:20:30.042+02:00` is twenty past ten. A time in UTC is converted to this
 * machine's time zone. NaN if the text is not a time.
 */
export function readClock(text: string, here: LocalClock): number {
  const clock = Date.parse(`${text.slice(0, 19)}Z`)
  return text.endsWith('Z') ? here.at(clock) : clock
}

/** Clock times from `from` up to, and without, `to`; they may be infinite. */
export interface ClockRange {
  readonly from: number
  readonly to: number
}

/** The clock times of this machine's time zone in a range of moments. */
export function clockRange({ from, to }: ClockRange): ClockRange {
  const here = new LocalClock()
  return { from: here.at(from), to: here.at(to) }
}

/** A clock time as text, `2024-05-01T12:20:30`. */
export function clockText(clock: number): string {
  return new Date(Math.max(MIN_CLOCK, Math.min(MAX_CLOCK, clock))).toISOString().slice(0, 19)
}

/** The limits are the years 1 to 9999. `Date` prints other years with a sign, which most readers of ISO 8601 refuse. */
const MIN_CLOCK = -62_135_596_800_000
const MAX_CLOCK = 253_402_300_799_999

/** The month of a local time, such as `2024-05`, with its first moment. */
export function monthAt(clock: number): { period: string; from: number } {
  const period = clockText(clock).slice(0, 7)
  return { period, from: Date.parse(`${period}-01T00:00:00.000Z`) }
}

/** The day of a local time, such as `2024-05-17`, with its first moment. */
export function dayAt(clock: number): { period: string; from: number } {
  const period = clockText(clock).slice(0, 10)
  return { period, from: Date.parse(`${period}T00:00:00.000Z`) }
}
