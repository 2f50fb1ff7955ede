import { useLocale } from '../i18n/index.ts'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const
const DAY_MS = 86_400_000
/** Dates are told relative to now up to a week. */
const RELATIVE_DAYS = 7

export interface Format {
  /** `3.1 MB`. */
  bytes(size: number): string
  /** `1,204`. */
  count(value: number): string
  /** `62 %` of a part of 1. */
  percent(part: number): string
  /** `yesterday 14:05`, later `12 Mar 2024`. */
  date(iso: string): string
  /** With the time, to the second. */
  dateTime(iso: string): string
  /** `July 2026` of `2026-07`. */
  month(month: string): string
  /** `2 h 5 min`. */
  duration(ms: number): string
  /** `3:07`, of a recording. */
  clock(ms: number): string
}

/** How numbers, sizes and dates are written in the language of the page. */
export function useFormat(): Format {
  const locale = useLocale()
  let format = formatByLocale.get(locale)
  if (!format) formatByLocale.set(locale, (format = makeFormat(locale)))
  return format
}

/** One for all rows: `Intl` takes a millisecond to learn a language. */
const formatByLocale = new Map<string, Format>()

export function makeFormat(locale: string): Format {
  const units = UNITS.map(
    (unit, power) =>
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay: power === 0 ? 'long' : 'short',
        maximumSignificantDigits: 3,
      }),
  )
  const numbers = new Intl.NumberFormat(locale)
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const days = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const durations = ['hour', 'minute', 'second'].map(
    (unit) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }),
  )
  return {
    bytes(size) {
      const power = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), UNITS.length - 1)
      // What would be rounded up to 1,000 of a unit is one of the next.
      const up = power < UNITS.length - 1 && Number((size / 1000 ** power).toPrecision(3)) >= 1000 ? 1 : 0
      return units[power + up]!.format(size / 1000 ** (power + up))
    },
    count: (value) => numbers.format(value),
    percent: (part) => percents.format(part),
    date(iso) {
      const at = new Date(iso)
      const ago = daysBetween(at, new Date())
      if (ago < 0 || ago >= RELATIVE_DAYS) return date.format(at)
      return `${days.format(-ago, 'day')} ${time.format(at)}`
    },
    dateTime: (iso) => dateTime.format(new Date(iso)),
    month: (text) => month.format(new Date(`${text}-01T00:00:00Z`)),
    duration(ms) {
      const seconds = Math.round(ms / 1000)
      const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
      const first = parts.findIndex((part) => part > 0)
      if (first === -1) return durations[2]!.format(0)
      return parts
        .slice(first, first + 2)
        .map((part, i) => (part === 0 ? '' : durations[first + i]!.format(part)))
        .filter(Boolean)
        .join(' ')
    },
    clock(ms) {
      const seconds = Math.floor(ms / 1000)
      const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
      const rest = String(seconds % 60).padStart(2, '0')
      return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
    },
  }
}

function daysBetween(from: Date, to: Date): number {
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
  return Math.round((midnight(to) - midnight(from)) / DAY_MS)
}
