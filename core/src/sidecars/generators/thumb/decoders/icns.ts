import { CoreError } from '../../../../util/errors.ts'
import { readWhole } from '../../text/read-whole.ts'
import { type Decode, fromEncoded } from './picture.ts'

/** Limit on the size of a file; icons have some hundred kilobytes. */
const MAX_BYTES = 64 * 2 ** 20
const HEAD_BYTES = 8
/** The first bytes of a PNG. */
const PNG = 0x89504e47

/** Decodes the largest PNG in an Apple icon. Other formats, which old icons use, are not supported. */
export const decode: Decode = async (source, _, side) => {
  const file = await readWhole(source, MAX_BYTES)
  if (file.toString('latin1', 0, 4) !== 'icns') throw new CoreError('Corrupt', 'it is no Apple icon')
  let best: Buffer | null = null
  for (let at = HEAD_BYTES; at + HEAD_BYTES < file.length;) {
    const length = file.readUInt32BE(at + 4)
    if (length < HEAD_BYTES) break
    const data = file.subarray(at + HEAD_BYTES, at + length)
    if (data.length >= 4 && data.readUInt32BE(0) === PNG && data.length > (best?.length ?? 0)) best = data
    at += length
  }
  if (!best) throw new CoreError('Unsupported', 'it has only icons that are packed in Apple’s own way or as JPEG 2000')
  return fromEncoded(best, side)
}
