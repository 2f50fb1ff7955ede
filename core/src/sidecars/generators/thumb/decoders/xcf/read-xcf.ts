import { inflateSync } from 'node:zlib'
import { CoreError } from '../../../../../util/errors.ts'
import { type Blend, drawLayer } from '../layers/compose.ts'
import type { RawPixels } from '../raw-pixels.ts'

// GIMP's file format: developer.gimp.org/core/standards/xcf

const HEADING = 'gimp xcf '
const PROPERTIES = {
  end: 0,
  colourMap: 1,
  opacity: 6,
  mode: 7,
  visible: 8,
  applyMask: 11,
  offsets: 15,
  compression: 17,
  parasites: 21,
  path: 30,
} as const
const GREY = 1
const INDEXED = 2
const TILE = 64
/**
 * Limit on the pixels of a layer. The picture and one layer are in memory at the same time, with four bytes per pixel.
 */
const MAX_LAYER_PIXELS = 8e7
/** Limits for a damaged file. */
const MAX_LAYERS = 1_000
const MAX_PROPERTIES = 1_000

const blends: Readonly<Record<number, Blend>> = {
  3: 'multiply',
  4: 'screen',
  5: 'overlay',
  6: 'difference',
  7: 'add',
  8: 'subtract',
  9: 'darken',
  10: 'lighten',
  23: 'overlay',
  30: 'multiply',
  31: 'screen',
  32: 'difference',
  33: 'add',
  34: 'subtract',
  35: 'darken',
  36: 'lighten',
}

interface XcfFile {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
  readonly baseType: number
  /** Whether addresses have eight bytes, as since version 11. */
  readonly isWide: boolean
  readonly compression: number
  readonly colourMap: Buffer
  readonly samples: Samples
}

/** The size of a sample in bytes, and a function that converts it to a value from 0 to 255. */
interface Samples {
  readonly bytes: number
  readonly read: (from: Buffer, at: number) => number
}

type Properties = ReadonlyMap<number, Buffer>

/**
 * Reads the visible layers of a GIMP picture, drawn over each other. Rare blend modes are treated as normal. Throws
 * `Corrupt`, `Unsupported`.
 */
export function readXcf(bytes: Buffer): { pixels: RawPixels; profile: Buffer | undefined } {
  try {
    return composed(bytes)
  } catch (err) {
    if (err instanceof RangeError) throw new CoreError('Corrupt', 'it is cut off or damaged', { cause: err })
    throw err
  }
}

function composed(bytes: Buffer): { pixels: RawPixels; profile: Buffer | undefined } {
  if (bytes.toString('latin1', 0, HEADING.length) !== HEADING) throw new CoreError('Corrupt', 'it is no GIMP picture')
  const version = Number(/^v(\d{3})/.exec(bytes.toString('latin1', 9, 13))?.[1] ?? 0)
  const [width, height, baseType] = [bytes.readUInt32BE(14), bytes.readUInt32BE(18), bytes.readUInt32BE(22)]
  if (width === 0 || height === 0) throw new CoreError('Corrupt', 'it has no size')
  if (width * height > MAX_LAYER_PIXELS)
    throw new CoreError('Unsupported', `its ${width} × ${height} pixels are more than ${MAX_LAYER_PIXELS}`)
  const samples = samplesOf(version < 4 ? 150 : bytes.readUInt32BE(26), version)
  const { at, properties } = readProperties(bytes, version < 4 ? 26 : 30)
  const file: XcfFile = {
    bytes,
    width,
    height,
    baseType,
    isWide: version >= 11,
    compression: properties.get(PROPERTIES.compression)?.[0] ?? 0,
    colourMap: properties.get(PROPERTIES.colourMap)?.subarray(4) ?? Buffer.alloc(0),
    samples,
  }
  const canvas = { data: new Uint8Array(width * height * 4), width, height }
  // The first layer in the file is the uppermost one.
  for (const address of addresses(file, at, MAX_LAYERS).toReversed()) {
    const layer = readLayer(file, address)
    if (layer) drawLayer(canvas, layer)
  }
  const profile = parasite(properties.get(PROPERTIES.parasites), 'icc-profile')
  return { pixels: { ...canvas, channels: 4 }, profile: baseType === GREY ? undefined : profile }
}

/**
 * Reads a layer. Null for a hidden layer, and for a layer in a group, because the group has the picture of its layers.
 */
