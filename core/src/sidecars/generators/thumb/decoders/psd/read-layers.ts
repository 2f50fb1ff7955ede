import { inflateSync } from 'node:zlib'
import { CoreError } from '../../../../../util/errors.ts'
import { type Blend, drawLayer, type Layer } from '../layers/compose.ts'
import type { RawPixels } from '../raw-pixels.ts'
import { unpackBits } from './pack-bits.ts'

// Adobe Photoshop File Formats Specification, “Layer and Mask Information Section”.

export interface LayeredPsd {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
  /** Whether the file is a PSB, in which numbers have eight bytes. */
  readonly large: boolean
  /** Number of colour channels: 1 or 3. */
  readonly colours: 1 | 3
}

interface Channel {
  /** 0 to 2 is a colour, -1 the opacity, -2 the mask. */
  readonly id: number
  readonly at: number
  readonly length: number
}

interface Box {
  readonly top: number
  readonly left: number
  readonly width: number
  readonly height: number
}

interface Mask extends Box {
  /** The value outside the box. */
  readonly otherwise: number
}

interface LayerRecord extends Box {
  readonly channels: readonly Channel[]
  readonly blend: Blend
  readonly opacity: number
  readonly isHidden: boolean
  /** Whether the layer is shown only where the layer below it is. */
  readonly isClipped: boolean
  readonly mask: Mask | null
  /** Whether this record is the upper or the lower end of a group; null for a layer. */
  readonly group: 'begin' | 'end' | null
}

/**
 * Limit on the pixels of a layer. The picture and one layer are in memory at the same time, with four bytes per pixel.
 */
const MAX_LAYER_PIXELS = 8e7
/** Limits for a damaged file. */
const MAX_LAYERS = 2_000
const MAX_CHANNELS = 60

const blends: Readonly<Record<string, Blend>> = {
  'mul ': 'multiply',
  scrn: 'screen',
  over: 'overlay',
  diff: 'difference',
  lddg: 'add',
  fsub: 'subtract',
  dark: 'darken',
  lite: 'lighten',
}

/** Limit on the compression ratio: two bytes make at most 128. */
const MOST_UNROLLED = 64
const HIDDEN = 2
const MASK_IS_OFF = 2

/**
 * Draws the visible layers of a Photoshop document with eight bits per channel, one over another; null if there are
 * none. Rare blend modes are treated as normal, and adjustment layers are left out. Throws `Corrupt`, `Unsupported`.
 */
export function drawLayers(file: LayeredPsd, start: number): RawPixels | null {
  const { height, width } = file
  try {
    const shown = visible(readRecords(file, start))
    if (shown.length === 0) return null
    if (width * height > MAX_LAYER_PIXELS) throw tooLarge()
    const canvas = { data: new Uint8Array(width * height * 4), width, height }
    let below: Layer | null = null
    for (const record of shown) {
      const layer = readLayer(file, record)
      if (record.isClipped && below) clip(layer, below)
      else below = layer
      drawLayer(canvas, layer)
    }
    return { ...canvas, channels: 4 }
  } catch (err) {
    if (err instanceof RangeError) throw new CoreError('Corrupt', 'it is cut off or damaged', { cause: err })
    throw err
  }
}

/** The layers to draw, the lowest first. Layers that are hidden, or are in a hidden group, are left out. */
function visible(records: readonly LayerRecord[]): LayerRecord[] {
  const shown: LayerRecord[] = []
  const groups: boolean[] = []
  for (const record of records.toReversed()) {
    const isShown = !record.isHidden && groups.every(Boolean)
    if (record.group === 'begin') groups.push(isShown)
    else if (record.group === 'end') groups.pop()
    else if (isShown && record.width > 0 && record.height > 0) shown.push(record)
  }
  return shown.toReversed()
}

function readRecords({ bytes, large }: LayeredPsd, start: number): LayerRecord[] {
  const lengthBytes = large ? 8 : 4
  const count = Math.abs(bytes.readInt16BE(start + lengthBytes))
  if (count > MAX_LAYERS) throw new CoreError('Unsupported', `it has more than ${MAX_LAYERS} layers`)
  let at = start + lengthBytes + 2
  const records = Array.from({ length: count }, () => {
    const box = boxAt(bytes, at)
    const channelCount = bytes.readUInt16BE(at + 16)
    if (channelCount > MAX_CHANNELS) throw new CoreError('Corrupt', 'it is cut off or damaged')
    at += 18
    const channels = Array.from({ length: channelCount }, () => {
      const length = large ? Number(bytes.readBigUInt64BE(at + 2)) : bytes.readUInt32BE(at + 2)
      const found = { id: bytes.readInt16BE(at), length }
      at += 2 + lengthBytes
      return found
    })
    const extras = at + 16
    const end = extras + bytes.readUInt32BE(at + 12)
    const record = {
      ...box,
      channels,
      blend: blends[bytes.toString('latin1', at + 4, at + 8)] ?? ('normal' as const),
      opacity: bytes.readUInt8(at + 8) / 255,
      isClipped: bytes.readUInt8(at + 9) === 1,
      isHidden: (bytes.readUInt8(at + 10) & HIDDEN) !== 0,
      mask: maskAt(bytes, extras),
      group: groupAt(bytes, extras, end),
    }
    at = end
    return record
  })
  // The channels of all layers come after the records, in the same order.
  return records.map(({ channels, ...record }) => ({
    ...record,
    channels: channels.map((channel) => {
      const placed = { ...channel, at }
      at += channel.length
      return placed
    }),
  }))
}

