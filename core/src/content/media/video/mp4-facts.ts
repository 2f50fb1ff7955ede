import type { ByteSource } from '../../types/byte-source.ts'
import { readQuickTime } from '../capture/quicktime.ts'
import { listedKeywords } from '../keywords.ts'
import { type FoundVideo, isoTime } from './video-facts.ts'

/** Keys with the same meaning; the first one that exists is used. */
const MAKE = ['com.apple.quicktime.make', 'com.android.manufacturer', '©mak']
const MODEL = ['com.apple.quicktime.model', 'com.android.model', '©mod']
const LENS = ['com.apple.quicktime.camera.lens_model']
const PLACE = ['com.apple.quicktime.location.ISO6709', '©xyz']
const TAKEN = ['com.apple.quicktime.creationdate', '©day']
const KEYWORDS = ['com.apple.quicktime.keywords', '©key']

export interface Mp4Facts extends FoundVideo {
  /** An XMP packet, which is parsed later. */
  readonly xmp: Uint8Array | null
  readonly listed: readonly string[]
}

/** Reads the facts in the header of an MP4 or QuickTime file that are not in its tracks; null if it has no header. */
export function mp4Facts(source: ByteSource): Mp4Facts | null {
  const header = readQuickTime(source)
  if (!header) return null
  const { createdMs, position, values, xmp } = header
  const first = (keys: readonly string[]) => keys.map((key) => values.get(key)).find((value) => value !== undefined)
  const taken = first(TAKEN)
  return {
    creation_time: createdMs === null ? null : isoTime(createdMs),
    camera_make: first(MAKE) ?? null,
    camera_model: first(MODEL) ?? null,
    lens_model: first(LENS) ?? null,
    ...(placeOf(first(PLACE) ?? '') ?? position),
    ...(taken !== undefined && takenAt(taken)),
    xmp,
    listed: listedKeywords(first(KEYWORDS) ?? null),
  }
}

/**
 * ISO 6709: `+48.8577+002.295+035.000/`. Two or three digits before the point are degrees, four or five degrees and
 * minutes, six or seven also seconds.
 */
function placeOf(text: string): Pick<FoundVideo, 'latitude' | 'longitude' | 'altitude'> | null {
  const match = /^([+-]\d{2,6}(?:\.\d+)?)([+-]\d{3,7}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?/.exec(text.trim())
  if (!match) return null
  const [latitude, longitude] = [degreesOf(match[1]!, 2), degreesOf(match[2]!, 3)]
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null
  return { latitude, longitude, ...(match[3] !== undefined && { altitude: Number(match[3]) }) }
}

function degreesOf(text: string, digits: 2 | 3): number {
  const [whole = '', fraction = ''] = text.slice(1).split('.')
  const parts = [whole.slice(0, digits), ...(whole.slice(digits).match(/\d\d/g) ?? [])]
  const numbers = parts.map((part, i) => Number(i === parts.length - 1 ? `${part}.${fraction}` : part))
  const value = numbers.reduce((sum, number, i) => sum + number / 60 ** i, 0)
  return text.startsWith('-') ? -value : value
}

/** Parses `2024-05-01T10:20:30+0200`: the time on the camera's clock, which is kept, and its offset from UTC. */
function takenAt(value: string): Pick<FoundVideo, 'taken_at' | 'taken_offset_minutes'> {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?:(Z)|([+-])(\d\d):?(\d\d))?$/.exec(value.trim())
  if (!match || Number.isNaN(Date.parse(`${match[1]}T${match[2]}Z`))) return {}
  const [, day, time, zulu, sign, hours, minutes] = match
  const offset = zulu ? 0 : sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : null
  const zone = offset === null ? '' : `${sign ?? '+'}${hours ?? '00'}:${minutes ?? '00'}`
  return { taken_at: `${day}T${time}${zone}`, taken_offset_minutes: offset }
}
