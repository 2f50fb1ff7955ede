import type { ByteSource } from '../../types/byte-source.ts'
import { latin1, u16be, u32be } from '../../types/structure/bytes.ts'
import { type Box, boxesIn, boxIn } from '../boxes.ts'

export interface QuickTimeFacts {
  /** Texts by key: `com.apple.quicktime.make`, or `©mak` in the older form. */
  readonly values: ReadonlyMap<string, string>
  /** From the header, in milliseconds since 1970; null if the field is empty. */
  readonly createdMs: number | null
  readonly durationMs: number | null
  /** An XMP packet. */
  readonly xmp: Uint8Array | null
  /** The position in 3GPP's form (`loci`), in degrees. */
  readonly position: { readonly latitude: number; readonly longitude: number } | null
}

/** Values fit on one line; longer ones are skipped. */
const MAX_VALUE_BYTES = 1_024
const MAX_XMP_BYTES = 1_048_576

/** Seconds from the beginning of 1904, the epoch of QuickTime, to the beginning of 1970. */
const EPOCH_1904 = 2_082_844_800

/** The name of the box with an XMP packet (XMP specification, part 3). */
const XMP_UUID = 'be7acfcb97a942e89c71999491e3afac'
const UUID_BYTES = 16

const KEY_NAMESPACE_BYTES = 8
/** The type and the locale before a value. */
const DATA_HEAD_BYTES = 8

/** Reads the times and the texts in the header of a MOV or MP4; null if it has no header. */
export function readQuickTime(source: ByteSource): QuickTimeFacts | null {
  const found: Found = { values: new Map(), position: null, xmp: null }
  let times: Times | null = null
  for (const box of boxesIn(source, 0, source.size)) {
    if (box.name === 'moov' && !times) times = readMovie(source, box, found)
    if (box.name === 'uuid') found.xmp ??= xmpOf(source, box)
  }
  return times && { ...found, ...times }
}

type Times = Pick<QuickTimeFacts, 'createdMs' | 'durationMs'>

interface Found {
  readonly values: Map<string, string>
  position: QuickTimeFacts['position']
  xmp: Uint8Array | null
}

function readMovie(source: ByteSource, movie: Box, found: Found): Times {
  let times: Times = { createdMs: null, durationMs: null }
  const boxes = [...boxesIn(source, movie.start, movie.end)]
  for (const box of boxes) {
    if (box.name === 'mvhd') times = timesOf(source, box)
    if (box.name === 'meta') readMeta(source, box, found)
    if (box.name === 'udta') readUserData(source, box, found)
  }
  // An iPhone names its lens in the track.
  for (const { end, name, start } of boxes) {
    const meta = name === 'trak' && boxIn(source, 'meta', start, end)
    if (meta) readMeta(source, meta, found)
  }
  return times
}

function readUserData(source: ByteSource, { start, end }: Box, found: Found): void {
  for (const box of boxesIn(source, start, end)) {
    if (box.name === 'meta') readMeta(source, box, found)
    if (box.name === 'XMP_') found.xmp ??= source.read(box.start, Math.min(box.end - box.start, MAX_XMP_BYTES))
    if (box.name === 'loci') found.position ??= positionOf(source, box)
    // The text follows its length and its language code.
    if (box.name.startsWith('©')) {
      const length = u16be(source.read(box.start, 2), 0)
      keep(found, box.name, textAt(source, box.start + 4, Math.min(box.end, box.start + 4 + length)))
    }
  }
}

/**
 * Texts by key, from a `meta` box. The keys are stored there as texts, or are the four letters of a box's name
 * (QuickTime File Format, Metadata).
 */
function readMeta(source: ByteSource, { start, end }: Box, found: Found): void {
  // In QuickTime the boxes begin at once; in MP4 a version comes first.
  const from = latin1(source.read(start + 4, 4), 0, 4) === 'hdlr' ? start : start + 4
  const boxes = [...boxesIn(source, from, end)]
  const keys = boxes.find(({ name }) => name === 'keys')
  const list = boxes.find(({ name }) => name === 'ilst')
  if (!list) return
  // The keys are stored like boxes, with the key as their content.
  const names = keys
    ? [...boxesIn(source, keys.start + KEY_NAMESPACE_BYTES, keys.end)].map((key) => textAt(source, key.start, key.end))
    : []
  for (const item of boxesIn(source, list.start, list.end)) {
    const data = boxIn(source, 'data', item.start, item.end)
    const key = keys ? names[item.number - 1] : item.name
    if (data && key !== undefined && data.end - data.start > DATA_HEAD_BYTES)
      keep(found, key, textAt(source, data.start + DATA_HEAD_BYTES, data.end))
  }
}

/**
 * The position in a `loci` box (3GPP TS 26.244, 8.10): a name, a role, and three fixed-point numbers with 16
 * fractional bits.
 */
function positionOf(source: ByteSource, { start, end }: Box): QuickTimeFacts['position'] {
  const bytes = source.read(start, Math.min(end - start, MAX_VALUE_BYTES))
  const nameEnd = bytes.indexOf(0, 6)
  if (nameEnd < 0 || nameEnd + 10 > bytes.length) return null
  const [longitude, latitude] = [nameEnd + 2, nameEnd + 6].map((at) => (u32be(bytes, at) | 0) / 65_536)
  return { latitude: latitude!, longitude: longitude! }
}

function xmpOf(source: ByteSource, { start, end }: Box): Uint8Array | null {
  const isXmp = Buffer.from(source.read(start, UUID_BYTES)).toString('hex') === XMP_UUID
  return isXmp ? source.read(start + UUID_BYTES, Math.min(end - start - UUID_BYTES, MAX_XMP_BYTES)) : null
}

function timesOf(source: ByteSource, { start, end }: Box): Times {
  const bytes = source.read(start, Math.min(end - start, 32))
  const isWide = bytes[0] === 1
  if (bytes.length < (isWide ? 32 : 20)) return { createdMs: null, durationMs: null }
  const u64 = (at: number) => u32be(bytes, at) * 0x1_0000_0000 + u32be(bytes, at + 4)
  const created = isWide ? u64(4) : u32be(bytes, 4)
  const scale = u32be(bytes, isWide ? 20 : 12)
  const duration = isWide ? u64(24) : u32be(bytes, 16)
  return {
    createdMs: created > EPOCH_1904 ? (created - EPOCH_1904) * 1_000 : null,
    durationMs: scale > 0 && duration > 0 ? Math.round((duration * 1_000) / scale) : null,
  }
}

/** Stores a text unless its key already has one: the values of the film are read before those of its tracks. */
function keep({ values }: Found, key: string, text: string): void {
  if (text !== '' && !values.has(key)) values.set(key, text)
}

function textAt(source: ByteSource, start: number, end: number): string {
  const bytes = source.read(start, Math.min(Math.max(0, end - start), MAX_VALUE_BYTES))
  return Buffer.from(bytes).toString('utf8').replaceAll('\0', '')
}
