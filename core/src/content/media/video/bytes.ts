import { latin1, u32le } from '../../types/structure/bytes.ts'

/** ffmpeg's names for Windows four-character codes; other codes become lower case. */
const fourCharacterCodes: Readonly<Record<string, string>> = {
  divx: 'mpeg4',
  dx50: 'mpeg4',
  xvid: 'mpeg4',
  fmp4: 'mpeg4',
  mp4v: 'mpeg4',
  div3: 'msmpeg4v3',
  mp43: 'msmpeg4v3',
  mp42: 'msmpeg4v2',
  avc1: 'h264',
  x264: 'h264',
  hevc: 'hevc',
  mjpg: 'mjpeg',
  vp80: 'vp8',
  vp90: 'vp9',
  dvsd: 'dvvideo',
  wmv1: 'wmv1',
  wmv2: 'wmv2',
  wmv3: 'wmv3',
  wvc1: 'vc1',
  '\0\0\0\0': 'rawvideo',
}

export function codecOfFourCharacters(bytes: Uint8Array, at: number): string {
  const code = latin1(bytes, at, at + 4).toLowerCase()
  return fourCharacterCodes[code] ?? code.trim()
}

/** `wFormatTag` of a `WAVEFORMATEX`. */
const waveFormats: Readonly<Record<number, string>> = {
  1: 'pcm',
  2: 'adpcm',
  3: 'pcm',
  6: 'alaw',
  7: 'mulaw',
  0x50: 'mp2',
  0x55: 'mp3',
  0xff: 'aac',
  0x160: 'wmav1',
  0x161: 'wmav2',
  0x162: 'wmapro',
  0x163: 'wmalossless',
  0x2000: 'ac3',
  0x2001: 'dts',
  0xf1ac: 'flac',
}

/** The sound format in a `WAVEFORMATEX`. */
export function waveFormat(bytes: Uint8Array, at: number) {
  const tag = bytes[at]! | (bytes[at + 1]! << 8)
  return {
    audio_codec: waveFormats[tag] ?? null,
    audio_channels: bytes[at + 2]! | (bytes[at + 3]! << 8),
    audio_sample_rate: u32le(bytes, at + 4),
    audio_bit_rate: u32le(bytes, at + 8) * 8,
  }
}

export function u64le(bytes: Uint8Array, at: number): number {
  return u32le(bytes, at) + u32le(bytes, at + 4) * 0x1_0000_0000
}
