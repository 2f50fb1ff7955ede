import { CoreError } from '../../../../../util/errors.ts'
import { MAX_PIXELS } from '../picture.ts'
import type { RawPixels } from '../raw-pixels.ts'

/** The header of a Windows bitmap. */
interface Head {
  readonly width: number
  readonly height: number
  readonly topDown: boolean
  readonly bits: number
  readonly compression: number
  /** The colour table. */
  readonly palette: Buffer
  /** The number of bytes for a colour in the table. */
  readonly paletteStep: 3 | 4
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number]
  readonly pixelsAt: number
}

const compressions = { none: 0, runs8: 1, runs4: 2, masks: 3, alphaMasks: 6 } as const
const FILE_HEAD_BYTES = 14
const OLD_HEAD_BYTES = 12
const HEAD_BYTES = 40

/** Reads a bitmap file (BMP). Throws `Corrupt`, `Unsupported`. */
export function readBitmap(file: Buffer): RawPixels {
  if (file.length < FILE_HEAD_BYTES + OLD_HEAD_BYTES) throw corrupt()
  return readPixels(file, readHead(file, FILE_HEAD_BYTES, file.readUInt32LE(10)), null)
}

/** Reads the bitmap of an icon, which has no file header, but a mask of transparent pixels after the picture. */
export function readIconBitmap(bytes: Buffer): RawPixels {
  if (bytes.length < HEAD_BYTES) throw corrupt()
  const whole = readHead(bytes, 0, null)
  const head = { ...whole, height: Math.floor(whole.height / 2) }
  const maskAt = head.pixelsAt + rowBytes(head.width, head.bits) * head.height
  return readPixels(bytes, head, bytes.subarray(maskAt))
}

function readHead(bytes: Buffer, at: number, pixelsAt: number | null): Head {
  const size = bytes.readUInt32LE(at)
  const old = size === OLD_HEAD_BYTES
  if (!old && (size < HEAD_BYTES || at + HEAD_BYTES > bytes.length)) throw corrupt()
  const width = old ? bytes.readUInt16LE(at + 4) : bytes.readInt32LE(at + 4)
  const tall = old ? bytes.readUInt16LE(at + 6) : bytes.readInt32LE(at + 8)
  const height = Math.abs(tall)
  if (width <= 0 || height === 0) throw corrupt()
  if (width * height > MAX_PIXELS)
    throw new CoreError('Unsupported', `its ${width} × ${height} pixels are more than ${MAX_PIXELS}`)
  const bits = bytes.readUInt16LE(at + (old ? 10 : 14))
  const compression = old ? compressions.none : bytes.readUInt32LE(at + 16)
  const hasMasks = compression === compressions.masks || compression === compressions.alphaMasks
  const masksOutside = hasMasks && size === HEAD_BYTES ? (compression === compressions.alphaMasks ? 16 : 12) : 0
  const paletteAt = at + size + masksOutside
  const paletteStep = old ? 3 : 4
  const used = old ? 0 : bytes.readUInt32LE(at + 32)
  const count = bits <= 8 ? used || 2 ** bits : 0
  const palette = bytes.subarray(paletteAt, paletteAt + Math.min(count, 256) * paletteStep)
  const head = { width, height, topDown: tall < 0, bits, compression, palette, paletteStep } as const
  const masks = hasMasks ? readMasks(bytes, at, size) : defaultMasks(bits)
  return { ...head, masks, pixelsAt: pixelsAt ?? paletteAt + palette.length }
}

function readMasks(bytes: Buffer, at: number, size: number): Head['masks'] {
  if (bytes.length < at + HEAD_BYTES + 12) throw corrupt()
  const [red, green, blue] = [40, 44, 48].map((offset) => bytes.readUInt32LE(at + offset))
  return [red!, green!, blue!, size >= 56 && bytes.length >= at + 56 ? bytes.readUInt32LE(at + 52) : 0]
}

function defaultMasks(bits: number): Head['masks'] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0xff000000]
}

