/** Time zone offsets change only on a quarter of an hour. */
const QUARTER_MS = 900_000

/**
 * The clock of this machine's time zone. It caches offsets by quarter of an hour, because asking the system for each of
 * a million times would take longer than everything else.
 */
export class LocalClock {
  readonly #offsets = new Map<number, number>()

  /** The clock time at a moment, in milliseconds as if it were UTC. */
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

/** A clock time as text, `2024-05-01T12:20:30`. */
export function clockText(clock: number): string {
  return new Date(Math.max(MIN_CLOCK, Math.min(MAX_CLOCK, clock))).toISOString().slice(0, 19)
}

/** The years 1 to 9999: others print with a sign, which ISO 8601 readers refuse. */
const MIN_CLOCK = -62_135_596_800_000
const MAX_CLOCK = 253_402_300_799_999

/** The month of a clock time, `2024-05`, with its first moment. */
export function monthAt(clock: number): { month: string; from: number } {
  const month = clockText(clock).slice(0, 7)
  return { month, from: Date.parse(`${month}-01T00:00:00.000Z`) }
}
