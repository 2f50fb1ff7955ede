import type { ByteSource } from '../types/byte-source.ts'
import { startsAt } from '../types/structure/bytes.ts'

/** Limits for a damaged file: tags of one directory, and bytes of all values together. */
const MAX_TAGS = 512
const MAX_VALUE_BYTES = 8_388_608

const HEAD_BYTES = 16
const COUNT_BYTES = 8
const ENTRY_BYTES = 20
const CLASSIC_HEAD_BYTES = 8
const CLASSIC_ENTRY_BYTES = 12

const EXIF_DIRECTORY = 34_665
const GPS_DIRECTORY = 34_853
/**
 * Tags that are left out: other directories, and the offsets of the pixels. Readers of tags do not need them, and the
 * offsets may not fit into four bytes.
 */
const OTHER_ADDRESSES: ReadonlySet<number> = new Set([273, 324, 330, 513, 40_965])

const LONG = 4
/** Types with eight bytes that BigTIFF adds: LONG8, SLONG8, IFD8. */
const WIDE_TYPES: ReadonlySet<number> = new Set([16, 17, 18])
/** Bytes of one value, by type. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]

interface Tag {
  readonly tag: number
  readonly type: number
  readonly count: number
  /** The value of the tag, or the tags of the directory that it refers to. */
  readonly value: Uint8Array | readonly Tag[]
}

/**
 * Converts the tags of a BigTIFF to an ordinary TIFF without pixels, because the readers of tags know only the
 * ordinary form. Null if the file is not a BigTIFF.
 */
export function classicTiff(source: ByteSource): Uint8Array | null {
  const little = startsAt(source.head, 0, 'II+\0\x08\0\0\0')
  if (!little && !startsAt(source.head, 0, 'MM\0+\0\x08\0\0')) return null
  const first = u64(viewOf(source.read(0, HEAD_BYTES)), 8, little)
  return first === null
    ? null
    : written(readDirectory(source, first, { little, isInner: false, room: { bytes: MAX_VALUE_BYTES } }), little)
}

function readDirectory(
  source: ByteSource,
  at: number,
  { little, isInner, room }: { little: boolean; isInner: boolean; room: { bytes: number } },
): readonly Tag[] {
  const count = Math.min(u64(viewOf(source.read(at, COUNT_BYTES)), 0, little) ?? 0, MAX_TAGS)
  const bytes = viewOf(source.read(at + COUNT_BYTES, count * ENTRY_BYTES))
  const tags: Tag[] = []
  for (let entry = 0; entry + ENTRY_BYTES <= bytes.byteLength; entry += ENTRY_BYTES) {
    const tag = bytes.getUint16(entry, little)
    const type = bytes.getUint16(entry + 2, little)
    const values = u64(bytes, entry + 4, little)
    const address = u64(bytes, entry + 12, little)
    if (values === null || OTHER_ADDRESSES.has(tag)) continue
    if (tag === EXIF_DIRECTORY || tag === GPS_DIRECTORY) {
      if (isInner || address === null) continue
      const inner = readDirectory(source, address, { little, isInner: true, room })
      tags.push({ tag, type: LONG, count: 1, value: inner })
      continue
    }
    const length = values * (TYPE_BYTES[type] ?? 0)
    if (length === 0 || length > room.bytes) continue
    room.bytes -= length
    const inside = new Uint8Array(bytes.buffer, bytes.byteOffset + entry + 12, 8)
    const value = length <= 8 ? inside.slice(0, length) : address === null ? null : source.read(address, length)
    if (value?.length !== length) continue
    const narrow = WIDE_TYPES.has(type) ? narrowed(value, little) : value
    if (narrow) tags.push({ tag, type: WIDE_TYPES.has(type) ? LONG : type, count: values, value: narrow })
  }
  return tags
}

/** Converts numbers of eight bytes to numbers of four bytes; null if a number is too large. */
function narrowed(value: Uint8Array, little: boolean): Uint8Array | null {
  const wide = viewOf(value)
  const narrow = new DataView(new ArrayBuffer(value.length / 2))
  for (let i = 0; i < value.length / 8; i++) {
    const number = u64(wide, i * 8, little)
    if (number === null || number > 0xffff_ffff) return null
    narrow.setUint32(i * 4, number, little)
  }
  return new Uint8Array(narrow.buffer)
}

function written(tags: readonly Tag[], little: boolean): Uint8Array {
  const bytes = new Uint8Array(CLASSIC_HEAD_BYTES + directoryBytes(tags))
  const view = viewOf(bytes)
  bytes.set(little ? [0x49, 0x49, 0x2a, 0] : [0x4d, 0x4d, 0, 0x2a])
  view.setUint32(4, CLASSIC_HEAD_BYTES, little)
  writeDirectory(tags, CLASSIC_HEAD_BYTES, { bytes, view, little })
  return bytes
}

function writeDirectory(
  tags: readonly Tag[],
  start: number,
  out: { readonly bytes: Uint8Array; readonly view: DataView; readonly little: boolean },
): void {
  const { bytes, little, view } = out
  view.setUint16(start, tags.length, little)
  let free = start + listBytes(tags)
  for (const [i, { count, tag, type, value }] of tags.entries()) {
    const entry = start + 2 + i * CLASSIC_ENTRY_BYTES
    view.setUint16(entry, tag, little)
    view.setUint16(entry + 2, type, little)
    view.setUint32(entry + 4, count, little)
    if (value instanceof Uint8Array && value.length <= 4) {
      bytes.set(value, entry + 8)
      continue
    }
    view.setUint32(entry + 8, free, little)
    if (value instanceof Uint8Array) bytes.set(value, free)
    else writeDirectory(value, free, out)
    free += outsideBytes(value)
  }
}

/** Size in bytes of a directory: the number of tags, the tags, and the offset of the next directory, which is 0. */
function listBytes(tags: readonly Tag[]): number {
  return 2 + tags.length * CLASSIC_ENTRY_BYTES + 4
}

function directoryBytes(tags: readonly Tag[]): number {
  return listBytes(tags) + tags.reduce((sum, { value }) => sum + outsideBytes(value), 0)
}

function outsideBytes(value: Tag['value']): number {
  if (value instanceof Uint8Array) return value.length <= 4 ? 0 : value.length
  return directoryBytes(value)
}

/** Null if the number is larger than any file. */
function u64(view: DataView, at: number, little: boolean): number | null {
  if (at + 8 > view.byteLength) return null
  const value = view.getBigUint64(at, little)
  return value > Number.MAX_SAFE_INTEGER ? null : Number(value)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