function readPixels(bytes: Buffer, head: Head, mask: Buffer | null): RawPixels {
  const { width, height, topDown, bits, compression } = head
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new CoreError('Unsupported', `its colours have ${bits} bits`)
  const isRuns = compression === compressions.runs8 || compression === compressions.runs4
  if (!isRuns && !Object.values<number>(compressions).includes(compression))
    throw new CoreError('Unsupported', `its compression method ${compression} is not supported`)
  const data = new Uint8Array(width * height * 4)
  const source = bytes.subarray(head.pixelsAt)
  const indexes = isRuns ? unpackRuns(source, head) : null
  const step = rowBytes(width, bits)
  const colourOf = bits <= 8 ? null : colourReader(head)
  for (let row = 0; row < height; row++) {
    let to = (topDown ? row : height - 1 - row) * width * 4
    for (let x = 0; x < width; x++, to += 4) {
      if (colourOf) {
        if (row * step + ((x + 1) * bits) / 8 <= source.length) colourOf(source, row * step + (x * bits) / 8, data, to)
        continue
      }
      const index = indexes ? indexes[row * width + x]! : packed(source, row * step, x, bits)
      const at = index * head.paletteStep
      data[to] = head.palette[at + 2] ?? 0
      data[to + 1] = head.palette[at + 1] ?? 0
      data[to + 2] = head.palette[at] ?? 0
      data[to + 3] = 255
    }
  }
  settleAlpha(data, head, mask)
  return { data, width, height, channels: 4 }
}

/**
 * If every fourth byte is 0, these bytes are not opacity. Then the picture is opaque, except where the mask of an icon
 * is set.
 */
function settleAlpha(data: Uint8Array, { width, height, bits }: Head, mask: Buffer | null): void {
  const meansAlpha = bits === 32 && data.some((value, i) => i % 4 === 3 && value !== 0)
  if (meansAlpha) return
  const step = rowBytes(width, 1)
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width; x++) {
      const clear = mask !== null && packed(mask, (height - 1 - row) * step, x, 1) === 1
      data[(row * width + x) * 4 + 3] = clear ? 0 : 255
    }
  }
}

/** Reads a colour of two, three or four bytes. */
function colourReader({ bits, masks }: Head) {
  const parts = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
    return { mask, shift, most: mask === 0 ? 1 : mask >>> shift }
  })
  return (from: Buffer, at: number, into: Uint8Array, to: number): void => {
    const value = from.readUIntLE(at, bits / 8)
    for (const [channel, { mask, shift, most }] of parts.entries())
      into[to + channel] = (((value & mask) >>> shift) * 255) / most
    if (bits === 24) into[to + 3] = 255
  }
}

function packed(from: Buffer, rowAt: number, x: number, bits: number): number {
  const byte = from[rowAt + Math.floor((x * bits) / 8)] ?? 0
  return (byte >> (8 - bits - ((x * bits) % 8))) & (2 ** bits - 1)
}

/** Rows are padded to multiples of four bytes. */
function rowBytes(width: number, bits: number): number {
  return Math.ceil((width * bits) / 32) * 4
}

/** Unpacks runs of equal indexes, rows from the bottom; skipped pixels have index 0. */
function unpackRuns(from: Buffer, { width, height, compression }: Head): Uint8Array {
  const indexes = new Uint8Array(width * height)
  const nibbles = compression === compressions.runs4
  let [x, y] = [0, 0]
  const put = (index: number) => {
    if (x < width && y < height) indexes[y * width + x] = index
    x++
  }
  for (let at = 0; at + 1 < from.length && y < height;) {
    const [count, value] = [from[at]!, from[at + 1]!]
    at += 2
    if (count > 0) {
      for (let i = 0; i < count; i++) put(nibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value)
    } else if (value === 0) {
      x = 0
      y++
    } else if (value === 1) {
      break
    } else if (value === 2) {
      x += from[at] ?? 0
      y += from[at + 1] ?? 0
      at += 2
    } else {
      for (let i = 0; i < value; i++) {
        const byte = from[at + (nibbles ? i >> 1 : i)] ?? 0
        put(nibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte)
      }
      const length = nibbles ? Math.ceil(value / 2) : value
      at += length + (length & 1)
    }
  }
  return indexes
}

function corrupt(): CoreError {
  return new CoreError('Corrupt', 'it is cut off or damaged')
}
