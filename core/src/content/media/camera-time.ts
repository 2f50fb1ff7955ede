import type { ImageTags, Tags } from './image-tags.ts'

export interface CameraTime {
  /** ISO 8601: the time on the camera's clock, with its offset if known. */
  readonly text: string
  readonly offsetMinutes: number | null
}

/** The largest distance of a time zone from UTC; zones are multiples of a quarter of an hour. */
const MAX_OFFSET_MINUTES = 14 * 60
const ZONE_STEP_MINUTES = 15

/** A GPS position may be some minutes old. If clock and GPS disagree by more, the time zone cannot be computed. */
const MAX_DISAGREEMENT_MINUTES = 4

/** The time at which a picture was taken. The clock time is kept: it is never converted to another time zone. */
export function cameraTime({
  ifd0 = {},
  exif = {},
  gps = {},
  xmp = {},
  photoshop = {},
  iptc = {},
}: ImageTags): CameraTime | null {
  const fromExif =
    clock(exif['DateTimeOriginal'], exif['SubSecTimeOriginal']) ??
    clock(exif['CreateDate'], exif['SubSecTimeDigitized']) ??
    // The modification date in the file counts only if the camera wrote no other date.
    ('ExposureTime' in exif ? clock(ifd0['ModifyDate'], exif['SubSecTime']) : null)
  if (fromExif) {
    const stated =
      offsetOf(exif['OffsetTimeOriginal']) ?? offsetOf(exif['OffsetTimeDigitized']) ?? offsetOf(exif['OffsetTime'])
    return withOffset(fromExif, stated ?? offsetFromSatellites(fromExif, gps))
  }
  for (const value of [photoshop['DateCreated'], xmp['CreateDate'], iptcTime(iptc)]) {
    const found = clock(value)
    if (found) return withOffset(found, offsetOf(value))
  }
  return null
}

/** The time on a clock as ISO 8601 without an offset. Null for the values that cameras without a clock write. */
function clock(value: unknown, fraction?: unknown): string | null {
  const match = typeof value === 'string' ? CLOCK.exec(value.trim()) : null
  if (!match) return null
  const [, year, month, day, hour, minute, second = '00', decimals] = match
  const whole = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  // Rejects dates such as 0000-00-00 and February 31, which `Date` would shift.
  const time = Date.parse(`${whole}Z`)
  if (year === '0000' || Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== whole) return null
  const digits = typeof fraction === 'string' ? /^\d{1,9}/.exec(fraction.trim())?.[0] : decimals
  return digits && /[1-9]/.test(digits) ? `${whole}.${digits}` : whole
}

const CLOCK = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?/

/** Minutes east of UTC, from `+02:00` or from the end of a date. */
function offsetOf(value: unknown): number | null {
  if (typeof value !== 'string') return null
  if (/\dZ$|^Z$/.test(value.trim())) return 0
  const match = /([+-])(\d\d):?(\d\d)$/.exec(value.trim())
  // A bare date has no offset, though it ends in a minus and two numbers.
  if (!match || /^\d{4}-\d\d-\d\d$/.test(value.trim())) return null
  const minutes = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
  return Math.abs(minutes) <= MAX_OFFSET_MINUTES ? minutes : null
}

/** Difference between the camera's clock and GPS time, which is UTC. */
function offsetFromSatellites(reading: string, gps: Tags): number | null {
  const date = typeof gps['GPSDateStamp'] === 'string' ? /^(\d{4})[:-](\d\d)[:-](\d\d)/.exec(gps['GPSDateStamp']) : null
  const time: unknown = gps['GPSTimeStamp']
  if (!date || !Array.isArray(time)) return null
  const [hours, minutes, seconds] = time as unknown[]
  if (typeof hours !== 'number' || typeof minutes !== 'number' || typeof seconds !== 'number') return null
  const utc = Date.parse(`${date[1]}-${date[2]}-${date[3]}T00:00:00Z`) / 60_000 + hours * 60 + minutes + seconds / 60
  const difference = Date.parse(`${reading.slice(0, 19)}Z`) / 60_000 - utc
  const zone = Math.round(difference / ZONE_STEP_MINUTES) * ZONE_STEP_MINUTES
  if (!(Math.abs(difference - zone) <= MAX_DISAGREEMENT_MINUTES)) return null
  // Adding 0 turns minus zero into zero.
  return Math.abs(zone) <= MAX_OFFSET_MINUTES ? zone + 0 : null
}

/** IPTC stores date and time separately: `20240501`, `102030+0200`. */
function iptcTime(iptc: Tags): string | null {
  const date = typeof iptc['DateCreated'] === 'string' ? /^(\d{4})(\d\d)(\d\d)$/.exec(iptc['DateCreated']) : null
  const time =
    typeof iptc['TimeCreated'] === 'string' ? /^(\d\d)(\d\d)(\d\d)([+-]\d{4})?$/.exec(iptc['TimeCreated']) : null
  return date && time ? `${date[1]}-${date[2]}-${date[3]}T${time[1]}:${time[2]}:${time[3]}${time[4] ?? ''}` : null
}

function withOffset(reading: string, minutes: number | null): CameraTime {
  if (minutes === null) return { text: reading, offsetMinutes: null }
  const sign = minutes < 0 ? '-' : '+'
  const two = (value: number) => String(value).padStart(2, '0')
  const size = Math.abs(minutes)
  return { text: `${reading}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`, offsetMinutes: minutes }
}
