import type { ImageMediaTable } from '../../store/schema/media.ts'
import { cameraTime } from './camera-time.ts'
import type { ImageTags, Tags } from './image-tags.ts'
import { keywordsText, listedKeywords } from './keywords.ts'

/** A row of `image_media`, from the header of a picture. */
export type ImageFacts = Omit<ImageMediaTable, 'content_id'>

/** Captions are a paragraph at most; a longer text is not a caption. */
const MAX_TEXT = 10_000

/** The size and orientation that the container itself states. */
export interface Frame {
  readonly width: number | null
  readonly height: number | null
  readonly bitDepth: number | null
  /** If the container states it, it takes precedence. */
  readonly orientation: number | null
}

/** The metadata of a picture. Width and height are as stored: `orientation` says how to turn the picture. */
export function imageFacts(frame: Frame, tags: ImageTags): ImageFacts {
  const { ifd0 = {}, exif = {}, gps = {}, iptc = {}, dc = {}, icc = {}, ihdr = {} } = tags
  const time = cameraTime(tags)
  const position = positionOf(gps)
  return {
    width: frame.width ?? number(exif['ExifImageWidth']) ?? number(ifd0['ImageWidth']),
    height: frame.height ?? number(exif['ExifImageHeight']) ?? number(ifd0['ImageHeight']),
    taken_at: time?.text ?? null,
    taken_offset_minutes: time?.offsetMinutes ?? null,
    latitude: position?.latitude ?? null,
    longitude: position?.longitude ?? null,
    altitude: altitudeOf(gps),
    camera_make: text(ifd0['Make']),
    camera_model: text(ifd0['Model']),
    lens_model: lensOf(tags),
    focal_length: positive(exif['FocalLength']),
    aperture: positive(exif['FNumber']),
    shutter_speed: positive(exif['ExposureTime']),
    iso: whole(first(exif['ISO'])),
    orientation: frame.orientation ?? orientationOf(ifd0['Orientation']),
    color_space: colorSpaceOf(tags),
    color_profile: text(icc['ProfileDescription']),
    bit_depth: frame.bitDepth ?? whole(first(ifd0['BitsPerSample'])),
    artist: text(ifd0['Artist']) ?? text(dc['creator']) ?? text(iptc['Byline']) ?? text(ihdr['Author']),
    copyright:
      copyright(ifd0['Copyright']) ?? text(dc['rights']) ?? text(iptc['CopyrightNotice']) ?? text(ihdr['Copyright']),
    description:
      text(ifd0['ImageDescription']) ??
      text(dc['description']) ??
      text(iptc['Caption']) ??
      text(ihdr['Description']) ??
      text(ihdr['Title']) ??
      text(ihdr['Comment']),
    keywords: keywordsText(keywordsOf(tags)),
    rating: ratingOf(tags),
  }
}

function positionOf(gps: Tags): { latitude: number; longitude: number } | null {
  const latitude = number(gps['latitude'])
  const longitude = number(gps['longitude'])
  if (latitude === null || longitude === null) return null
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null
}

/** Metres; negative below the sea. */
function altitudeOf(gps: Tags): number | null {
  const altitude = number(gps['GPSAltitude'])
  return altitude !== null && first(gps['GPSAltitudeRef']) === 1 ? -altitude : altitude
}

/** The name of the lens. If the camera does not know it, the range of focal lengths and apertures. */
function lensOf({ exif = {}, exifEX = {}, aux = {} }: ImageTags): string | null {
  return text(exif['LensModel']) ?? text(exifEX['LensModel']) ?? text(aux['Lens']) ?? lensRange(exif['LensInfo'])
}

/**
 * Formats a lens as `24-70mm f/2.8-4`. The value has the least and the greatest focal length, and the aperture at each
 * (EXIF 2.32, tag A432).
 */
function lensRange(value: unknown): string | null {
  if (!Array.isArray(value) || value.length !== 4) return null
  const [shortest, longest, wide, far] = value.map(positive)
  if (!shortest || !longest) return null
  const range = (from: number, to: number) => (from === to ? `${from}` : `${from}-${to}`)
  return `${range(shortest, longest)}mm${wide && far ? ` f/${range(wide, far)}` : ''}`
}

/** Keywords from IPTC, XMP, and the tag of Windows, in which semicolons separate them. */
export function keywordsOf({ ifd0 = {}, iptc = {}, dc = {} }: ImageTags): string[] {
  const texts = (value: unknown) => [value].flat().filter((each) => typeof each === 'string')
  return [...texts(dc['subject']), ...texts(iptc['Keywords']), ...listedKeywords(utf16(ifd0['XPKeywords']))]
}

/** Stars, from XMP or from the tag of Windows. Zero stars mean that there is no rating. */
export function ratingOf({ ifd0 = {}, xmp = {} }: ImageTags): number | null {
  const stars = number(xmp['Rating']) ?? number(first(ifd0['Rating']))
  return stars !== null && Number.isInteger(stars) && stars !== 0 && stars >= -1 && stars <= 5 ? stars : null
}

function utf16(value: unknown): string | null {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf16le') : null
}

function orientationOf(value: unknown): number | null {
  const code = number(value)
  return code !== null && Number.isInteger(code) && code >= 1 && code <= 8 ? code : null
}

/**
 * The colour space. Cameras mark Adobe RGB by the colour space "uncalibrated" and the interoperability index R03 (EXIF
 * 2.32, tags A001 and 0001).
 */
function colorSpaceOf({ exif = {}, interop = {} }: ImageTags): string | null {
  const value = number(exif['ColorSpace'])
  if (value === 2 || text(interop['InteropIndex']) === 'R03') return 'Adobe RGB'
  return value === 1 ? 'sRGB' : value === 0xffff ? 'uncalibrated' : null
}

function text(value: unknown): string | null {
  // XMP stores texts by language, and names as lists.
  const plain = Array.isArray(value) ? value.join(', ') : isRecord(value) ? value['value'] : value
  if (typeof plain !== 'string') return null
  // Some cameras fill the rest of a field with random bytes.
  const end = plain.indexOf('\0')
  const trimmed = (end < 0 ? plain : plain.slice(0, end)).trim().slice(0, MAX_TEXT)
  return trimmed === '' ? null : trimmed
}

/** The photographer and the editor, separated by a zero (EXIF 2.32, tag 8298). */
function copyright(value: unknown): string | null {
  return typeof value === 'string'
    ? text(
        value
          .split('\0')
          .map((part) => part.trim())
          .filter(Boolean),
      )
    : text(value)
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function positive(value: unknown): number | null {
  const found = number(value)
  return found !== null && found > 0 ? found : null
}

function whole(value: unknown): number | null {
  const found = positive(value)
  return found === null ? null : Math.round(found)
}

function first(value: unknown): unknown {
  return Array.isArray(value) || value instanceof Uint8Array || value instanceof Uint16Array ? value[0] : value
}

function isRecord(value: unknown): value is Tags {
  return typeof value === 'object' && value !== null
}
