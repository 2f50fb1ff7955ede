import type { ByteSource } from '../types/byte-source.ts'
import { startsAt } from '../types/structure/bytes.ts'
import { type Box, boxesIn, boxIn } from './boxes.ts'
import { type ImageTags, parseTags, type Tags } from './image-tags.ts'

/** The directories of tags in a Canon raw photo (CR3), each of which is a TIFF of its own. */
export interface CanonTags {
  /** IFD0, EXIF and GPS. */
  readonly directories: readonly (Uint8Array | null)[]
}

/** Id of the box that contains Canon's own boxes. */
const CANON = '85c0b687820f11e08111f4ce462b6a48'
const DIRECTORIES = ['CMT1', 'CMT2', 'CMT4']
const UUID_BYTES = 16
/** Limit on the size of a directory, for damaged files. */
const MAX_DIRECTORY_BYTES = 4_194_304

/** Finds the tags of a CR3; null if the file is not a CR3. */
export function canonTags(source: ByteSource): CanonTags | null {
  if (!startsAt(source.head, 4, 'ftypcrx ')) return null
  const movie = boxIn(source, 'moov', 0, source.size)
  const canon = movie && boxesIn(source, movie.start, movie.end).find((box) => isCanon(source, box))
  if (!canon) return null
  const found = [...boxesIn(source, canon.start + UUID_BYTES, canon.end)]
  const directories = DIRECTORIES.map((wanted) => {
    const box = found.find(({ name }) => name === wanted)
    return box ? source.read(box.start, Math.min(box.end - box.start, MAX_DIRECTORY_BYTES)) : null
  })
  return { directories }
}

function isCanon(source: ByteSource, { name, start }: Box): boolean {
  return name === 'uuid' && Buffer.from(source.read(start, UUID_BYTES)).toString('hex') === CANON
}

/** Names of EXIF 2.32 tags. If EXIF is a separate TIFF, exifr does not know their names, only their numbers. */
const names: Readonly<Record<number, string>> = {
  33434: 'ExposureTime',
  33437: 'FNumber',
  34855: 'ISO',
  36867: 'DateTimeOriginal',
  36868: 'CreateDate',
  36880: 'OffsetTime',
  36881: 'OffsetTimeOriginal',
  36882: 'OffsetTimeDigitized',
  37386: 'FocalLength',
  37520: 'SubSecTime',
  37521: 'SubSecTimeOriginal',
  37522: 'SubSecTimeDigitized',
  40961: 'ColorSpace',
  40962: 'ExifImageWidth',
  40963: 'ExifImageHeight',
  42036: 'LensModel',
}

/** Parses the tags of a CR3. `damage` describes the directories that could not be read; null if all were read. */
export async function parseCanonTags({ directories }: CanonTags): Promise<{ tags: ImageTags; damage: string | null }> {
  const [main, exif, gps] = await Promise.all(directories.map((bytes) => parseTags(bytes)))
  const tags = {
    ifd0: main!.tags.ifd0 ?? {},
    exif: named(exif!.tags.ifd0 ?? {}),
    gps: position(gps!.tags.ifd0 ?? {}),
  }
  return { tags, damage: main!.damage ?? exif!.damage ?? gps!.damage }
}

function named(found: Tags): Tags {
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [names[Number(key)] ?? key, value]))
}

/** The position in degrees, and the other tags of GPS that are used. */
function position(found: Tags): Tags {
  const [latitude, longitude] = [degrees(found[2], found[1], 'S'), degrees(found[4], found[3], 'W')]
  return {
    ...(latitude !== null && longitude !== null && { latitude, longitude }),
    GPSAltitudeRef: found[5],
    GPSAltitude: found[6],
    GPSTimeStamp: found[7],
    GPSDateStamp: found[29],
  }
}

function degrees(parts: unknown, side: unknown, negative: string): number | null {
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => typeof part === 'number')) return null
  const [whole, minutes, seconds] = parts as [number, number, number]
  const value = whole + minutes / 60 + seconds / 3_600
  return side === negative ? -value : value
}