function readLayer(file: XcfFile, address: number) {
  const { bytes } = file
  const [width, height] = [bytes.readUInt32BE(address), bytes.readUInt32BE(address + 4)]
  const { at, properties } = readProperties(bytes, afterText(bytes, address + 12))
  const number = (property: number, otherwise: number) => properties.get(property)?.readUInt32BE(0) ?? otherwise
  const isInGroup = (properties.get(PROPERTIES.path)?.length ?? 0) > 4
  if (number(PROPERTIES.visible, 1) === 0 || isInGroup) return null
  const pixels = readHierarchy(file, addressAt(file, at), { width, height })
  const data = inColour(file, pixels)
  const mask = addressAt(file, at + (file.isWide ? 8 : 4))
  if (mask !== 0 && number(PROPERTIES.applyMask, 1) !== 0) applyMask(file, mask, { data, width, height })
  const offsets = properties.get(PROPERTIES.offsets)
  return {
    data,
    width,
    height,
    x: offsets?.readInt32BE(0) ?? 0,
    y: offsets?.readInt32BE(4) ?? 0,
    opacity: number(PROPERTIES.opacity, 255) / 255,
    blend: blends[number(PROPERTIES.mode, 0)] ?? 'normal',
  }
}

function applyMask(
  file: XcfFile,
  address: number,
  { data, width, height }: { readonly data: Uint8Array; readonly width: number; readonly height: number },
): void {
  const { at } = readProperties(file.bytes, afterText(file.bytes, address + 8))
  const { channels, values } = readHierarchy(file, addressAt(file, at), { width, height })
  for (let i = 0; i < width * height; i++)
    data[i * 4 + 3] = Math.round((data[i * 4 + 3]! * values[i * channels]!) / 255)
}

interface Values {
  readonly values: Uint8Array
  readonly channels: number
}

/** The samples of a layer or a mask, from 0 to 255, in tiles of 64 × 64. */
function readHierarchy(
  file: XcfFile,
  address: number,
  { width, height }: { readonly width: number; readonly height: number },
): Values {
  const { bytes, samples } = file
  if (width * height > MAX_LAYER_PIXELS)
    throw new CoreError('Unsupported', `a layer has more than ${MAX_LAYER_PIXELS} pixels`)
  const pixelBytes = bytes.readUInt32BE(address + 8)
  const channels = pixelBytes / samples.bytes
  if (![1, 2, 3, 4].includes(channels)) throw new CoreError('Corrupt', 'a layer has an unknown form')
  const level = addressAt(file, address + 12)
  const across = Math.ceil(width / TILE)
  const count = across * Math.ceil(height / TILE)
  const tiles = addresses(file, level + 8, count)
  if (tiles.length < count) throw new CoreError('Corrupt', 'it is cut off or damaged')
  const values = new Uint8Array(width * height * channels)
  for (const [i, at] of tiles.entries()) {
    const [left, top] = [(i % across) * TILE, Math.floor(i / across) * TILE]
    const [wide, high] = [Math.min(TILE, width - left), Math.min(TILE, height - top)]
    const tile = unpacked(file, at, { pixels: wide * high, pixelBytes })
    for (let y = 0; y < high; y++) {
      let out = ((top + y) * width + left) * channels
      for (let from = y * wide * pixelBytes; from < (y + 1) * wide * pixelBytes; from += samples.bytes)
        values[out++] = samples.read(tile, from)
    }
  }
  return { values, channels }
}

function unpacked(
  { bytes, compression }: XcfFile,
  at: number,
  { pixels, pixelBytes }: { readonly pixels: number; readonly pixelBytes: number },
): Buffer {
  const length = pixels * pixelBytes
  if (compression === 0) return whole(bytes.subarray(at, at + length), length)
  if (compression === 1) return unrolled(bytes, at, { pixels, pixelBytes })
  if (compression !== 2) throw new CoreError('Unsupported', `its pixels are packed in an unknown way (${compression})`)
  try {
    // The data may be followed by the next tile.
    return whole(inflateSync(bytes.subarray(at), { maxOutputLength: length }), length)
  } catch (cause) {
    throw new CoreError('Corrupt', 'its pixels are damaged', { cause })
  }
}

/**
 * Unpacks runs of equal bytes and of different bytes. The first bytes of all pixels come first, then all second bytes,
 * and so on.
 */
function unrolled(
  bytes: Buffer,
  start: number,
  { pixels, pixelBytes }: { readonly pixels: number; readonly pixelBytes: number },
): Buffer {
  const out = Buffer.alloc(pixels * pixelBytes)
  let at = start
  for (let plane = 0; plane < pixelBytes; plane++) {
    for (let done = 0; done < pixels;) {
      const code = bytes.readUInt8(at++)
      const isRun = code < 128
      let count = isRun ? code + 1 : 256 - code
      if (code === 127 || code === 128) {
        count = bytes.readUInt16BE(at)
        at += 2
      }
      if (count === 0) throw new CoreError('Corrupt', 'its pixels are damaged')
      for (let i = 0; i < count && done < pixels; i++, done++)
        out[done * pixelBytes + plane] = bytes.readUInt8(isRun ? at : at + i)
      at += isRun ? 1 : count
    }
  }
  return out
}

