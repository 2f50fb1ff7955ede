/**
 * ISO 8601 in UTC, like `Date` prints it, in a tenth of the time; a listing of a large folder has tens of thousands.
 * Times outside the range become the nearest valid time.
 */
export function toTimestamp(ms: number): string {
  const time = Math.max(MIN_DATE_MS, Math.min(MAX_DATE_MS, Math.floor(ms)))
  const day = Math.floor(time / MS_PER_DAY)
  const ofDay = time - day * MS_PER_DAY
  const second = Math.floor(ofDay / 1_000)
  const minute = Math.floor(second / 60)
  putDate(day)
  putTwo(11, Math.floor(minute / 60))
  putTwo(14, minute % 60)
  putTwo(17, second % 60)
  const ofSecond = ofDay % 1_000
  putTwo(20, Math.floor(ofSecond / 10))
  text[22] = ZERO + (ofSecond % 10)
  return text.toString('latin1')
}

/** The limits are the years 1 to 9999. `Date` prints other years with a sign, which most readers of ISO 8601 refuse. */
const MIN_DATE_MS = -62_135_596_800_000
const MAX_DATE_MS = 253_402_300_799_999
const MS_PER_DAY = 86_400_000

/** Overwritten for each time: a concatenated string would keep its pieces in memory. */
const text = Buffer.from('0000-00-00T00:00:00.000Z')
const ZERO = 0x30

/**
 * A day, counted from 1970-01-01, as a date. Years are counted from March here, so that the leap day is their last;
 * the arithmetic is `civil_from_days` of https://howardhinnant.github.io/date_algorithms.html.
 */
function putDate(day: number): void {
  const sinceYear0 = day + DAYS_FROM_YEAR_0_TO_1970
  const era = Math.floor(sinceYear0 / DAYS_PER_400_YEARS)
  const ofEra = sinceYear0 - era * DAYS_PER_400_YEARS
  const leapDays = Math.floor(ofEra / 1_460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096)
  const yearOfEra = Math.floor((ofEra - leapDays) / 365)
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  putTwo(0, Math.floor(year / 100))
  putTwo(2, year % 100)
  putTwo(5, month)
  putTwo(8, ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1)
}

const DAYS_FROM_YEAR_0_TO_1970 = 719_468
const DAYS_PER_400_YEARS = 146_097

function putTwo(at: number, n: number): void {
  const tens = Math.floor(n / 10)
  text[at] = ZERO + tens
  text[at + 1] = ZERO + n - tens * 10
}