function boxAt(bytes: Buffer, at: number): Box {
  const [top, left, bottom, right] = [0, 4, 8, 12].map((offset) => bytes.readInt32BE(at + offset)) as [
    number,
    number,
    number,
    number,
  ]
  return { top, left, width: Math.max(0, right - left), height: Math.max(0, bottom - top) }
}

function maskAt(bytes: Buffer, extras: number): Mask | null {
  if (bytes.readUInt32BE(extras) < 18) return null
  const isOff = (bytes.readUInt8(extras + 21) & MASK_IS_OFF) !== 0
  return isOff ? null : { ...boxAt(bytes, extras + 4), otherwise: bytes.readUInt8(extras + 20) }
}

/**
 * Whether a record is an end of a group, which the key `lsct` states. The mask, the ranges and the name come before
 * the keys.
 */
function groupAt(bytes: Buffer, extras: number, end: number): 'begin' | 'end' | null {
  const ranges = extras + 4 + bytes.readUInt32BE(extras)
  const name = ranges + 4 + bytes.readUInt32BE(ranges)
  // The name is padded to a multiple of four bytes.
  let at = name + ((bytes.readUInt8(name) + 4) & ~3)
  while (at + 12 <= end) {
    const length = bytes.readUInt32BE(at + 8)
    if (bytes.toString('latin1', at + 4, at + 8) === 'lsct') {
      const type = bytes.readUInt32BE(at + 12)
      return type === 1 || type === 2 ? 'begin' : type === 3 ? 'end' : null
    }
    at += 12 + length + (length & 1)
  }
  return null
}

function readLayer(file: LayeredPsd, record: LayerRecord): Layer {
  const { blend, height, left, mask, opacity, top, width } = record
  if (width * height > MAX_LAYER_PIXELS) throw tooLarge()
  const read = record.channels.flatMap((channel) => {
    const targets = targetsOf(channel.id, file.colours)
    return targets.length === 0 ? [] : [{ targets, values: channelOf(file, channel, record) }]
  })
  const data = new Uint8Array(width * height * 4).fill(255)
  for (const { targets, values } of read)
    for (const target of targets) for (let i = 0; i < values.length; i++) data[i * 4 + target] = values[i]!
  const masked = record.channels.find(({ id }) => id === -2)
  if (mask && masked) {
    if (mask.width * mask.height > MAX_LAYER_PIXELS) throw tooLarge()
    const values = channelOf(file, masked, mask)
    limit(data, record, (x, y) => {
      const [column, row] = [x - mask.left, y - mask.top]
      const isInside = column >= 0 && row >= 0 && column < mask.width && row < mask.height
      return isInside ? values[row * mask.width + column]! : mask.otherwise
    })
  }
  return { data, width, height, x: left, y: top, opacity, blend }
}

/** The offsets in a pixel to which the values of a channel belong: red, green, blue, opacity. */
function targetsOf(id: number, colours: 1 | 3): readonly number[] {
  if (id === -1) return [3]
  if (colours === 1) return id === 0 ? [0, 1, 2] : []
  return id >= 0 && id < 3 ? [id] : []
}

function clip(layer: Layer, to: Layer): void {
  const box = { top: layer.y, left: layer.x, width: layer.width, height: layer.height }
  limit(layer.data, box, (x, y) => {
    const [column, row] = [x - to.x, y - to.y]
    const isInside = column >= 0 && row >= 0 && column < to.width && row < to.height
    return isInside ? to.data[(row * to.width + column) * 4 + 3]! * to.opacity : 0
  })
}

/** Multiplies the opacity of pixels by a value from 0 to 255. */
function limit(data: Uint8Array, { height, left, top, width }: Box, by: (x: number, y: number) => number): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4 + 3
      data[at] = Math.round((data[at]! * by(left + x, top + y)) / 255)
    }
}

function channelOf({ bytes, large }: LayeredPsd, { at, length }: Channel, { height, width }: Box): Uint8Array {
  const compression = bytes.readUInt16BE(at)
  const packed = bytes.subarray(at + 2, at + length)
  const size = width * height
  if (compression === 0) return whole(packed, size)
  if (compression === 1) return unrolled(packed, { width, height, lengthBytes: large ? 4 : 2 })
  if (compression !== 2 && compression !== 3) throw new CoreError('Corrupt', 'it is cut off or damaged')
  const values = inflated(packed, size)
  // Each value is stored as its difference from the value to its left.
  if (compression === 3)
    for (let i = 0; i < size; i++) if (i % width > 0) values[i] = (values[i]! + values[i - 1]!) & 255
  return values
}

function unrolled(
  packed: Buffer,
  { height, lengthBytes, width }: { readonly width: number; readonly height: number; readonly lengthBytes: 2 | 4 },
): Uint8Array {
  let at = height * lengthBytes
  if ((packed.length - at) * MOST_UNROLLED < width * height) throw new CoreError('Corrupt', 'it is cut off or damaged')
  const out = Buffer.alloc(width * height)
  for (let y = 0; y < height; y++) {
    const length = packed.readUIntBE(y * lengthBytes, lengthBytes)
    unpackBits(packed.subarray(at, at + length), out.subarray(y * width, (y + 1) * width))
    at += length
  }
  return out
}

function inflated(packed: Buffer, size: number): Uint8Array {
  try {
    return whole(inflateSync(packed, { maxOutputLength: size }), size)
  } catch (cause) {
    throw new CoreError('Corrupt', 'it is cut off or damaged', { cause })
  }
}

function whole(values: Uint8Array, size: number): Uint8Array {
  if (values.length < size) throw new CoreError('Corrupt', 'it is cut off or damaged')
  return values.subarray(0, size)
}

function tooLarge(): CoreError {
  return new CoreError('Unsupported', `a layer has more than ${MAX_LAYER_PIXELS} pixels`)
}
