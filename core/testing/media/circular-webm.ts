import { bytes, zeros } from '../file-types/bytes.ts'

/** A WebM that ends in what nobody knows: a reader that looks for the next thing it knows must notice that the file is over. */
export function circularWebm(): Uint8Array {
  const [segment, withoutEnd] = [bytes(0x18, 0x53, 0x80, 0x67), bytes(0x01, zeros(7).fill(0xff))]
  return bytes('\x1a\x45\xdf\xa3\x87\x42\x82\x84webm', segment, withoutEnd, zeros(64))
}
