import { CoreError } from './errors.ts'

/** Milliseconds since 1970: `from` is included, `to` is not. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/**
 * Parses a time of change, in this machine's time zone:
 *
 * - a period: `today`, `yesterday`, `this week`, `last month`, `last summer`, `summer 2023`, `march`, `monday`, `2024`,
 *   `2024-05`, `2024-05-01`, `2024-05-01T14:30`, `3 days ago`. Weeks begin on Monday; seasons are those of the
 *   northern hemisphere, three whole months each.
 * - from one period up to the end of another: `2024-05-01..2024-06-01`, `2023..`, `..yesterday`
 * - before or after a period: `>2023`, `>=2023`, `<2024-05`, `<=2024-05`, `after`, `since`, `before`, `until`
 * - an age: `7d`, `last 2 weeks` (younger), `<7d`, `>7d` (younger, older). h, d, w, m (months), y; also min.
 *
 * Throws `InvalidInput` for anything else.
 */
export function parseTimeExpression(text: string, now: number): TimeRange {
  const range = readExpression(text.trim().toLowerCase().replaceAll(/\s+/g, ' '), now)
  if (range && range.from < range.to) return range
  if (range)
    throw new CoreError(
      'InvalidInput',
      `no time fits ${JSON.stringify(text)}; write the earlier time first: 2024-05-01..2024-06-01`,
    )
  throw new CoreError(
    'InvalidInput',
    `cannot read the time ${JSON.stringify(text)}; write it like today, last summer, 2024-05, 2024-05-01..2024-06-01, >2023 or 7d`,
  )
}

function readExpression(text: string, now: number): TimeRange | null {
  const ends = text.split('..')
  if (ends.length === 2) return betweenPeriods(ends[0]!.trim(), ends[1]!.trim(), now)
  const compared = /^(>=|<=|>|<|=|after |since |before |until |older than |newer than )\s*(.+)$/.exec(text)
  if (compared) return comparedTo(compared[1]!.trim(), compared[2]!, now)
  const age = readAge(text.replace(/^(?:last|past) (?=\d)/, ''), now)
  // The range ends at the end of today, not at infinity: a file dated 2107 was not changed in the last week.
  if (age !== null) return { from: age, to: readPeriod('today', now)!.to }
  return readPeriod(text, now)
}

function betweenPeriods(first: string, last: string, now: number): TimeRange | null {
  if (!first && !last) return null
  const from = first ? readPeriod(first, now)?.from : -Infinity
  const to = last ? readPeriod(last, now)?.to : Infinity
  return from === undefined || to === undefined ? null : { from, to }
}

function comparedTo(operator: string, text: string, now: number): TimeRange | null {
  const age = readAge(text, now)
  if (age !== null) return comparedToAge(operator, age)
  const period = readPeriod(text, now)
  if (!period) return null
  switch (operator) {
    case '>':
    case 'after':
    case 'newer than':
      return { from: period.to, to: Infinity }
    case '>=':
    case 'since':
      return { from: period.from, to: Infinity }
    case '<':
    case 'before':
    case 'older than':
      return { from: -Infinity, to: period.from }
    case '<=':
    case 'until':
      return { from: -Infinity, to: period.to }
    default:
      return period
  }
}

/** Compares by age. The direction is reversed: an age of more days means an earlier time. */
function comparedToAge(operator: string, since: number): TimeRange | null {
  switch (operator) {
    case '>':
    case '>=':
    case 'older than':
      return { from: -Infinity, to: since }
    case '<':
    case '<=':
    case 'newer than':
      return { from: since, to: Infinity }
    default:
      return null
  }
}

/** The time that is `7d` or `2 weeks` before now; null if the text is not an age. */
function readAge(text: string, now: number): number | null {
  const match = /^(\d{1,5}) ?([a-z]+)$/.exec(text)
  return match && goBack(now, Number(match[1]), match[2]!)
}

function goBack(now: number, count: number, unit: string): number | null {
  const date = new Date(now)
  switch (unit) {
    case 'min':
    case 'minute':
    case 'minutes':
      return now - count * MINUTE
    case 'h':
    case 'hour':
    case 'hours':
      return now - count * 60 * MINUTE
    case 'd':
    case 'day':
    case 'days':
      return date.setDate(date.getDate() - count)
    case 'w':
    case 'week':
    case 'weeks':
      return date.setDate(date.getDate() - count * 7)
    case 'm':
    case 'month':
    case 'months':
      return date.setMonth(date.getMonth() - count)
    case 'y':
    case 'year':
    case 'years':
      return date.setFullYear(date.getFullYear() - count)
    default:
      return null
  }
}

const MINUTE = 60_000

function readPeriod(text: string, now: number): TimeRange | null {
  return readIsoPeriod(text) ?? readNamedPeriod(text, now)
}

