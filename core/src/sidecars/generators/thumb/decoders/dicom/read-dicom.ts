import { inflateRawSync } from 'node:zlib'
import { CoreError } from '../../../../../util/errors.ts'
import { MAX_PIXELS } from '../picture.ts'
import type { RawPixels } from '../raw-pixels.ts'
import { ElementReader, type Elements, type Syntax } from './elements.ts'

const HEADING_AT = 128
const META_GROUP = 0x0002
/** Limit on the unpacked size of a packed file. */
const MAX_UNPACKED = 2 ** 30

const tags = {
  syntax: 0x0002_0010,
  samples: 0x0028_0002,
  colours: 0x0028_0004,
  planar: 0x0028_0006,
  rows: 0x0028_0010,
  columns: 0x0028_0011,
  allocated: 0x0028_0100,
  stored: 0x0028_0101,
  signed: 0x0028_0103,
  windowCentre: 0x0028_1050,
  windowWidth: 0x0028_1051,
  intercept: 0x0028_1052,
  slope: 0x0028_1053,
  palettes: [0x0028_1101, 0x0028_1102, 0x0028_1103],
  paletteData: [0x0028_1201, 0x0028_1202, 0x0028_1203],
} as const

const LITTLE: Syntax = { isBig: false, isExplicit: true }
const IMPLICIT = '1.2.840.10008.1.2'
const EXPLICIT = '1.2.840.10008.1.2.1'
const DEFLATED = '1.2.840.10008.1.2.1.99'
const BIG = '1.2.840.10008.1.2.2'
const RUNS = '1.2.840.10008.1.2.5'
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50'
/** Names of compressions that are not supported, for the error message. */
const unknownPackings: readonly (readonly [prefix: string, name: string])[] = [
  ['1.2.840.10008.1.2.4.51', 'JPEG with 12 bits'],
  ['1.2.840.10008.1.2.4.57', 'lossless JPEG'],
  ['1.2.840.10008.1.2.4.70', 'lossless JPEG'],
  ['1.2.840.10008.1.2.4.8', 'JPEG-LS'],
  ['1.2.840.10008.1.2.4.9', 'JPEG 2000'],
  ['1.2.840.10008.1.2.4.10', 'MPEG'],
]

/** A palette: `first` is the lowest value with a colour; then comes one byte for each value. */
interface Palette {
  readonly first: number
  readonly bytes: Uint8Array
}

/**
 * The first picture of a DICOM file. If the picture is a JPEG, returns the JPEG itself. Throws `Corrupt`,
 * `Unsupported`.
 */
export function readDicom(bytes: Buffer): RawPixels | { readonly jpeg: Buffer } {
  try {
    return read(bytes)
  } catch (err) {
    if (err instanceof RangeError) throw new CoreError('Corrupt', 'it is cut off or damaged', { cause: err })
    throw err
  }
}

function read(bytes: Buffer): RawPixels | { readonly jpeg: Buffer } {
  if (bytes.toString('latin1', HEADING_AT, HEADING_AT + 4) !== 'DICM')
    throw new CoreError('Corrupt', 'it is no medical image')
  const meta = new ElementReader(bytes, LITTLE).read(HEADING_AT + 4, (tag) => tag >>> 16 !== META_GROUP)
  const syntax = text(meta.values.get(tags.syntax)) || guessed(bytes, meta.at)
  const isBig = syntax === BIG
  const body = syntax === DEFLATED ? unpacked(bytes.subarray(meta.at)) : bytes
  const reader = new ElementReader(body, { isBig, isExplicit: syntax !== IMPLICIT })
  const elements = reader.read(syntax === DEFLATED ? 0 : meta.at)
  const { pixels } = elements
  if (!pixels) throw new CoreError('Unsupported', 'there is no picture in it')
  if (Buffer.isBuffer(pixels)) return inColour(elements, pixels, isBig)
  const [first] = pixels
  if (!first) throw new CoreError('Corrupt', 'there is no picture in it')
  if (syntax === JPEG_BASELINE) return { jpeg: Buffer.concat(jpegParts(pixels)) }
  if (syntax === RUNS)
    return inColour({ ...elements, isPlanar: true }, unrolled(first, frameOf(elements, isBig)), false)
  const packing = unknownPackings.find(([prefix]) => syntax.startsWith(prefix))?.[1] ?? syntax
  throw new CoreError('Unsupported', `its picture is packed as ${packing}, which no engine here reads`)
}

