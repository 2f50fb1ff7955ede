import { u16be } from '../types/structure/bytes.ts'

const START_OF_SCAN = 0xda

/** The segments of a JPEG before its pixels, as far as `head` contains them. */
export function* jpegSegments(head: Uint8Array): Generator<{ marker: number; content: Uint8Array }, void> {
  for (let at = 2; at + 4 <= head.length && head[at] === 0xff;) {
    const marker = head[at + 1]!
    const length = u16be(head, at + 2)
    if (marker === START_OF_SCAN || length < 2) return
    yield { marker, content: head.subarray(at + 4, at + 2 + length) }
    at += 2 + length
  }
}
