import type { ByteSource } from '../../types/byte-source.ts'
import { startsAt, u16be, u32be } from '../../types/structure/bytes.ts'
import type { FoundVideo } from './video-facts.ts'

const pixelFormats = ['yuv420p', null, 'yuv422p', 'yuv444p'] as const

/** Reads the identification header of Theora in an Ogg (Theora specification, 6.2); null for other files. */
export function readTheora({ head }: ByteSource): FoundVideo | null {
  if (!startsAt(head, 0, 'OggS')) return null
  const at = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 65_536)).indexOf('\x80theora', 0, 'latin1')
  if (at < 0) return null
  const denominator = u32be(head, at + 26)
  return {
    width: u24be(head, at + 14),
    height: u24be(head, at + 17),
    framesPerSecond: denominator === 0 ? null : u32be(head, at + 22) / denominator,
    codec: 'theora',
    pixel_format: pixelFormats[(head[at + 41]! >>> 3) & 3] ?? null,
  }
}

function u24be(bytes: Uint8Array, at: number): number {
  return u16be(bytes, at) * 256 + (bytes[at + 2] ?? 0)
}
