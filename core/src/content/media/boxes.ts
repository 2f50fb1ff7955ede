import type { ByteSource } from '../types/byte-source.ts'
import { latin1, u32be } from '../types/structure/bytes.ts'

/** A box: a part of a file in a container such as MP4, QuickTime or HEIF. */
export interface Box {
  readonly name: string
  /** The four bytes of its name as a number. In a list of values, this is the number of their key. */
  readonly number: number
  /** The content of the box begins at offset `start` and ends at `end`. */
  readonly start: number
  readonly end: number
}

/** Limit on the boxes of one list, for damaged files. */
const MAX_BOXES = 10_000

const HEAD_BYTES = 8
/** Size of the header if the length field is 1: then the real length follows the name, in eight bytes. */
const WIDE_HEAD_BYTES = 16

/** The boxes between two offsets, up to the first damaged one. */
export function* boxesIn(source: ByteSource, from: number, to: number): Generator<Box, void> {
  let at = from
  for (let i = 0; i < MAX_BOXES && at + HEAD_BYTES <= to; i++) {
    const head = source.read(at, WIDE_HEAD_BYTES)
    const isWide = u32be(head, 0) === 1
    const headBytes = isWide ? WIDE_HEAD_BYTES : HEAD_BYTES
    const length = isWide ? u32be(head, 8) * 0x1_0000_0000 + u32be(head, 12) : u32be(head, 0) || to - at
    if (head.length < headBytes || length < headBytes) return
    const end = Math.min(to, at + length)
    yield { name: latin1(head, 4, 8), number: u32be(head, 4), start: at + headBytes, end }
    at += length
  }
}

/** The first box of a name between two offsets; undefined if there is none. */
export function boxIn(source: ByteSource, name: string, from: number, to: number): Box | undefined {
  return boxesIn(source, from, to).find((box) => box.name === name)
}
