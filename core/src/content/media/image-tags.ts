import exifr from 'exifr'
import { errorMessage } from '../../util/errors.ts'
import type { ByteSource } from '../types/byte-source.ts'
import { latin1, startsAt, u32be, u32le } from '../types/structure/bytes.ts'
import type { HeifPicture } from './heif.ts'

/** What a picture's EXIF, XMP and IPTC hold, one record for each. */
export interface ImageTags {
  readonly ifd0?: Tags
  readonly exif?: Tags
  readonly gps?: Tags
  readonly interop?: Tags
  readonly iptc?: Tags
  readonly dc?: Tags
  readonly xmp?: Tags
  readonly photoshop?: Tags
}

export type Tags = Readonly<Record<string, unknown>>

/** Values as the file has them: exifr would move dates into the process's time zone and give orientations names. */
const EXIFR_OPTIONS = {
  translateValues: false,
  reviveValues: false,
  mergeOutput: false,
  tiff: true,
  exif: true,
  gps: true,
  xmp: true,
  iptc: true,
} as const

/** A TIFF may have its directory at its end; one larger than this is read only as far as its beginning goes. */
const MAX_TIFF_BYTES = 67_108_864

/** A block of EXIF in a container; none that cameras write comes near. */
const MAX_EXIF_BYTES = 4_194_304

/** Chunks of a WebP that are passed on the way to its EXIF. */
const MAX_CHUNKS = 1_000

/** Reads what `tagBytes` has found. `damage` says in words what of it could not be read; null where all could. */
export async function parseTags(bytes: Uint8Array): Promise<{ tags: ImageTags; damage: string | null }> {
  try {
    const found = (await exifr.parse(bytes, EXIFR_OPTIONS)) as ParsedTags | undefined
    const [error] = found?.errors ?? []
    return { tags: found ?? {}, damage: error === undefined ? null : errorMessage(error) }
  } catch (err) {
    return { tags: {}, damage: errorMessage(err) }
  }
}

/** exifr goes on behind what it cannot read, and says so here. */
interface ParsedTags extends ImageTags {
  readonly errors?: readonly unknown[]
}

/**
 * The bytes that hold a picture's tags, null where it has none. exifr reads JPEG, PNG and TIFF; the block that the other
 * containers hold is a TIFF.
 */
export function tagBytes(source: ByteSource, heif: HeifPicture | null): Uint8Array | null {
  const { head } = source
  if (heif) return heif.exif ? source.read(heif.exif.offset, Math.min(heif.exif.length, MAX_EXIF_BYTES)) : null
  if (startsAt(head, 0, 'RIFF')) return webpExif(source)
  if (startsAt(head, 0, '\xff\xd8') || startsAt(head, 0, '\x89PNG')) return head
  const little = startsAt(head, 0, 'II')
  if (!little && !startsAt(head, 0, 'MM')) return null
  const directory = little ? u32le(head, 4) : u32be(head, 4)
  if (directory + 4_096 < head.length || source.size > MAX_TIFF_BYTES) return head
  return source.read(0, source.size)
}

function webpExif(source: ByteSource): Uint8Array | null {
  let at = 12
  for (let i = 0; i < MAX_CHUNKS && at + 8 <= source.size; i++) {
    const header = source.read(at, 8)
    const length = u32le(header, 4)
    if (startsAt(header, 0, 'EXIF')) {
      const block = source.read(at + 8, Math.min(length, MAX_EXIF_BYTES))
      // Some programs keep the six bytes that stand before it in a JPEG.
      return latin1(block, 0, 4) === 'Exif' ? block.subarray(6) : block
    }
    at += 8 + length + (length & 1)
  }
  return null
}
