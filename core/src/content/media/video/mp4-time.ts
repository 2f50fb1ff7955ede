import type { ByteSource } from '../../types/byte-source.ts'
import { latin1, u32be } from '../../types/structure/bytes.ts'
import { isoTime } from './video-facts.ts'

/** Boxes at the top level. A file with more is fragmented, and has its time in the first. */
const MAX_BOXES = 1_000

/** Seconds from the beginning of 1904 to the beginning of 1970. */
const EPOCH_1904_SECONDS = 2_082_844_800

/** The creation time of an MP4 or QuickTime file (`mvhd`), in UTC; null if it has none. */
export function mp4CreationTime(source: ByteSource): string | null {
  const movie = findBox(source, 'moov', 0, source.size)
  const header = movie && findBox(source, 'mvhd', movie.at, movie.end)
  if (!header) return null
  const bytes = source.read(header.at, 12)
  const isWide = bytes[0] === 1
  const seconds = isWide ? u32be(bytes, 4) * 0x1_0000_0000 + u32be(bytes, 8) : u32be(bytes, 4)
  return isoTime((seconds - EPOCH_1904_SECONDS) * 1_000)
}

function findBox(source: ByteSource, name: string, start: number, end: number): { at: number; end: number } | null {
  let at = start
  for (let i = 0; i < MAX_BOXES && at + 8 <= end; i++) {
    const head = source.read(at, 16)
    const isWide = u32be(head, 0) === 1
    const length = isWide ? u32be(head, 8) * 0x1_0000_0000 + u32be(head, 12) : u32be(head, 0) || end - at
    if (length < 8) return null
    if (latin1(head, 4, 8) === name) return { at: at + (isWide ? 16 : 8), end: Math.min(end, at + length) }
    at += length
  }
  return null
}
