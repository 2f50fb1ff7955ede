import { randomUUID } from 'node:crypto'
import type { ByteRange } from './byte-ranges.ts'
import type { Piece } from './file-chunks.ts'

export interface Multipart {
  readonly contentType: string
  readonly pieces: readonly Piece[]
}

/** Several ranges of a file as one `multipart/byteranges` (RFC 9110 §14.6). */
export function multipart(ranges: readonly ByteRange[], { size, type }: { size: number; type: string }): Multipart {
  // The boundary is random, so that no file can contain it.
  const boundary = randomUUID()
  const pieces = ranges.flatMap((range, i): Piece[] => [
    Buffer.from(
      `${i === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, size)}\r\n\r\n`,
    ),
    range,
  ])
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    pieces: [...pieces, Buffer.from(`\r\n--${boundary}--\r\n`)],
  }
}

export function contentRange({ first, last }: ByteRange, size: number): string {
  return `bytes ${first}-${last}/${size}`
}
