import type { ByteSource } from '../types/byte-source.ts'
import { latin1, startsAt, u16le, u32le } from '../types/structure/bytes.ts'
import type { ImageTags } from './image-tags.ts'
import { jpegSegments } from './jpeg-segments.ts'

// Tags of cameras older than EXIF. Canon stored them as CIFF (Camera Image File Format 1.0), in JPEG and in its raw
// photos (CRW); Olympus and Agfa stored them as text.

const APP0 = 0xe0
const APP12 = 0xec

/**
 * Limits for a damaged file: on the tags of one directory, on nested directories, and on the text of an old Olympus.
 */
const MAX_TAGS = 200
const MAX_LEVELS = 4
const MAX_TEXT_BYTES = 8_192
/** Limit on the size of one tag. */
const MAX_TAG_BYTES = 1_024

/** The tags of a camera older than EXIF; null if the picture has none. */
export function olderTags(source: ByteSource): ImageTags | null {
  const { head } = source
  if (startsAt(head, 6, 'HEAPCCDR')) return ciffTags((at, length) => source.read(at, length), source.size)
  if (!startsAt(head, 0, '\xff\xd8')) return null
  for (const { marker, content } of jpegSegments(head)) {
    if (marker === APP0 && startsAt(content, 6, 'HEAPJPGM'))
      return ciffTags((at, length) => content.subarray(at, at + length), content.length)
    if (marker === APP12) {
      const text = latin1(content, 0, MAX_TEXT_BYTES)
      if (text.includes('[picture info]')) return pictureInfo(text)
    }
  }
  return null
}

type ReadBytes = (at: number, length: number) => Uint8Array

const MAKE_AND_MODEL = 0x080a
const SIZE = 0x1810
const TIME = 0x180e
const FOCAL_LENGTH = 0x1029
/** Bit of a tag whose value is in the directory entry itself, not in the heap. */
const IS_INSIDE = 0x4000
const KIND = 0x3800
const DIRECTORIES: ReadonlySet<number> = new Set([0x2800, 0x3000])

function ciffTags(read: ReadBytes, size: number): ImageTags {
  const found = new Map<number, Uint8Array>()
  readHeap(read, { start: u32le(read(2, 4), 0), end: size, level: 0, found })
  const names = latin1(found.get(MAKE_AND_MODEL) ?? new Uint8Array(), 0, MAX_TAG_BYTES).split('\0')
  const time = u32le(found.get(TIME) ?? new Uint8Array(), 0)
  const frame = found.get(SIZE) ?? new Uint8Array()
  const focal = u16le(found.get(FOCAL_LENGTH) ?? new Uint8Array(), 2)
  return {
    ifd0: { Make: names[0], Model: names[1] },
    exif: {
      ...(time > 0 && { DateTimeOriginal: exifTime(time) }),
      ...(focal > 0 && { FocalLength: focal }),
      ...(u32le(frame, 0) > 0 && { ExifImageWidth: u32le(frame, 0), ExifImageHeight: u32le(frame, 4) }),
    },
  }
}

/**
 * The last four bytes of a heap are the offset of its directory. This offset and those in the directory are relative
 * to the start of the heap.
 */
function readHeap(
  read: ReadBytes,
  heap: {
    readonly start: number
    readonly end: number
    readonly level: number
    readonly found: Map<number, Uint8Array>
  },
): void {
  const { end, found, level, start } = heap
  if (level >= MAX_LEVELS || end - start < 4) return
  const directory = start + u32le(read(end - 4, 4), 0)
  const count = Math.min(u16le(read(directory, 2), 0), MAX_TAGS)
  const entries = read(directory + 2, count * 10)
  for (let at = 0; at + 10 <= entries.length; at += 10) {
    const tag = u16le(entries, at)
    const length = u32le(entries, at + 2)
    const offset = start + u32le(entries, at + 6)
    if (DIRECTORIES.has(tag & KIND)) readHeap(read, { start: offset, end: offset + length, level: level + 1, found })
    else if (tag & IS_INSIDE) found.set(tag & ~IS_INSIDE, entries.subarray(at + 2, at + 10))
    else found.set(tag, read(offset, Math.min(length, MAX_TAG_BYTES)))
  }
}

/** `Shutter` is in microseconds. */
function pictureInfo(text: string): ImageTags {
  const value = (name: string) => new RegExp(`[\\r\\n]${name}=F?(\\d+(?:\\.\\d+)?)`).exec(text)?.[1]
  const [time, shutter, aperture] = [value('TimeDate'), value('Shutter'), value('FNumber')]
  return {
    exif: {
      ...(time !== undefined && { DateTimeOriginal: exifTime(Number(time)) }),
      ...(shutter !== undefined && { ExposureTime: Number(shutter) / 1_000_000 }),
      ...(aperture !== undefined && { FNumber: Number(aperture) }),
    },
  }
}

/** Formats a time like EXIF. `seconds` are counted since 1970 on the camera's clock. */
function exifTime(seconds: number): string | undefined {
  const time = new Date(seconds * 1_000)
  return Number.isNaN(time.getTime())
    ? undefined
    : time.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ')
}