/** Guesses the syntax, because some programs do not state it. In the explicit syntax, two letters follow each tag. */
function guessed(bytes: Buffer, at: number): string {
  return /^[A-Z]{2}$/.test(bytes.toString('latin1', at + 4, at + 6)) ? EXPLICIT : IMPLICIT
}

/** The parts of the first JPEG, which may be split into several. */
function jpegParts(parts: readonly Buffer[]): readonly Buffer[] {
  const next = parts.findIndex((part, i) => i > 0 && part[0] === 0xff && part[1] === 0xd8)
  return next < 0 ? parts : parts.slice(0, next)
}

function unpacked(packed: Buffer): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED })
  } catch (cause) {
    throw new CoreError('Corrupt', 'it cannot be unpacked', { cause })
  }
}

interface Frame {
  readonly width: number
  readonly height: number
  /** Number of samples in a pixel. */
  readonly samples: number
  /** Number of bytes in a sample. */
  readonly step: number
  readonly stored: number
  readonly isSigned: boolean
}

function frameOf({ values }: Elements, isBig: boolean): Frame {
  const number = (tag: number) => {
    const value = values.get(tag)
    return value && value.length >= 2 ? (isBig ? value.readUInt16BE(0) : value.readUInt16LE(0)) : 0
  }
  const [width, height] = [number(tags.columns), number(tags.rows)]
  const allocated = number(tags.allocated) || 8
  if (width === 0 || height === 0) throw new CoreError('Corrupt', 'it has no size')
  if (width * height > MAX_PIXELS)
    throw new CoreError('Unsupported', `its ${width} × ${height} pixels are more than ${MAX_PIXELS}`)
  if (allocated !== 8 && allocated !== 16 && allocated !== 32)
    throw new CoreError('Unsupported', `its samples have ${allocated} bits`)
  const samples = number(tags.samples) || 1
  if (samples !== 1 && samples !== 3) throw new CoreError('Unsupported', `its pixels have ${samples} samples`)
  const stored = Math.min(number(tags.stored) || allocated, allocated)
  return { width, height, samples, step: allocated / 8, stored, isSigned: number(tags.signed) === 1 }
}

function inColour(elements: Elements & { readonly isPlanar?: boolean }, data: Buffer, isBig: boolean): RawPixels {
  const frame = frameOf(elements, isBig)
  const { height, samples, step, width } = frame
  const colours = text(elements.values.get(tags.colours))
  const is422 = colours === 'YBR_FULL_422' && !elements.isPlanar
  const count = width * height
  const needed = is422 ? count * 2 : count * samples * step
  if (data.length < needed) throw new CoreError('Corrupt', 'it is cut off')
  const sample = sampleReader(data, frame, isBig)
  if (samples === 1) {
    return colours === 'PALETTE COLOR'
      ? fromPalette(elements, sample, { frame, isBig })
      : grey(elements, sample, { frame, isInverted: colours === 'MONOCHROME1' })
  }
  const isPlanar = elements.isPlanar ?? elements.values.get(tags.planar)?.[isBig ? 1 : 0] === 1
  const shift = frame.stored - 8
  const out = new Uint8Array(count * 3)
  for (let i = 0; i < count; i++) {
    // Two pixels share their colours. The order is: brightness, brightness, blue, red.
    const at = is422 ? [(i >> 1) * 4 + (i & 1), (i >> 1) * 4 + 2, (i >> 1) * 4 + 3] : null
    for (let channel = 0; channel < 3; channel++) {
      const value = sample(at ? at[channel]! : isPlanar ? channel * count + i : i * 3 + channel)
      out[i * 3 + channel] = shift > 0 ? value >> shift : value
    }
  }
  if (colours.startsWith('YBR_FULL')) fromBrightness(out)
  return { data: out, width, height, channels: 3 }
}

function sampleReader(data: Buffer, { isSigned, step, stored }: Frame, isBig: boolean): (i: number) => number {
  const raw = (i: number) => (isBig ? data.readUIntBE(i * step, step) : data.readUIntLE(i * step, step))
  const range = 2 ** stored
  return (i) => {
    // The other bits of a value may contain drawings over the picture.
    const value = raw(i) % range
    return isSigned && value >= range / 2 ? value - range : value
  }
}

