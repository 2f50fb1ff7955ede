import { bytes, u16le, u32le } from '../file-types/bytes.ts'

/** A tag's value: a text, whole numbers, or fractions as pairs. */
export type ExifValue = string | number | readonly (readonly [number, number])[] | Uint8Array

export interface ExifFixture {
  readonly ifd0?: Readonly<Record<number, ExifValue>>
  readonly exif?: Readonly<Record<number, ExifValue>>
  readonly gps?: Readonly<Record<number, ExifValue>>
}

/** Numbers of the tags that the tests use (EXIF 2.32). */
export const tag = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  description: 270,
  make: 271,
  model: 272,
  orientation: 274,
  artist: 315,
  copyright: 33_432,
  exposureTime: 33_434,
  fNumber: 33_437,
  iso: 34_855,
  dateTimeOriginal: 36_867,
  createDate: 36_868,
  offsetTimeOriginal: 36_881,
  subSecTimeOriginal: 37_521,
  focalLength: 37_386,
  colorSpace: 40_961,
  pixelWidth: 40_962,
  lensInfo: 42_034,
  lensModel: 42_036,
  rating: 18_246,
  windowsKeywords: 40_094,
  gpsLatitudeRef: 1,
  gpsLatitude: 2,
  gpsLongitudeRef: 3,
  gpsLongitude: 4,
  gpsAltitudeRef: 5,
  gpsAltitude: 6,
  gpsTimeStamp: 7,
  gpsDateStamp: 29,
} as const

const EXIF_POINTER = 34_665
const GPS_POINTER = 34_853

/** A block of EXIF, which is a little-endian TIFF without a picture. */
export function exifBlock({ ifd0 = {}, exif, gps }: ExifFixture): Uint8Array {
  const start = 8
  const pointers = (exif ? 1 : 0) + (gps ? 1 : 0)
  const exifStart = start + directory(ifd0, 0, pointers).length + pointers * 12
  const exifBytes = exif ? directory(exif, exifStart, 0) : bytes()
  const gpsStart = exifStart + exifBytes.length
  const main = directory(
    { ...ifd0, ...(exif && { [EXIF_POINTER]: exifStart }), ...(gps && { [GPS_POINTER]: gpsStart }) },
    start,
    0,
  )
  return bytes('II*\0', u32le(start), main, exifBytes, gps ? directory(gps, gpsStart, 0) : '')
}

/** One directory with its values behind it; `reserved` entries are counted as if they were there. */
function directory(tags: Readonly<Record<number, ExifValue>>, start: number, reserved: number): Uint8Array {
  const list = Object.entries(tags)
  const entries: Uint8Array[] = []
  const values: Uint8Array[] = []
  let valueAt = start + 2 + (list.length + reserved) * 12 + 4
  for (const [number, value] of list) {
    const { type, count, data } = encode(value)
    const inline = data.length <= 4
    const field = inline ? bytes(data, new Uint8Array(4 - data.length)) : u32le(valueAt)
    entries.push(bytes(u16le(Number(number)), u16le(type), u32le(count), field))
    if (inline) continue
    values.push(data)
    valueAt += data.length
  }
  return bytes(u16le(list.length), ...entries, u32le(0), ...values)
}

function encode(value: ExifValue): { type: number; count: number; data: Uint8Array } {
  if (typeof value === 'number') return { type: 4, count: 1, data: u32le(value) }
  if (typeof value === 'string') return { type: 2, count: value.length + 1, data: bytes(value, 0) }
  if (value instanceof Uint8Array) return { type: 1, count: value.length, data: value }
  const data = bytes(...value.flatMap(([numerator, denominator]) => [u32le(numerator), u32le(denominator)]))
  return { type: 5, count: value.length, data }
}
