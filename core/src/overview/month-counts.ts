/** For the months of these years, counts are in an array; for other months, they are in a map. */
const FIRST_YEAR = 1970
const LAST_YEAR = 2100
const MEAN_MONTH_MS = 2_629_746_000

/** Counts files and bytes by month in this machine's time zone, as a search for `2024-05` does. */
export class MonthCounts {
  /** The start of each month in the array, and the end of the last one. */
  readonly #begins: Float64Array
  readonly #files: Float64Array
  readonly #bytes: Float64Array
  readonly #others = new Map<string, { files: number; bytes: number }>()

  constructor() {
    const months = (LAST_YEAR - FIRST_YEAR) * 12
    this.#begins = Float64Array.from({ length: months + 1 }, (_, i) => new Date(FIRST_YEAR, i, 1).getTime())
    this.#files = new Float64Array(months)
    this.#bytes = new Float64Array(months)
  }

  add(ms: number, bytes: number): void {
    const begins = this.#begins
    if (ms < begins[0]! || ms >= begins.at(-1)!) return this.#addOther(ms, bytes)
    let i = Math.min(this.#files.length - 1, Math.floor((ms - begins[0]!) / MEAN_MONTH_MS))
    while (begins[i]! > ms) i--
    while (begins[i + 1]! <= ms) i++
    this.#files[i]!++
    this.#bytes[i]! += bytes
  }

  /** The months with files, oldest first. */
  all(): { month: string; files: number; bytes: number }[] {
    const months = [...this.#files].flatMap((files, i) => {
      if (files === 0) return []
      return [{ month: nameOf(FIRST_YEAR + Math.floor(i / 12), i % 12), files, bytes: this.#bytes[i]! }]
    })
    const others = [...this.#others].map(([month, amount]) => ({ month, ...amount }))
    return [...months, ...others].toSorted((a, b) => (a.month < b.month ? -1 : 1))
  }

  #addOther(ms: number, bytes: number): void {
    const date = new Date(Math.max(MIN_DATE_MS, Math.min(MAX_DATE_MS, ms)))
    const name = nameOf(date.getFullYear(), date.getMonth())
    const amount = this.#others.get(name) ?? { files: 0, bytes: 0 }
    this.#others.set(name, { files: amount.files + 1, bytes: amount.bytes + bytes })
  }
}

/** The limits are the years 1 to 9999, less some days for time zones. */
const MIN_DATE_MS = -62_135_000_000_000
const MAX_DATE_MS = 253_402_000_000_000

function nameOf(year: number, month: number): string {
  return `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}`
}
