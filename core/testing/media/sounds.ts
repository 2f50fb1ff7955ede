import { bytes, u16le, u32be, u32le, zeros } from '../file-types/bytes.ts'

export type SoundTags = Readonly<Record<string, string>>

/** One second of silence: mono, 8 bits, 8 kHz. */
export function wav(): Uint8Array {
  const format = bytes('fmt ', u32le(16), u16le(1), u16le(1), u32le(8_000), u32le(8_000), u16le(1), u16le(8))
  const inside = bytes('WAVE', format, 'data', u32le(8_000), zeros(8_000).fill(0x80))
  return bytes('RIFF', u32le(inside.length), inside)
}

/** MPEG-1 layer III at 44.1 kHz; two bit rates in turn, so that the length is written nowhere. */
export function mp3({ frames, tags = {} }: { readonly frames: number; readonly tags?: SoundTags }): Uint8Array {
  const frame = (rate: number, kilobits: number) =>
    bytes(0xff, 0xfb, rate << 4, 0x64, zeros(Math.floor((144_000 * kilobits) / 44_100) - 4))
  const pair = [frame(9, 128), frame(10, 160)]
  return bytes(id3(tags), ...Array.from({ length: frames }, (_, i) => pair[i % 2]!))
}

/** ID3v2.3, tags by their four letters. */
export function id3(tags: SoundTags): Uint8Array {
  const frames = bytes(
    ...Object.entries(tags).map(([name, text]) => bytes(name, u32be(text.length + 1), 0, 0, 0, text)),
  )
  const length = frames.length
  return bytes('ID3', 3, 0, 0, (length >> 21) & 127, (length >> 14) & 127, (length >> 7) & 127, length & 127, frames)
}

/** FLAC with a stream of that many samples at 44.1 kHz stereo, and no sound. */
export function flac({ samples, tags }: { readonly samples: number; readonly tags: SoundTags }): Uint8Array {
  const stream = bytes(zeros(10), '\x0a\xc4\x42\xf0', u32be(samples), zeros(16))
  const comments = Object.entries(tags).map(([name, text]) => Buffer.from(`${name}=${text}`))
  const block = bytes(
    u32le(0),
    u32le(comments.length),
    ...comments.flatMap((comment) => [u32le(comment.length), comment]),
  )
  return bytes('fLaC', u32be(stream.length), stream, 0x84, u32be(block.length).subarray(1), block)
}

/** AAC without a container (ADTS): frames of silence, of 1,024 samples each, at 44.1 kHz, stereo. */
export function aac({ frames }: { readonly frames: number }): Uint8Array {
  const length = 371
  const frame = bytes(
    0xff,
    0xf1,
    0x50,
    0x80 | (length >> 11),
    (length >> 3) & 255,
    ((length & 7) << 5) | 0x1f,
    0xfc,
    zeros(length - 7),
  )
  return bytes(...Array.from({ length: frames }, () => frame))
}
