import exifr from 'exifr'
import { errorMessage } from '../../util/errors.ts'
import type { ByteSource } from '../types/byte-source.ts'
import { classicTiff } from './big-tiff.ts'
import { latin1, startsAt, u32be, u32le } from '../types/structure/bytes.ts'
import type { HeifPicture } from './heif.ts'
import { iccName } from './icc-name.ts'

/** The metadata of a picture: one record each for EXIF, XMP and IPTC. */
export interface ImageTags {
  readonly ifd0?: Tags
  readonly exif?: Tags
  readonly gps?: Tags
  readonly interop?: Tags
  readonly iptc?: Tags
  readonly dc?: Tags
  readonly xmp?: Tags
  readonly aux?: Tags
  readonly exifEX?: Tags
  readonly photoshop?: Tags
  readonly icc?: Tags
  /** The header of a PNG, and its texts by their keywords. */
  readonly ihdr?: Tags
}

/** The parts of a picture that hold tags. */
export interface TagParts {
  /** A file or block that exifr can read; null if there is none. */
  readonly main: Uint8Array | null
  readonly xmp: Uint8Array | null
  /** Set if the container itself names the profile. */
  readonly colorProfile: string | null
}

export type Tags = Readonly<Record<string, unknown>>

/** Values are not converted: exifr would convert dates to the process's time zone and replace orientations by names. */
const EXIFR_OPTIONS = {
  translateValues: false,
  reviveValues: false,
  mergeOutput: false,
  tiff: true,
  exif: true,
  gps: true,
  xmp: true,
  iptc: true,
  icc: true,
  ihdr: true,
} as const

/** A TIFF may have its directory at its end, so it is read up to this size. */
const MAX_TIFF_BYTES = 67_108_864

/** Limit on an EXIF block in a container; cameras write far smaller ones. */
const MAX_EXIF_BYTES = 4_194_304

/** The TIFF header: byte order, magic number, and offset of the first directory. */
const TIFF_HEAD_BYTES = 8

/** Limit on the chunks of a WebP that are skipped in the search for EXIF. */
const MAX_CHUNKS = 1_000

/** Parses the result of `tagParts`. `damage` describes the parts that could not be read; null if all were read. */
export async function parseTagParts({ main, xmp }: TagParts): Promise<Parsed> {
  const found = await parseTags(main)
  const packet = await parseTags(xmp && tiffAround(xmp))
  return { tags: { ...packet.tags, ...found.tags }, damage: found.damage ?? packet.damage }
}

interface Parsed {
  readonly tags: ImageTags
  readonly damage: string | null
}

/** Reads a JPEG, PNG or TIFF, or the beginning of one. */
export async function parseTags(bytes: Uint8Array | null): Promise<Parsed> {
  if (!bytes) return { tags: {}, damage: null }
  const all = await parse(bytes, EXIFR_OPTIONS)
  if (all.damage === null || Object.keys(all.tags).length > 0) return all
  // If the IPTC block is damaged or empty, exifr returns no tags at all. Try again without IPTC.
  const rest = await parse(bytes, { ...EXIFR_OPTIONS, iptc: false })
  return EMPTY_BLOCK.test(all.damage) ? rest : { tags: rest.tags, damage: all.damage }
}

const EMPTY_BLOCK = /^Segment unreachable: .*"size":0,.*"type":"iptc"/

async function parse(bytes: Uint8Array, options: Parameters<typeof exifr.parse>[1]): Promise<Parsed> {
  try {
    const found = (await exifr.parse(bytes, options)) as ParsedTags | undefined
    const { errors = [], ...tags } = found ?? {}
    const damage = errors.length === 0 ? null : errorMessage(errors[0])
    return { tags: { ...tags, ...(tags.iptc && { iptc: withUtf8(tags.iptc) }) }, damage }
  } catch (err) {
    return { tags: {}, damage: errorMessage(err) }
  }
}

/** exifr reads IPTC as Latin-1, but most programs write it as UTF-8. */
function withUtf8(iptc: Tags): Tags {
  const decode = (value: unknown) => {
    if (typeof value !== 'string') return value
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'))
    } catch {
      return value
    }
  }
  const entries = Object.entries(iptc)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(decode) : decode(value)]),
  )
}