/** Converts values to brightness, in the range that the file states, or else from the darkest to the lightest value. */
function grey(
  { values }: Elements,
  sample: (i: number) => number,
  { frame, isInverted }: { readonly frame: Frame; readonly isInverted: boolean },
): RawPixels {
  const { height, width } = frame
  const decimal = (tag: number) => {
    const value = Number.parseFloat(text(values.get(tag)).split('\\')[0] ?? '')
    return Number.isFinite(value) ? value : null
  }
  const [slope, intercept] = [decimal(tags.slope) ?? 1, decimal(tags.intercept) ?? 0]
  const light = Float32Array.from({ length: width * height }, (_, i) => sample(i) * slope + intercept)
  const [centre, wide] = [decimal(tags.windowCentre), decimal(tags.windowWidth)]
  let [least, most] = [Infinity, -Infinity]
  if (centre !== null && wide !== null && wide > 0) {
    least = centre - wide / 2
    most = centre + wide / 2
  } else {
    for (const value of light) {
      least = Math.min(least, value)
      most = Math.max(most, value)
    }
  }
  const range = most - least || 1
  const data = Uint8Array.from(light, (value) => {
    const part = Math.min(1, Math.max(0, (value - least) / range))
    return Math.round(255 * (isInverted ? 1 - part : part))
  })
  return { data, width, height, channels: 1 }
}

function fromPalette(
  { values }: Elements,
  sample: (i: number) => number,
  { frame, isBig }: { readonly frame: Frame; readonly isBig: boolean },
): RawPixels {
  const { height, width } = frame
  const u16 = (bytes: Buffer, at: number) => (isBig ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at))
  const palettes = tags.palettes.map((tag, i): Palette => {
    const [description, data] = [values.get(tag), values.get(tags.paletteData[i]!)]
    if (!description || description.length < 6 || !data) throw new CoreError('Corrupt', 'its palette is missing')
    const count = u16(description, 0) || 65_536
    const isWide = u16(description, 4) > 8 || data.length >= count * 2
    const step = isWide ? 2 : 1
    const bytes = Uint8Array.from({ length: Math.min(count, Math.floor(data.length / step)) }, (_, n) =>
      isWide ? u16(data, n * 2) >> 8 : data[n]!,
    )
    return { first: u16(description, 2), bytes }
  })
  const out = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    const value = sample(i)
    for (const [channel, { bytes, first }] of palettes.entries())
      out[i * 3 + channel] = bytes[Math.min(Math.max(0, value - first), bytes.length - 1)] ?? 0
  }
  return { data: out, width, height, channels: 3 }
}

/** Converts brightness and two colour values to red, green and blue, in place (DICOM PS3.3, C.7.6.3.1.2). */
function fromBrightness(data: Uint8Array): void {
  const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value)))
  for (let at = 0; at < data.length; at += 3) {
    const [bright, blue, red] = [data[at]!, data[at + 1]! - 128, data[at + 2]! - 128]
    data[at] = byte(bright + 1.402 * red)
    data[at + 1] = byte(bright - 0.344136 * blue - 0.714136 * red)
    data[at + 2] = byte(bright + 1.772 * blue)
  }
}

const RUN_SEGMENTS = 15
/** Limit on the compression ratio: two bytes make at most 128. */
const MOST_UNROLLED = 64

/**
 * Unpacks run-length encoding (DICOM PS3.5, annex G), which has a plane for each byte of a sample, the highest first.
 * Returns planes of samples.
 */
function unrolled(part: Buffer, { height, samples, step, width }: Frame): Buffer {
  const count = width * height
  if (part.length * MOST_UNROLLED < count * samples * step) throw new CoreError('Corrupt', 'it is cut off')
  const out = Buffer.alloc(count * samples * step)
  const segments = Math.min(part.readUInt32LE(0), RUN_SEGMENTS)
  for (let segment = 0; segment < Math.min(segments, samples * step); segment++) {
    const sample = Math.floor(segment / step)
    const byte = step - 1 - (segment % step)
    let at = part.readUInt32LE(4 + segment * 4)
    for (let done = 0; done < count;) {
      if (at >= part.length) throw new CoreError('Corrupt', 'it is cut off')
      const code = part.readInt8(at++)
      if (code === -128) continue
      const length = code < 0 ? 1 - code : code + 1
      for (let i = 0; i < length && done < count; i++, done++)
        out[(sample * count + done) * step + byte] = part[code < 0 ? at : at + i] ?? 0
      at += code < 0 ? 1 : length
    }
  }
  return out
}

function text(value: Buffer | undefined): string {
  return (value?.toString('latin1') ?? '').replaceAll('\0', '').trim()
}
