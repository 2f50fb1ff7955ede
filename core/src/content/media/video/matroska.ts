import type { ByteSource } from '../../types/byte-source.ts'
import { type FoundVideo, isoTime } from './video-facts.ts'

/** Limit on the elements before the first pictures, for damaged files. */
const MAX_ELEMENTS = 1_000

const EBML = 0x1a45dfa3
const SEGMENT = 0x18538067
const INFO = 0x1549a966
const TRACKS = 0x1654ae6b
const TRACK = 0xae
const CLUSTER = 0x1f43b675
const TITLE = 0x7ba9
const DATE = 0x4461
const TRACK_TYPE = 0x83
const DEFAULT_DURATION = 0x23e383

const VIDEO_TRACK = 1

/** The epoch of Matroska dates, which are in nanoseconds. */
const EPOCH_2001_MS = Date.UTC(2001)

const parents: ReadonlySet<number> = new Set([SEGMENT, INFO, TRACKS, TRACK])

/**
 * Reads the values that are not in the tracks of a Matroska or WebM (RFC 9559): the title, the date, and the duration
 * of one picture.
 */
export function readMatroska({ head }: ByteSource): FoundVideo | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.length < 4 || view.getUint32(0) !== EBML) return null
  const found: { title?: string; creation_time?: string | null; framesPerSecond?: number } = {}
  let type = 0
  for (const { id, at, length } of elements(head)) {
    if (id === TITLE) found.title = Buffer.from(head.subarray(at, at + length)).toString('utf8')
    if (id === DATE && length === 8) found.creation_time = isoTime(EPOCH_2001_MS + Number(view.getBigInt64(at)) / 1e6)
    if (id === TRACK) type = 0
    if (id === TRACK_TYPE) type = unsigned(head, at, length)
    if (id === DEFAULT_DURATION && type === VIDEO_TRACK) found.framesPerSecond ??= 1e9 / unsigned(head, at, length)
  }
  return found
}

function* elements(head: Uint8Array): Generator<{ id: number; at: number; length: number }> {
  let at = 0
  for (let i = 0; i < MAX_ELEMENTS; i++) {
    const id = variable(head, at, { keepMarker: true })
    const length = id && variable(head, at + id.bytes, { keepMarker: false })
    if (!length || id.value === CLUSTER) return
    const inside = at + id.bytes + length.bytes
    const isParent = parents.has(id.value)
    if (!isParent && inside + length.value > head.length) return
    yield { id: id.value, at: inside, length: length.value }
    at = inside + (isParent ? 0 : length.value)
  }
}

/** A number of variable length: its leading zeros give the length (RFC 8794, 4). */
function variable(
  bytes: Uint8Array,
  at: number,
  { keepMarker }: { keepMarker: boolean },
): { value: number; bytes: number } | null {
  const first = bytes[at]
  if (!first) return null
  const length = Math.clz32(first) - 23
  if (at + length > bytes.length) return null
  let value = keepMarker ? first : first & (0xff >> length)
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i]!
  return { value, bytes: length }
}

function unsigned(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let i = 0; i < Math.min(length, 8); i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}