const TAG_XMP = 700

/** Wraps XMP in a TIFF, because exifr does not read XMP on its own. */
function tiffAround(xmp: Uint8Array): Uint8Array {
  const start = 26
  const tiff = Buffer.alloc(start + xmp.length)
  tiff.write('II*\0', 'latin1')
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(1, 8)
  tiff.writeUInt16LE(TAG_XMP, 10)
  tiff.writeUInt16LE(1, 12)
  tiff.writeUInt32LE(xmp.length, 14)
  tiff.writeUInt32LE(start, 18)
  tiff.set(xmp, start)
  return tiff
}

/** exifr continues after parts that it cannot read, and lists them here. */
interface ParsedTags extends ImageTags {
  readonly errors?: readonly unknown[]
}

/** The EXIF of a picture, or the beginning of its file if the EXIF is there. */
export function tagBytes(source: ByteSource, heif: HeifPicture | null): Uint8Array | null {
  return tagParts(source, heif).main
}

/**
 * The parts of a file that contain its tags. exifr can read a JPEG, PNG or TIFF; in other containers, the EXIF block
 * is a TIFF.
 */
export function tagParts(source: ByteSource, heif: HeifPicture | null): TagParts {
  const { head } = source
  if (heif) return heifTags(source, heif)
  if (startsAt(head, 0, 'RIFF')) return webpTags(source)
  return { main: mainBytes(source), xmp: null, colorProfile: null }
}

function mainBytes(source: ByteSource): Uint8Array | null {
  const { head } = source
  if (startsAt(head, 0, '\xff\xd8') || startsAt(head, 0, '\x89PNG')) return head
  const classic = classicTiff(source)
  if (classic) return classic
  if (startsAt(head, 0, 'FUJIFILMCCD-RAW')) return source.read(u32be(head, 84), Math.min(u32be(head, 88), head.length))
  const little = startsAt(head, 0, 'II')
  if (head.length < TIFF_HEAD_BYTES || (!little && !startsAt(head, 0, 'MM'))) return null
  const directory = little ? u32le(head, 4) : u32be(head, 4)
  const isAtBeginning = directory + 4_096 < head.length || source.size > MAX_TIFF_BYTES
  return asTiff(isAtBeginning ? head : source.read(0, source.size), little)
}

/** Olympus and Panasonic write TIFFs with a different second word. */
function asTiff(bytes: Uint8Array, little: boolean): Uint8Array {
  if (startsAt(bytes, 0, 'II*\0') || startsAt(bytes, 0, 'MM\0*')) return bytes
  const own = bytes.slice()
  own.set(little ? [0x2a, 0] : [0, 0x2a], 2)
  return own
}

function heifTags(source: ByteSource, { exif, xmp, colorProfile }: HeifPicture): TagParts {
  const read = (extent: HeifPicture['exif']) =>
    extent && source.read(extent.offset, Math.min(extent.length, MAX_EXIF_BYTES))
  return { main: read(exif), xmp: read(xmp), colorProfile }
}

function webpTags(source: ByteSource): TagParts {
  const found = { main: null as Uint8Array | null, xmp: null as Uint8Array | null, colorProfile: null as string | null }
  let at = 12
  for (let i = 0; i < MAX_CHUNKS && at + 8 <= source.size; i++) {
    const header = source.read(at, 8)
    const length = u32le(header, 4)
    const content = () => source.read(at + 8, Math.min(length, MAX_EXIF_BYTES))
    if (startsAt(header, 0, 'ICCP')) found.colorProfile = iccName(content())
    if (startsAt(header, 0, 'XMP ')) found.xmp = content()
    if (startsAt(header, 0, 'EXIF')) {
      const block = content()
      // Some programs write the six bytes before EXIF that belong only in a JPEG.
      found.main = latin1(block, 0, 4) === 'Exif' ? block.subarray(6) : block
    }
    at += 8 + length + (length & 1)
  }
  return found
}
