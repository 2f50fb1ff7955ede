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
  /** `Mon, 3 June 2024` of `2024-06-03`. */
  day(day: string): string
  /** `2 h 5 min`. */
  duration(ms: number): string
  /** `3:07`, of a recording. */
  clock(ms: number): string
}

/** How numbers, sizes and dates are written in the language of the page. */
export function useFormat(): Format {
  const locale = regionalLocale(useLocale(), navigator.languages)
  let format = formatByLocale.get(locale)
  if (!format) formatByLocale.set(locale, (format = makeFormat(locale)))
  return format
}

/** The first of the browser's languages that is the page's, for it also says how a region writes dates and numbers. */
export function regionalLocale(locale: string, languages: readonly string[]): string {
  return languages.find((each) => each.split('-')[0] === locale) ?? locale
}

/** One for all rows: each format of `Intl` takes a millisecond to make, and most pages need few. */
const formatByLocale = new Map<string, Format>()

export function makeFormat(locale: string): Format {
  const numberFormat = (options?: Intl.NumberFormatOptions) => later(() => new Intl.NumberFormat(locale, options))
  const dateFormat = (options: Intl.DateTimeFormatOptions) => later(() => new Intl.DateTimeFormat(locale, options))
  const units = UNITS.map((unit, power) =>
    numberFormat({ style: 'unit', unit, unitDisplay: power === 0 ? 'long' : 'short', maximumSignificantDigits: 3 }),
  )
  const numbers = numberFormat()
  const percents = numberFormat({ style: 'percent', maximumFractionDigits: 0 })
  const days = later(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
  const time = dateFormat({ timeStyle: 'short' })
  const date = dateFormat({ dateStyle: 'medium' })
  const dateTime = dateFormat({ dateStyle: 'medium', timeStyle: 'medium' })
  const month = dateFormat({ month: 'long', year: 'numeric', timeZone: 'UTC' })
  const day = dateFormat({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
  const durations = ['hour', 'minute', 'second'].map((unit) =>
    numberFormat({ style: 'unit', unit, unitDisplay: 'short' }),
  )
  return {
    bytes(size) {
      const power = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), UNITS.length - 1)
      // What would be rounded up to 1,000 of a unit is one of the next.
      const up = power < UNITS.length - 1 && Number((size / 1000 ** power).toPrecision(3)) >= 1000 ? 1 : 0
      return units[power + up]!().format(size / 1000 ** (power + up))
    },
    count: (value) => numbers().format(value),
    percent: (part) => percents().format(part),
    date(iso) {
      const at = new Date(iso)
      const ago = daysBetween(at, new Date())
      if (ago < 0 || ago >= RELATIVE_DAYS) return date().format(at)
      return `${days().format(-ago, 'day')} ${time().format(at)}`
    },
    dateTime: (iso) => dateTime().format(new Date(iso)),
    month: (text) => month().format(new Date(`${text}-01T00:00:00Z`)),
    day: (text) => day().format(new Date(`${text}T00:00:00Z`)),
    duration(ms) {
      const seconds = Math.round(ms / 1000)
      const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
      const first = parts.findIndex((part) => part > 0)
      if (first === -1) return durations[2]!().format(0)
      return parts
        .slice(first, first + 2)
        .map((part, i) => (part === 0 ? '' : durations[first + i]!().format(part)))
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

/** Makes a value when it is first asked for. */
function later<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

function daysBetween(from: Date, to: Date): number {
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
  return Math.round((midnight(to) - midnight(from)) / DAY_MS)
}
