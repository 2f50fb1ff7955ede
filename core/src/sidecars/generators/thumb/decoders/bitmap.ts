import { readFile } from 'node:fs/promises'
import { CoreError } from '../../../../util/errors.ts'
import { fsPath } from '../../../../util/file-name.ts'
import { readBitmap, readIconBitmap } from './bitmap/read-bitmap.ts'
import { type Decode, fromEncoded, type Picture } from './picture.ts'
import { fromPixels } from './raw-pixels.ts'

const ICON_ENTRY_BYTES = 16
const PNG = 0x89504e47

/** Decodes Windows bitmaps, and the largest picture of icons and cursors. */
export const decode: Decode = async (source, _content, side) => {
  const bytes = await readFile(fsPath(source))
  return bytes.toString('latin1', 0, 2) === 'BM' ? fromPixels(readBitmap(bytes), side) : decodeIcon(bytes, side)
}

async function decodeIcon(bytes: Buffer, side: number): Promise<Picture> {
  const count = bytes.length < 6 ? 0 : bytes.readUInt16LE(4)
  const places = Array.from({ length: count }, (_, i) => 6 + i * ICON_ENTRY_BYTES)
  const pictures = places
    .filter((at) => at + ICON_ENTRY_BYTES <= bytes.length)
    .map((at) => {
      const [length, offset] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]
      // A width of 0 means 256. If two have the same size, the one with more bytes has more colours.
      return { width: bytes[at] || 256, data: bytes.subarray(offset, offset + length) }
    })
    .toSorted((a, b) => b.width - a.width || b.data.length - a.data.length)
  const [largest] = pictures
  if (!largest) throw new CoreError('Corrupt', 'there is no picture in it')
  const isPng = largest.data.length > 4 && largest.data.readUInt32BE(0) === PNG
  return isPng ? fromEncoded(largest.data, side) : fromPixels(readIconBitmap(largest.data), side)
}