function whole(tile: Buffer, length: number): Buffer {
  if (tile.length < length) throw new CoreError('Corrupt', 'it is cut off or damaged')
  return tile
}

/** Converts values to red, green, blue and opacity. */
function inColour({ baseType, colourMap }: XcfFile, { channels, values }: Values): Uint8Array {
  const isColour = channels > 2
  const hasAlpha = channels === 2 || channels === 4
  const out = new Uint8Array((values.length / channels) * 4)
  for (let at = 0, to = 0; at < values.length; at += channels, to += 4) {
    for (let i = 0; i < 3; i++)
      out[to + i] = baseType === INDEXED ? (colourMap[values[at]! * 3 + i] ?? 0) : values[isColour ? at + i : at]!
    out[to + 3] = hasAlpha ? values[at + channels - 1]! : 255
  }
  return out
}

/**
 * The format of samples, by the number of the precision. Its hundreds state the type; 50 more mean that values follow
 * the curve of a screen instead of linear light. Opacity has no curve, but the difference is too small to see in a
 * thumbnail. Numbers are big-endian since version 12.
 */
function samplesOf(precision: number, version: number): Samples {
  const isLight = precision % 100 === 0
  const curve = (value: number) => Math.round(255 * (isLight ? signalOf(value) : Math.min(1, Math.max(0, value))))
  const big = version >= 12
  switch (Math.floor(precision / 100)) {
    case 1: {
      const table = Uint8Array.from({ length: 256 }, (_, i) => curve(i / 255))
      return { bytes: 1, read: (from, at) => table[from[at]!]! }
    }
    case 2:
      return { bytes: 2, read: (from, at) => curve((big ? from.readUInt16BE(at) : from.readUInt16LE(at)) / 65_535) }
    case 3:
      return {
        bytes: 4,
        read: (from, at) => curve((big ? from.readUInt32BE(at) : from.readUInt32LE(at)) / 0xffff_ffff),
      }
    case 5:
      return { bytes: 2, read: (from, at) => curve(halfOf(big ? from.readUInt16BE(at) : from.readUInt16LE(at))) }
    case 6:
      return { bytes: 4, read: (from, at) => curve(big ? from.readFloatBE(at) : from.readFloatLE(at)) }
    default:
      throw new CoreError('Unsupported', `its colours have an unknown form (${precision})`)
  }
}

/** The stored sRGB value of linear light (IEC 61966-2-1). */
function signalOf(light: number): number {
  if (!(light > 0)) return 0
  return light >= 1 ? 1 : light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055
}

/** A number with half precision (IEEE 754). */
function halfOf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1_023]
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1_024) * 2 ** (exponent - 15)
  return bits & 0x8000 ? -size : size
}

function readProperties(bytes: Buffer, start: number): { at: number; properties: Properties } {
  const properties = new Map<number, Buffer>()
  let at = start
  for (let i = 0; i < MAX_PROPERTIES; i++) {
    const [type, length] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
    at += 8
    if (type === PROPERTIES.end) return { at, properties }
    // For the colour map, some old versions state a length that is too short.
    const real = type === PROPERTIES.colourMap ? Math.max(length, 4 + bytes.readUInt32BE(at) * 3) : length
    properties.set(type, bytes.subarray(at, at + real))
    at += real
  }
  throw new CoreError('Corrupt', 'it has too many properties')
}

/** Finds extra data that GIMP stores by name. Each item has a name, a number, a length and the data. */
function parasite(bytes: Buffer | undefined, name: string): Buffer | undefined {
  if (!bytes) return undefined
  for (let at = 0; at + 4 < bytes.length;) {
    const data = afterText(bytes, at) + 4
    const length = bytes.readUInt32BE(data)
    if (bytes.toString('utf8', at + 4, data - 5) === name) return bytes.subarray(data + 4, data + 4 + length)
    at = data + 4 + length
  }
  return undefined
}

function afterText(bytes: Buffer, at: number): number {
  return at + 4 + bytes.readUInt32BE(at)
}

function addressAt({ bytes, isWide }: XcfFile, at: number): number {
  return isWide ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at)
}

/** A list of addresses, which ends with 0. */
function addresses(file: XcfFile, start: number, most: number): number[] {
  const found: number[] = []
  const step = file.isWide ? 8 : 4
  for (let at = start; found.length < most; at += step) {
    const address = addressAt(file, at)
    if (address === 0) break
    found.push(address)
  }
  return found
}
