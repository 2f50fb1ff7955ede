import { type FileHandle, open } from 'node:fs/promises'
import { fsPath, type RawName } from '../../../../../util/file-name.ts'

/** The picture that a camera has embedded in its raw file, and its orientation. */
export interface EmbeddedJpeg {
  readonly jpeg: Buffer
  /** EXIF orientation, 1–8; null if the embedded picture states its own. */
  readonly orientation: number | null
}

/** Limit on directories, because in a damaged file they could form a circle. */
const MAX_DIRECTORIES = 64
const MAX_ENTRIES = 1_000
/** Limit on the values that are read from an entry. */
const MAX_VALUES = 4_096
const MAX_JPEG_BYTES = 128 * 2 ** 20
/** Smaller JPEGs are too small to be used. */
const MIN_JPEG_BYTES = 1_000

/** Tags of TIFF 6.0 and its supplements. */
const tags = {
  compression: 0x103,
  stripOffsets: 0x111,
  orientation: 0x112,
  stripBytes: 0x117,
  subDirectories: 0x14a,
  jpegOffset: 0x201,
  jpegBytes: 0x202,
  exif: 0x8769,
  /** Panasonic's own tag: the JPEG itself. */
  panasonicJpeg: 0x2e,
} as const
const wanted: ReadonlySet<number> = new Set(Object.values(tags))
const JPEG_COMPRESSIONS = [6, 7]
/** Size of a value in bytes, by the number of its type. */
const widths = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]
const [SHORT, LONG, DIRECTORY] = [3, 4, 13]

/** The first bytes of Fujifilm's raw photos. They contain a full-size JPEG with its own EXIF. */
const FUJIFILM = 'FUJIFILMCCD-RAW'

/**
 * Finds the largest JPEG in a raw photo that is based on TIFF, or is Fujifilm's; null if there is none, or for other
 * formats.
 */
export async function embeddedJpeg(source: RawName): Promise<EmbeddedJpeg | null> {
  await using file = await open(fsPath(source))
  const { size } = await file.stat()
  const head = await read({ file, size }, 0, 92)
  if (head.toString('latin1', 0, FUJIFILM.length) === FUJIFILM) {
    const jpeg = await read({ file, size }, u32(head, 84, false), Math.min(u32(head, 88, false), MAX_JPEG_BYTES))
    return isJpeg(jpeg) ? { jpeg, orientation: null } : null
  }
  const order = head.toString('latin1', 0, 2)
  if (head.length < 8 || (order !== 'II' && order !== 'MM')) return null
  const tiff = { file, size, little: order === 'II' }
  const { found, orientation } = await walk(tiff, u32(head, 4, tiff.little))
  for (const [offset, length] of found.toSorted((a, b) => b[1] - a[1])) {
    if (length < MIN_JPEG_BYTES || length > MAX_JPEG_BYTES) continue
    const jpeg = await read(tiff, offset, length)
    // The sensor data may be a JPEG too, but a lossless one, which decoders do not support.
    if (isJpeg(jpeg) && !isLossless(jpeg)) return { jpeg, orientation }
  }
  return null
}

function isJpeg(bytes: Buffer): boolean {
  return bytes.length >= MIN_JPEG_BYTES && bytes.readUInt16BE(0) === 0xffd8
}

interface Tiff {
  readonly file: FileHandle
  readonly size: number
  readonly little: boolean
}

/** A list of tags, and the offset of the next list. */
interface Directory {
  readonly numbers: ReadonlyMap<number, readonly number[]>
  /** The positions of long values, which are not read here. */
  readonly places: ReadonlyMap<number, readonly [offset: number, length: number]>
  readonly next: number
}

async function walk(tiff: Tiff, first: number) {
  const found: (readonly [offset: number, length: number])[] = []
  const queue = [first]
  const seen = new Set<number>()
  let orientation = 1
  while (queue.length > 0 && seen.size < MAX_DIRECTORIES) {
    const at = queue.shift()!
    if (at === 0 || at >= tiff.size || seen.has(at)) continue
    seen.add(at)
    const { numbers, places, next } = await readDirectory(tiff, at)
    const one = (tag: number) => numbers.get(tag)?.[0]
    if (seen.size === 1) orientation = one(tags.orientation) ?? 1
    queue.push(...(numbers.get(tags.subDirectories) ?? []), one(tags.exif) ?? 0, next)
    const [jpeg, jpegBytes] = [one(tags.jpegOffset), one(tags.jpegBytes)]
    if (jpeg !== undefined && jpegBytes !== undefined) found.push([jpeg, jpegBytes])
    const panasonic = places.get(tags.panasonicJpeg)
    if (panasonic) found.push(panasonic)
    const strips = numbers.get(tags.stripOffsets) ?? []
    if (strips.length === 1 && JPEG_COMPRESSIONS.includes(one(tags.compression) ?? 0))
      found.push([strips[0]!, one(tags.stripBytes) ?? 0])
  }
  return { found, orientation: orientation >= 1 && orientation <= 8 ? orientation : 1 }
}

async function readDirectory(tiff: Tiff, at: number): Promise<Directory> {
  const { little } = tiff
  const count = Math.min(u16(await read(tiff, at, 2), 0, little), MAX_ENTRIES)
  const bytes = await read(tiff, at + 2, count * 12 + 4)
  const numbers = new Map<number, number[]>()
  const places = new Map<number, [number, number]>()
  for (let entry = 0; entry < count * 12; entry += 12) {
    const tag = u16(bytes, entry, little)
    if (!wanted.has(tag)) continue
    const [type, length] = [u16(bytes, entry + 2, little), u32(bytes, entry + 4, little)]
    const width = widths[type] ?? 1
    const offset = u32(bytes, entry + 8, little)
    places.set(tag, [offset, length * width])
    if (length > MAX_VALUES) continue
    const inPlace = length * width <= 4
    const data = inPlace ? bytes.subarray(entry + 8, entry + 12) : await read(tiff, offset, length * width)
    const number = (i: number) => {
      if (type === SHORT) return u16(data, i * 2, little)
      return type === LONG || type === DIRECTORY ? u32(data, i * 4, little) : data[i * width]!
    }
    numbers.set(
      tag,
      Array.from({ length: Math.min(length, Math.floor(data.length / width)) }, (_, i) => number(i)),
    )
  }
  return { numbers, places, next: u32(bytes, count * 12, little) }
}

/** Returns 0 beyond the end, because a truncated file has no data there. */
function u16(from: Buffer, at: number, little: boolean): number {
  if (at + 2 > from.length) return 0
  return little ? from.readUInt16LE(at) : from.readUInt16BE(at)
}

function u32(from: Buffer, at: number, little: boolean): number {
  if (at + 4 > from.length) return 0
  return little ? from.readUInt32LE(at) : from.readUInt32BE(at)
}

/** Whether a JPEG is lossless, which the type of its first frame states. */
function isLossless(jpeg: Buffer): boolean {
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff;) {
    const marker = jpeg[at + 1]!
    if (marker === 0xc3 || marker === 0xc7 || marker === 0xcb || marker === 0xcf) return true
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) return false
    if (marker === 0xda) return false
    at += 2 + jpeg.readUInt16BE(at + 2)
  }
  return false
}

async function read({ file, size }: Pick<Tiff, 'file' | 'size'>, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - at)))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, at)
  return bytes.subarray(0, bytesRead)
}
