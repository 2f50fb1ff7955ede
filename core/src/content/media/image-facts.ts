import { open } from 'node:fs/promises'
import exifReader from 'exif-reader'
import exifr from 'exifr'
import type { ImageMediaTable } from '../../library/db/schema/media.ts'
import { imageSize } from './image-size.ts'

export type ImageFacts = Omit<ImageMediaTable, 'content_id'>

/** Enough for every header met: EXIF, XMP and the thumbnails in them lie at the beginning. */
const HEAD_BYTES = 1_048_576

/** Values as the file has them: exifr would move dates into the process's time zone. */
const EXIFR_OPTIONS = {
  translateValues: false,
  reviveValues: false,
  tiff: true,
  exif: true,
  gps: true,
  xmp: true,
  iptc: true,
} as const

/** What a picture says of itself. Dates are the camera's own clock, with its offset where the file has one. */
export async function readImageFacts(path: string | Buffer): Promise<ImageFacts> {
  const head = await readHead(path)
  const tags = await readTags(head)
  const size = imageSize(head)
  const text = (name: string) => textOf(tags[name])
  const number = (name: string) => numberOf(tags[name])
  const offset = offsetMinutes(text('OffsetTimeOriginal') ?? text('OffsetTime'))
  return {
    width: size?.width ?? number('ExifImageWidth') ?? number('ImageWidth'),
    height: size?.height ?? number('ExifImageHeight') ?? number('ImageHeight'),
    taken_at: exifDate(text('DateTimeOriginal') ?? text('CreateDate')),
    taken_offset_minutes: offset ?? gpsOffset(tags),
    latitude: inRange(number('latitude'), 90),
    longitude: inRange(number('longitude'), 180),
    altitude: altitudeOf(tags),
    camera_make: text('Make'),
    camera_model: text('Model'),
    lens_model: text('LensModel'),
    focal_length: number('FocalLength'),
    aperture: number('FNumber'),
    shutter_speed: number('ExposureTime'),
    iso: wholeOf(number('ISO') ?? number('ISOSpeedRatings')),
    orientation: orientationOf(number('Orientation')) ?? size?.orientation ?? null,
    color_space: colorSpace(number('ColorSpace')),
    bit_depth: wholeOf(numberOf(first(tags['BitsPerSample']))),
    artist: text('Artist') ?? text('creator'),
    copyright: text('Copyright') ?? text('rights'),
    description: text('ImageDescription') ?? text('description'),
  }
}

async function readHead(path: string | Buffer): Promise<Buffer> {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  const head = Buffer.alloc(Math.min(size, HEAD_BYTES))
  const { bytesRead } = await file.read(head, 0, head.length, 0)
  return head.subarray(0, bytesRead)
}

async function readTags(head: Buffer): Promise<Record<string, unknown>> {
  if (head.subarray(0, 4).toString('latin1') === 'RIFF') return webpTags(head)
  const tags: unknown = await exifr.parse(head, EXIFR_OPTIONS).catch(() => null)
  return typeof tags === 'object' && tags !== null ? (tags as Record<string, unknown>) : {}
}

/** exifr does not read WebP: its EXIF lies in a RIFF chunk of its own. */
function webpTags(head: Buffer): Record<string, unknown> {
  for (let at = 12; at + 8 <= head.length;) {
    const size = head.readUInt32LE(at + 4)
    if (head.subarray(at, at + 4).toString('latin1') === 'EXIF') {
      try {
        const exif = exifReader(head.subarray(at + 8, at + 8 + size))
        return { ...exif.Image, ...exif.Photo }
      } catch {
        // Damaged EXIF says nothing.
        return {}
      }
    }
    at += 8 + size + (size % 2)
  }
  return {}
}

function textOf(value: unknown): string | null {
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === 'object' && value && 'value' in value
        ? value.value
        : value
  if (typeof text !== 'string') return null
  const trimmed = text.replaceAll('\0', '').trim()
  return trimmed === '' ? null : trimmed.slice(0, MAX_TEXT)
}

/** A caption is a paragraph; more is something else. */
const MAX_TEXT = 10_000

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}

function wholeOf(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}

function inRange(value: number | null, limit: number): number | null {
  return value !== null && Math.abs(value) <= limit ? value : null
}

function orientationOf(value: number | null): number | null {
  return value !== null && value >= 1 && value <= 8 ? value : null
}

/** `2024:05:01 10:20:30` as `2024-05-01T10:20:30`; null for what cameras write when they have no clock. */
export function exifDate(text: string | null): string | null {
  const match = text === null ? null : /^(\d{4})[:-](\d{2})[:-](\d{2})[T ](\d{2}):(\d{2}):(\d{2})/.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second] = match
  if (year === '0000' || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return null
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`
}

export function offsetMinutes(text: string | null): number | null {
  const match = text === null ? null : /^([+-])(\d{2}):?(\d{2})/.exec(text)
  if (!match) return text === 'Z' ? 0 : null
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
}

/** The clock's distance from GPS time, which is UTC: offsets are multiples of a quarter of an hour, up to 14 hours. */
function gpsOffset(tags: Record<string, unknown>): number | null {
  const date = textOf(tags['GPSDateStamp'])
  const time = tags['GPSTimeStamp']
  const local = exifDate(textOf(tags['DateTimeOriginal']))
  if (!date || !Array.isArray(time) || time.length < 3 || !local) return null
  const parts = (time as unknown[]).map(numberOf)
  if (parts.some((part) => part === null)) return null
  const utc =
    Date.parse(`${date.replaceAll(':', '-')}T00:00:00Z`) + (parts[0]! * 3_600 + parts[1]! * 60 + parts[2]!) * 1_000
  const minutes = Math.round((Date.parse(`${local}Z`) - utc) / 60_000 / 15) * 15
  return Number.isNaN(minutes) || Math.abs(minutes) > 14 * 60 ? null : minutes
}

function altitudeOf(tags: Record<string, unknown>): number | null {
  const altitude = numberOf(tags['GPSAltitude'])
  const below =
    numberOf(
      first(tags['GPSAltitudeRef'] instanceof Uint8Array ? [...tags['GPSAltitudeRef']] : tags['GPSAltitudeRef']),
    ) === 1
  return altitude === null ? null : below ? -altitude : altitude
}

/** EXIF 2.32, tag 0xA001. */
function colorSpace(value: number | null): string | null {
  if (value === 1) return 'sRGB'
  if (value === 2) return 'Adobe RGB'
  return value === 0xffff ? 'uncalibrated' : null
}
