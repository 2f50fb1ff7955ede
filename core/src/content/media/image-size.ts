import { type ByteSource, bytesSource } from '../types/byte-source.ts'
import { latin1, startsAt, u16be, u16le, u32be, u32le } from '../types/structure/bytes.ts'
import { classicTiff } from './big-tiff.ts'
import { rareImageSize } from './image-size-rare.ts'

export interface ImageSize {
  /** Pixels, as stored: before any orientation is applied. */
  readonly width: number
  readonly height: number
  /** Bits of each colour channel. */
  readonly bitDepth: number | null
}

/** Segments before the frame of a JPEG; a file with more is not a picture. */
const MAX_SEGMENTS = 1_000

/** The size of a picture, from its header alone; null if it is damaged or of another format. */
export function imageSize(source: ByteSource): ImageSize | null {
  const { head } = source
  const size =
    png(head) ??
    gif(head) ??
    webp(head) ??
    jpeg(source) ??
    tiff(source) ??
    bigTiff(source) ??
    bmp(head) ??
    rareImageSize(source)
  return size && size.width > 0 && size.height > 0 ? size : null
}

/** https://www.w3.org/TR/png-3/#11IHDR */
function png(head: Uint8Array): ImageSize | null {
  if (!startsAt(head, 0, '\x89PNG') || !startsAt(head, 12, 'IHDR')) return null
  return { width: u32be(head, 16), height: u32be(head, 20), bitDepth: head[24] ?? null }
}

function gif(head: Uint8Array): ImageSize | null {
  if (!startsAt(head, 0, 'GIF8')) return null
  return { width: u16le(head, 6), height: u16le(head, 8), bitDepth: 8 }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webp(head: Uint8Array): ImageSize | null {
  if (!startsAt(head, 0, 'RIFF') || !startsAt(head, 8, 'WEBP')) return null
  switch (latin1(head, 12, 16)) {
    case 'VP8X':
      return { width: (u32le(head, 24) & 0xff_ffff) + 1, height: (u32le(head, 27) & 0xff_ffff) + 1, bitDepth: 8 }
    case 'VP8L':
      return { width: (u32le(head, 21) & 0x3fff) + 1, height: ((u32le(head, 21) >>> 14) & 0x3fff) + 1, bitDepth: 8 }
    case 'VP8 ':
      return { width: u16le(head, 26) & 0x3fff, height: u16le(head, 28) & 0x3fff, bitDepth: 8 }
    default:
      return null
  }
}

/** ITU-T T.81, B.2.2: the frame header, after all segments before it. */
function jpeg(source: ByteSource): ImageSize | null {
  if (!startsAt(source.head, 0, '\xff\xd8')) return null
  let at = 2
  for (let i = 0; i < MAX_SEGMENTS; i++) {
    const segment = source.read(at, 10)
    if (segment.length < 10 || segment[0] !== 0xff) return null
    const marker = segment[1]!
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { width: u16be(segment, 7), height: u16be(segment, 5), bitDepth: segment[4]! }
    at += marker === 0xff ? 1 : 2 + u16be(segment, 2)
  }
  return null
}

const TAG_SUBFILE = 254
const TAG_WIDTH = 256
const TAG_HEIGHT = 257
const TAG_BITS = 258
const TAG_DIRECTORIES = 330
const SHORT = 3

/** Limit on the directories below the first; raw photos have up to four. */
const MAX_DIRECTORIES = 8

/** First bytes of TIFFs and of the raw photos that differ only in the second word, from Olympus and Panasonic. */
const tiffBeginnings = ['II*\0', 'MM\0*', 'IIRO', 'IIRS', 'MMOR', 'IIU\0']

/**
 * The size in the first directory of a TIFF. For raw photos it is the largest of all directories, because the first may
 * be a thumbnail.
 */
function tiff(source: ByteSource): ImageSize | null {
  if (!tiffBeginnings.some((beginning) => startsAt(source.head, 0, beginning))) return null
  const little = source.head[0] === 0x49
  const first = tiffDirectory(source, (little ? u32le : u32be)(source.head, 4), little)
  if (!first.isReduced) return first
  const others = first.below.map((at) => tiffDirectory(source, at, little)).filter(({ isReduced }) => !isReduced)
  return [...others, first].toSorted((a, b) => b.width * b.height - a.width * a.height)[0]!
}

function bigTiff(source: ByteSource): ImageSize | null {
  const classic = classicTiff(source)
  return classic && tiff(bytesSource(classic))
}

function tiffDirectory(source: ByteSource, at: number, little: boolean) {
  const u16 = little ? u16le : u16be
  const u32 = little ? u32le : u32be
  const directory = source.read(at, 2 + 12 * 256)
  const found = { width: 0, height: 0, bitDepth: null as number | null, isReduced: false, below: [] as number[] }
  for (let i = 0; i < Math.min(u16(directory, 0), 256); i++) {
    const entry = 2 + i * 12
    const value = u16(directory, entry + 2) === SHORT ? u16(directory, entry + 8) : u32(directory, entry + 8)
    const tag = u16(directory, entry)
    const count = u32(directory, entry + 4)
    if (tag === TAG_SUBFILE) found.isReduced = (value & 1) === 1
    if (tag === TAG_WIDTH) found.width = value
    if (tag === TAG_HEIGHT) found.height = value
    // With more than two channels, the value is an offset: the depths are stored elsewhere. All channels have the same
    // depth.
    if (tag === TAG_BITS)
      found.bitDepth = count <= 2 ? value : u16(source.read(u32(directory, entry + 8), 2), 0) || null
    if (tag === TAG_DIRECTORIES) {
      const list = count === 1 ? directory.subarray(entry + 8) : source.read(value, 4 * MAX_DIRECTORIES)
      found.below = Array.from({ length: Math.min(count, MAX_DIRECTORIES) }, (_, each) => u32(list, each * 4))
    }
  }
  return found
}

const OS2_HEADER_BYTES = 12

function bmp(head: Uint8Array): ImageSize | null {
  if (!startsAt(head, 0, 'BM') || head.length < 26) return null
  if (u32le(head, 14) === OS2_HEADER_BYTES) return { width: u16le(head, 18), height: u16le(head, 20), bitDepth: null }
  // If the height is negative, the first row is the top one.
  return { width: u32le(head, 18) | 0, height: Math.abs(u32le(head, 22) | 0), bitDepth: null }
}
