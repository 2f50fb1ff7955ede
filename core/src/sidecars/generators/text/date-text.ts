const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** Day 0 of Excel's calendar. Excel treats 1900 as a leap year, so days before March 1900 are wrong by one. */
const EPOCH_1900 = Date.UTC(1899, 11, 30)
/** Day 0 of workbooks from old Macintoshes. */
const EPOCH_1904 = Date.UTC(1904, 0, 1)
/** The end of 9999, the last day of Excel's calendar. */
const MAX_DAYS = 2_958_466

/** Ids of the built-in number formats that show dates and times (ECMA-376, part 1, § 18.8.30). */
const BUILT_IN_DATES = new Set([
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56,
  57, 58,
])

/** Whether a number format shows a date or a time. If the workbook defines the format, `code` is its code. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return BUILT_IN_DATES.has(id)
  // Without texts in quotes, escaped characters, and colours and conditions in brackets.
  const plain = code.replaceAll(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
  return /[dmyhs]/i.test(plain) && !/general/i.test(plain)
}

/** Converts a number of days in a workbook to a date, a time (below one day), or both. Null beyond the calendar. */
export function serialText(days: number, is1904: boolean): string | null {
  if (!(days >= 0 && days < MAX_DAYS)) return null
  const ms = Math.round((days * DAY_MS) / MINUTE_MS) * MINUTE_MS
  if (days < 1) return new Date(ms).toISOString().slice(11, 16)
  return dateText(new Date((is1904 ? EPOCH_1904 : EPOCH_1900) + ms))
}

/** `2024-05-17`, or `2024-05-17 14:30` if the time is not midnight, both in UTC. Empty for an invalid date. */
export function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return ''
  const text = new Date(Math.round(date.getTime() / MINUTE_MS) * MINUTE_MS).toISOString()
  return text.slice(11, 16) === '00:00' ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`
}
