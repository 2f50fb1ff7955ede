import sharp from 'sharp'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { ffmpegEngine, findFfmpeg, fitted, MAX_PNG_BYTES, onePng, runFfmpeg } from '../../film/ffmpeg.ts'
import type { RawName } from '../../../../util/file-name.ts'
import { readStart } from '../../text/decode-text.ts'
import { isUnknownToSharp, withoutZstd } from './tiff-compression.ts'
import { damagedPicture, type Decode, fromEncoded, MAX_PIXELS, type Picture, sharpInput } from './picture.ts'
import { withTextPath } from './text-path.ts'

/** Larger files are not converted. Their compression is known only if the directory is at the beginning of the file. */
const MAX_REPACKED_BYTES = 64 * 2 ** 20
const HEAD_BYTES = 65_536

/** Decodes TIFF with sharp, or with `ffmpeg` if sharp does not support its compression. */
export const decode: Decode = async (source, { size }, side) => {
  const input = await sharpInput(source)
  const { depth } = await sharp(input, { failOn: 'none' })
    .metadata()
    .catch(() => ({ depth: undefined }))
  if (depth === 'float' || depth === 'double') return decodeFloats(input, side)
  const { bytes } = await readStart(source, size <= MAX_REPACKED_BYTES ? MAX_REPACKED_BYTES : HEAD_BYTES)
  if (!isUnknownToSharp(bytes)) return fromEncoded(input, side)
  const repacked = await withoutZstd(bytes).catch((cause: unknown) => {
    throw new CoreError('Corrupt', `it cannot be unpacked: ${errorMessage(cause)}`, { cause })
  })
  const picture = repacked ? await fromEncoded(repacked, side) : await byFfmpeg(source, side)
  if (!picture) throw new CoreError('Unsupported', 'no engine here reads its compression; ffmpeg on PATH may')
  return picture
}

/** Null if there is no `ffmpeg`, or if it does not support the compression either. */
async function byFfmpeg(source: RawName, side: number): Promise<Picture | null> {
  const program = findFfmpeg()
  if (!program) return null
  return withTextPath(source, async (path) => {
    const input = ['-protocol_whitelist', 'file', '-f', 'image2', '-pattern_type', 'none', '-c:v', 'tiff']
    const args = [...input, '-i', `file:${path}`, ...onePng(fitted(side))]
    const png = await runFfmpeg(program, args, { maxBytes: MAX_PNG_BYTES }).catch(() => null)
    if (!png || png.length === 0) return null
    return { ...(await fromEncoded(png, side)), engine: await ffmpegEngine(program) }
  })
}

/**
 * Decodes a TIFF with floating-point samples. If all are between 0 and 1, they are linear light, as programs for high
 * dynamic range write them. Otherwise they are measurements, which are stretched from black to white.
 */
async function decodeFloats(input: Uint8Array | string, side: number): Promise<Picture> {
  const { data, info } = await sharp(input, { failOn: 'none', limitInputPixels: MAX_PIXELS })
    .rotate()
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
    .catch((err: unknown) => {
      throw damagedPicture(err)
    })
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / Float32Array.BYTES_PER_ELEMENT)
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const isLight = least >= 0 && most <= 1
  const range = most - least || 1
  const bytes = Uint8Array.from(values, (value) => {
    if (!Number.isFinite(value)) return 0
    return Math.round(255 * (isLight ? signalOf(value) : (value - least) / range))
  })
  const { width, height, channels } = info
  const engine = { name: 'sharp', version: sharp.versions.sharp ?? '' }
  return { data: bytes, width, height, channels, engine }
}

/** The stored sRGB value of linear light (IEC 61966-2-1). */
function signalOf(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055
}
