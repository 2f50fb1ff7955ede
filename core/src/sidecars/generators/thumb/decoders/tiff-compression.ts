import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** Tags of TIFF 6.0. */
const COMPRESSION = 259
const STRIPS = { offsets: 273, counts: 279 }
const TILES = { offsets: 324, counts: 325 }
const SHORT = 3
const LONG = 4
const DEFLATE = 8
const ZSTD = 50_000
/**
 * Compressions that sharp is built without, and would show as black: LZMA, JBIG, JPEG 2000 (three numbers), WebP and
 * JPEG XL.
 */
const NOT_BUILT: ReadonlySet<number> = new Set([34_925, 34_661, 34_712, 33_003, 33_005, 50_001, 50_002])

const MAX_ENTRIES = 4_096
const MAX_PARTS = 100_000
/** Limits on the unpacked size of one part of a picture, and of all parts together. */
const MAX_PART_BYTES = 256 * 2 ** 20
const MAX_BYTES = 1_024 * 2 ** 20

interface Directory {
  readonly bytes: Buffer
  readonly isLittle: boolean
  /** The offset of each tag's entry. */
  readonly entries: ReadonlyMap<number, number>
}

/** Whether sharp cannot unpack a TIFF. `bytes` is the whole file, or its beginning. */
export function isUnknownToSharp(bytes: Buffer): boolean {
  const compression = compressionOf(bytes)
  return compression !== null && (NOT_BUILT.has(compression) || compression === ZSTD)
}

/**
 * Converts a TIFF with Zstandard compression to one with deflate, which sharp supports. Null if it has another
 * compression, or if this version of Node.js has no Zstandard. Throws an error if the data is damaged.
 */
export async function withoutZstd(bytes: Buffer): Promise<Buffer | null> {
  if (compressionOf(bytes) !== ZSTD || !('zstdDecompress' in zlib)) return null
  const found = firstDirectory(bytes)!
  const kind = found.entries.has(TILES.offsets) ? TILES : STRIPS
  const [offsets, counts] = [valuesAt(found, kind.offsets), valuesAt(found, kind.counts)]
  if (!offsets || offsets.length !== counts?.length) return null
  const unpack = promisify(zlib.zstdDecompress)
  const pack = promisify(zlib.deflate)
  const parts: Buffer[] = [Buffer.from(bytes)]
  let [at, unpacked] = [bytes.length, 0]
  const places: number[] = []
  const sizes: number[] = []
  for (const [i, offset] of offsets.entries()) {
    const raw = await unpack(bytes.subarray(offset, offset + counts[i]!), { maxOutputLength: MAX_PART_BYTES })
    unpacked += raw.length
    if (unpacked > MAX_BYTES) throw new Error('it unpacks to too much')
    const packed = await pack(raw, { level: 1 })
    parts.push(packed)
    places.push(at)
    sizes.push(packed.length)
    at += packed.length
  }
  // The new lists are stored as 32-bit numbers at the end of the file.
  for (const list of [places, sizes]) parts.push(list32(list, found.isLittle))
  const changed = Buffer.concat(parts)
  const write = writer(changed, found.isLittle)
  const entry = found.entries.get(COMPRESSION)!
  write.short(entry + 2, SHORT)
  write.long(entry + 4, 1)
  write.long(entry + 8, 0)
  write.short(entry + 8, DEFLATE)
  for (const [i, tag] of [kind.offsets, kind.counts].entries()) {
    const start = found.entries.get(tag)!
    write.short(start + 2, LONG)
    write.long(start + 4, places.length)
    write.long(start + 8, places.length === 1 ? (i === 0 ? places : sizes)[0]! : at + i * places.length * 4)
  }
  return changed
}

function list32(values: readonly number[], isLittle: boolean): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) writer(bytes, isLittle).long(i * 4, value)
  return bytes
}

function writer(bytes: Buffer, isLittle: boolean) {
  return {
    short: (at: number, value: number) => (isLittle ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at)),
    long: (at: number, value: number) => (isLittle ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at)),
  }
}

function compressionOf(bytes: Buffer): number | null {
  const found = firstDirectory(bytes)
  return (found && valuesAt(found, COMPRESSION)?.[0]) ?? null
}

/** The first directory; null for a BigTIFF, or if it is not in these bytes. */
function firstDirectory(bytes: Buffer): Directory | null {
  const order = bytes.toString('latin1', 0, 4)
  if (order !== 'II*\0' && order !== 'MM\0*') return null
  const isLittle = order === 'II*\0'
  const short = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const start = isLittle ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)
  if (start + 2 > bytes.length) return null
  const count = Math.min(MAX_ENTRIES, short(start))
  if (start + 2 + count * 12 > bytes.length) return null
  const entries = new Map<number, number>()
  for (let i = 0; i < count; i++) entries.set(short(start + 2 + i * 12), start + 2 + i * 12)
  return { bytes, isLittle, entries }
}

/** The numbers of an entry; null if the tag is missing, or if its values are not in these bytes. */
function valuesAt({ bytes, entries, isLittle }: Directory, tag: number): number[] | null {
  const entry = entries.get(tag)
  if (entry === undefined) return null
  const short = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const long = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const [type, count] = [short(entry + 2), long(entry + 4)]
  const size = type === SHORT ? 2 : type === LONG ? 4 : 0
  if (size === 0 || count === 0 || count > MAX_PARTS) return null
  const start = count * size <= 4 ? entry + 8 : long(entry + 8)
  if (start + count * size > bytes.length) return null
  return Array.from({ length: count }, (_, i) => (size === 2 ? short(start + i * 2) : long(start + i * 4)))
}
