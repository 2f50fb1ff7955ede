import { CoreError } from '../../../../../util/errors.ts'
import { MAX_PIXELS } from '../picture.ts'
import type { RawPixels } from '../raw-pixels.ts'
import { unpackBits } from './pack-bits.ts'
import { drawLayers } from './read-layers.ts'

export interface PsdPicture {
  readonly pixels: RawPixels
  /** Whether the four channels are inks: cyan, magenta, yellow and black, where 255 is full ink. */
  readonly inks: boolean
  /** An ICC profile. */
  readonly profile: Buffer | undefined
}

/** Colour modes, by their numbers in Adobe's specification. */
const modes = { grey: 1, indexed: 2, rgb: 3, cmyk: 4, duotone: 8 } as const
const resources = { profile: 1039, version: 1057 } as const
const HEAD_BYTES = 26

/**
 * Reads the flattened picture of a Photoshop document (PSD, PSB), or draws its layers if it was saved without one.
 * Throws `Corrupt`, and `Unsupported` for rare kinds of colour.
 */
export function readPsd(bytes: Buffer): PsdPicture {
  if (bytes.length < HEAD_BYTES || bytes.toString('latin1', 0, 4) !== '8BPS') throw corrupt()
  const large = bytes.readUInt16BE(4) === 2
  const channelCount = bytes.readUInt16BE(12)
  const [height, width] = [bytes.readUInt32BE(14), bytes.readUInt32BE(18)]
  const [depth, mode] = [bytes.readUInt16BE(22), bytes.readUInt16BE(24)]
  if (width * height > MAX_PIXELS)
    throw new CoreError('Unsupported', `its ${width} × ${height} pixels are more than ${MAX_PIXELS}`)
  if (depth !== 8 && depth !== 16) throw new CoreError('Unsupported', `its colours have ${depth} bits`)
  const palette = section(bytes, HEAD_BYTES, 4)
  const extras = section(bytes, palette.end, 4)
  const layers = section(bytes, extras.end, large ? 8 : 4)
  const version = resource(bytes.subarray(extras.start, extras.end), resources.version)
  const profile = resource(bytes.subarray(extras.start, extras.end), resources.profile)
  if (version && version[4] === 0) {
    const layered = depth === 8 && (mode === modes.rgb || mode === modes.grey) && layers.end > layers.start
    const file = { bytes, width, height, large, colours: mode === modes.rgb ? 3 : 1 } as const
    const drawn = layered ? drawLayers(file, layers.start) : null
    if (drawn) return { pixels: drawn, inks: false, profile: mode === modes.rgb ? profile : undefined }
    throw new CoreError('Unsupported', 'it has no merged picture; save it with “Maximize Compatibility” to show it')
  }
  const colours = mode === modes.rgb ? 3 : mode === modes.cmyk ? 4 : 1
  if (!Object.values<number>(modes).includes(mode)) throw new CoreError('Unsupported', `its colour mode is ${mode}`)
  // If the number of layers is negative, the channel after the colours is the opacity of the whole picture.
  const layerCountAt = layers.start + (large ? 8 : 4)
  const alpha = layers.end >= layerCountAt + 2 && bytes.readInt16BE(layerCountAt) < 0 && channelCount > colours
  const wanted = colours + (alpha && mode === modes.rgb ? 1 : 0)
  if (channelCount < wanted) throw corrupt()
  const data = readChannels(bytes, layers.end, { width, height, depth, large, channelCount, wanted })
  if (mode === modes.cmyk) for (let i = 0; i < data.length; i++) data[i] = 255 - data[i]!
  const colourTable = bytes.subarray(palette.start, palette.end)
  const pixels =
    mode === modes.indexed
      ? { data: unindexed(data, colourTable), width, height, channels: 3 as const }
      : { data, width, height, channels: wanted as RawPixels['channels'] }
  return { pixels, inks: mode === modes.cmyk, profile }
}

interface Layout {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly large: boolean
  readonly channelCount: number
  readonly wanted: number
}

/** Reads channels, which are stored one after another, and interleaves them pixel by pixel. */
function readChannels(bytes: Buffer, start: number, layout: Layout): Uint8Array {
  const { width, height, depth, large, channelCount, wanted } = layout
  const out = new Uint8Array(width * height * wanted)
  const step = depth / 8
  const rowBytes = width * step
  const compression = bytes.length >= start + 2 ? bytes.readUInt16BE(start) : -1
  if (compression !== 0 && compression !== 1) throw corrupt()
  const lengthBytes = large ? 4 : 2
  let at = start + 2 + (compression === 1 ? channelCount * height * lengthBytes : 0)
  const row = Buffer.alloc(rowBytes)
  for (let channel = 0; channel < wanted; channel++) {
    for (let y = 0; y < height; y++) {
      let length = rowBytes
      if (compression === 1) {
        const lengthAt = start + 2 + (channel * height + y) * lengthBytes
        if (lengthAt + lengthBytes > bytes.length) return out
        length = bytes.readUIntBE(lengthAt, lengthBytes)
      }
      // If the file ends early, return what was read.
      if (at + length > bytes.length) return out
      const source = bytes.subarray(at, at + length)
      if (compression === 1) unpackBits(source, row)
      const line = compression === 1 ? row : source
      for (let x = 0, to = y * width * wanted + channel; x < width; x++, to += wanted) out[to] = line[x * step]!
      at += length
    }
  }
  return out
}

/** The palette has all reds, then all greens, then all blues. */
function unindexed(indexes: Uint8Array, palette: Buffer): Uint8Array {
  const count = palette.length / 3
  const out = new Uint8Array(indexes.length * 3)
  for (const [i, index] of indexes.entries())
    for (let channel = 0; channel < 3; channel++) out[i * 3 + channel] = palette[channel * count + index] ?? 0
  return out
}

function section(bytes: Buffer, at: number, lengthBytes: 4 | 8): { start: number; end: number } {
  if (at + lengthBytes > bytes.length) throw corrupt()
  const length = lengthBytes === 8 ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at)
  const start = at + lengthBytes
  if (start + length > bytes.length) throw corrupt()
  return { start, end: start + length }
}

function resource(bytes: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === '8BIM';) {
    const found = bytes.readUInt16BE(at + 4)
    // Names and contents are padded to an even length.
    const nameBytes = (bytes[at + 6]! + 2) & ~1
    const lengthAt = at + 6 + nameBytes
    if (lengthAt + 4 > bytes.length) return undefined
    const length = bytes.readUInt32BE(lengthAt)
    const start = lengthAt + 4
    if (found === id) return bytes.subarray(start, start + length)
    at = start + length + (length & 1)
  }
  return undefined
}

function corrupt(): CoreError {
  return new CoreError('Corrupt', 'it is cut off or damaged')
}
