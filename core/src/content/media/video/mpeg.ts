import type { ByteSource } from '../../types/byte-source.ts'
import { u32be } from '../../types/structure/bytes.ts'
import type { FoundVideo } from './video-facts.ts'

const PACK = 0x1ba
const SEQUENCE = 0x1b3
const EXTENSION = 0x1b5
const FIRST_VIDEO = 0x1e0
const FIRST_AUDIO = 0x1c0
const PRIVATE_STREAM = 0x1bd

/** The first and last pictures are searched for in this many bytes at the beginning and at the end. */
const TAIL_BYTES = 262_144

/** Ticks per second of the clock in a pack. */
const CLOCK = 90_000

/** ITU-T H.262, table 6-4. */
const frameRates = [0, 24_000 / 1_001, 24, 25, 30_000 / 1_001, 30, 50, 60_000 / 1_001, 60]

/** Reads an MPEG-1 or MPEG-2 program stream, or a bare video stream; null for other files. */
export function readMpeg(source: ByteSource): FoundVideo | null {
  const { head } = source
  const first = u32be(head, 0)
  if (first !== PACK && first !== SEQUENCE) return null
  const at = find(head, SEQUENCE, 0)
  if (at < 0) return {}
  const dimensions = u32be(head, at + 4)
  const framesPerSecond = frameRates[dimensions & 15] ?? null
  const isSecond = find(head.subarray(at + 8, at + 200), EXTENSION, 0) >= 0
  return {
    width: dimensions >>> 20,
    height: (dimensions >>> 8) & 0xfff,
    framesPerSecond,
    codec: isSecond ? 'mpeg2video' : 'mpeg1video',
    pixel_format: 'yuv420p',
    duration_ms: first === PACK ? durationOf(source, framesPerSecond ?? 25) : null,
    audio_codec: find(head, FIRST_AUDIO, 0) >= 0 ? 'mp2' : find(head, PRIVATE_STREAM, 0) >= 0 ? 'ac3' : null,
  }
}

/** Time from the first to the last picture with a time stamp, plus the duration of one picture. */
function durationOf(source: ByteSource, framesPerSecond: number): number | null {
  const tail = source.read(Math.max(0, source.size - TAIL_BYTES), TAIL_BYTES)
  const first = Math.min(...times(source.head.subarray(0, TAIL_BYTES)))
  const last = Math.max(...times(tail))
  return last > first ? ((last - first) * 1_000) / CLOCK + 1_000 / framesPerSecond : null
}

function* times(bytes: Uint8Array): Generator<number> {
  for (let at = find(bytes, FIRST_VIDEO, 0); at >= 0; at = find(bytes, FIRST_VIDEO, at + 4)) {
    const time = timeAt(bytes, at + 6)
    if (time !== null) yield time
  }
}

/** The `PTS` of a packet: 33 bits with markers in between. The header before it differs between MPEG-1 and MPEG-2. */
function timeAt(bytes: Uint8Array, start: number): number | null {
  let at = start
  if ((bytes[at] ?? 0) >>> 6 === 2) {
    if ((bytes[at + 1]! & 0x80) === 0) return null
    at += 3
  } else {
    while (bytes[at] === 0xff && at < start + 16) at++
    if ((bytes[at] ?? 0) >>> 6 === 1) at += 2
  }
  const b = bytes.subarray(at, at + 5)
  if (b.length < 5 || (b[0]! & 0xe1) !== 0x21) return null
  return ((b[0]! >>> 1) & 7) * 2 ** 30 + (b[1]! << 22) + ((b[2]! >>> 1) << 15) + (b[3]! << 7) + (b[4]! >>> 1)
}

function find(bytes: Uint8Array, code: number, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(
    Uint8Array.of(0, 0, 1, code & 0xff),
    from,
  )
}
