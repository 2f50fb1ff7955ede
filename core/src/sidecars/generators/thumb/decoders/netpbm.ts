import { readFile } from 'node:fs/promises'
import { CoreError } from '../../../../util/errors.ts'
import { fsPath } from '../../../../util/file-name.ts'
import { type Decode, MAX_PIXELS } from './picture.ts'
import { fromPixels } from './raw-pixels.ts'

/** Limit on the length of a header; real ones are never longer. */
const MAX_HEAD_BYTES = 4_096

/** Decodes portable bitmaps, greymaps and pixmaps, as text (P1–P3) and as bytes (P4–P6). */
export const decode: Decode = async (source, _content, side) => {
  const bytes = await readFile(fsPath(source))
  const kind = Number(/^P([1-6])/.exec(bytes.toString('latin1', 0, 2))?.[1] ?? 0)
  if (kind === 0) throw new CoreError('Unsupported', 'only portable maps of the kinds P1 to P6 are supported')
  const bits = kind === 1 || kind === 4
  const head = new RegExp(`^P[1-6]((?:\\s+(?:#[^\\n]*\\n\\s*)*\\d+){${bits ? 2 : 3}})\\s`)
  const found = head.exec(bytes.toString('latin1', 0, MAX_HEAD_BYTES))
  if (!found) throw new CoreError('Corrupt', 'it does not say its size')
  const [width, height, most = 1] = found[1]!
    .replaceAll(/#[^\n]*\n/g, ' ')
    .trim()
    .split(/\s+/)
    .map(Number)
  if (!width || !height || !most) throw new CoreError('Corrupt', 'it has no size')
  const channels = kind === 3 || kind === 6 ? 3 : 1
  if (width * height > MAX_PIXELS)
    throw new CoreError('Unsupported', `its ${width} × ${height} pixels are more than ${MAX_PIXELS}`)
  const body = bytes.subarray(found[0].length)
  const data = new Uint8Array(width * height * channels)
  const value = kind < 4 ? fromText(body, bits) : fromBytes(body, { bits, width, wide: most > 255 })
  for (let i = 0; i < data.length; i++) {
    const sample = value(i)
    data[i] = bits ? (sample === 0 ? 255 : 0) : Math.min(255, (sample * 255) / most)
  }
  return fromPixels({ data, width, height, channels }, side)
}

/** Reads numbers that are written as text. Between bits, spaces are optional. Missing numbers are 0. */
function fromText(body: Buffer, bits: boolean): (i: number) => number {
  const text = body.toString('latin1').replaceAll(/#[^\n]*/g, '')
  const numbers = text.matchAll(bits ? /[01]/g : /\d+/g)
  return () => {
    const { done, value } = numbers.next()
    return done ? 0 : Number(value[0])
  }
}

function fromBytes(
  body: Buffer,
  { bits, width, wide }: { bits: boolean; width: number; wide: boolean },
): (i: number) => number {
  if (!bits) return wide ? (i) => (body[i * 2] ?? 0) * 256 + (body[i * 2 + 1] ?? 0) : (i) => body[i] ?? 0
  const rowBytes = Math.ceil(width / 8)
  return (i) => {
    const x = i % width
    return ((body[Math.floor(i / width) * rowBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1
  }
}