const ISO = /^([1-9]\d{3})(?:-(\d\d)(?:-(\d\d)(?:[t ](\d\d):(\d\d)(?::(\d\d))?(z|[+-]\d\d:\d\d)?)?)?)?$/

/** Reads a year, month, day, minute or second. */
function readIsoPeriod(text: string): TimeRange | null {
  const match = ISO.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, zone] = match
  if (zone) {
    const from = Date.parse(text.replace(' ', 't').toUpperCase())
    return Number.isNaN(from) ? null : { from, to: from + (second ? 1_000 : MINUTE) }
  }
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)]
  const from = new Date(y, m, d, Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0))
  const exists = from.getFullYear() === y && from.getMonth() === m && from.getDate() === d
  if (!exists || Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return null
  if (second) return { from: from.getTime(), to: from.getTime() + 1_000 }
  if (minute) return { from: from.getTime(), to: from.getTime() + MINUTE }
  if (day) return days(y, m, d, 1)
  return month ? months(y, m, 1) : months(y, 0, 12)
}

function readNamedPeriod(text: string, now: number): TimeRange | null {
  const today = new Date(now)
  const [y, m, d] = [today.getFullYear(), today.getMonth(), today.getDate()]
  if (text === 'today') return days(y, m, d, 1)
  if (text === 'yesterday') return days(y, m, d - 1, 1)
  const ago = /^(\d{1,5}) ([a-z]+) ago$/.exec(text)
  if (ago) return periodAround(ago[2]!, goBack(now, Number(ago[1]), ago[2]!))

  const [, which, name, year] = /^(?:(this|last|past) )?([a-z]+)(?: ([1-9]\d{3}))?$/.exec(text) ?? []
  if (!name || (which && year)) return null
  if (which && Object.hasOwn(CALENDAR_UNITS, name)) return calendarPeriod(name, which === 'this' ? 0 : 1, today)
  const season = SEASONS.get(name)
  if (season !== undefined)
    return year ? months(Number(year), season, 3) : lastMonths({ season, length: 3, which, now })
  const month = indexOfName(MONTHS, name)
  if (month >= 0) return year ? months(Number(year), month, 1) : lastMonths({ season: month, length: 1, which, now })
  const weekday = indexOfName(WEEKDAYS, name)
  if (weekday < 0 || year) return null
  const back = (today.getDay() - weekday + 7) % 7
  return days(y, m, d - (back === 0 && which === 'last' ? 7 : back), 1)
}

/** The calendar day, week, month or year around a time; for hours and minutes, the unit that begins at that time. */
function periodAround(unit: string, moment: number | null): TimeRange | null {
  if (moment === null) return null
  const name = unit.replace(/s$/, '')
  if (name === 'hour') return { from: moment, to: moment + 60 * MINUTE }
  if (name === 'minute') return { from: moment, to: moment + MINUTE }
  return Object.hasOwn(CALENDAR_UNITS, name) ? calendarPeriod(name, 0, new Date(moment)) : null
}

const CALENDAR_UNITS = { day: true, week: true, weekend: true, month: true, year: true }

/** The day, week, month or year that is `back` units before the one around `at`. */
function calendarPeriod(unit: string, back: number, at: Date): TimeRange | null {
  const [y, m, d] = [at.getFullYear(), at.getMonth(), at.getDate()]
  const monday = d - ((at.getDay() + 6) % 7) - back * 7
  switch (unit) {
    case 'day':
      return days(y, m, d - back, 1)
    case 'week':
      return days(y, m, monday, 7)
    case 'weekend':
      return days(y, m, monday + 5, 2)
    case 'month':
      return months(y, m - back, 1)
    default:
      return months(y - back, 0, 12)
  }
}

interface NamedMonths {
  readonly season: number
  readonly length: number
  readonly which: string | undefined
  readonly now: number
}

/**
 * The months or season with a name. With `this`, those of this year; with `last`, the latest that have ended;
 * otherwise, the latest that have begun.
 */
function lastMonths({ season, length, which, now }: NamedMonths): TimeRange | null {
  const year = new Date(now).getFullYear()
  for (let y = year + 1; ; y--) {
    const period = months(y, season, length)
    if (which === 'this' ? y === year : which ? period.to <= now : period.from <= now) return period
  }
}

/** The first month of each season, from 0. Winter belongs to the year in which it begins. */
const SEASONS = new Map([
  ['spring', 2],
  ['summer', 5],
  ['autumn', 8],
  ['fall', 8],
  ['winter', 11],
])
const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')

/** Accepts whole names and their first three letters. */
function indexOfName(names: readonly string[], text: string): number {
  return names.findIndex((name) => name === text || name.slice(0, 3) === text)
}

function days(year: number, month: number, day: number, count: number): TimeRange {
  return { from: new Date(year, month, day).getTime(), to: new Date(year, month, day + count).getTime() }
}

function months(year: number, month: number, count: number): TimeRange {
  return { from: new Date(year, month, 1).getTime(), to: new Date(year, month + count, 1).getTime() }
}
