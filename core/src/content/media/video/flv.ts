import type { ByteSource } from '../../types/byte-source.ts'
import { startsAt, u16be, u32be } from '../../types/structure/bytes.ts'
import type { FoundVideo } from './video-facts.ts'

/** Limit on the values read from the first message; its lists have thousands of key frames. */
const MAX_VALUES = 200
const MAX_DEPTH = 2

const SCRIPT_TAG = 18

/** Adobe Flash Video File Format Specification 10.1, E.4.3.1 and E.4.2.1. */
const videoCodecs: Readonly<Record<string, string>> = {
  2: 'flv1',
  3: 'flashsv',
  4: 'vp6f',
  5: 'vp6a',
  6: 'flashsv2',
  7: 'h264',
  12: 'hevc',
  avc1: 'h264',
  hvc1: 'hevc',
  vp09: 'vp9',
  av01: 'av1',
}
const audioCodecs: Readonly<Record<string, string>> = {
  0: 'pcm',
  1: 'adpcm_swf',
  2: 'mp3',
  3: 'pcm',
  4: 'nellymoser',
  5: 'nellymoser',
  6: 'nellymoser',
  7: 'alaw',
  8: 'mulaw',
  10: 'aac',
  11: 'speex',
  14: 'mp3',
  mp4a: 'aac',
}

type Value = number | string | boolean | null

/** Reads the first message of a Flash video (`onMetaData`, in AMF 0); null for other files. */
export function readFlv({ head }: ByteSource): FoundVideo | null {
  if (!startsAt(head, 0, 'FLV')) return null
  const tag = u32be(head, 5) + 4
  if (head[tag] !== SCRIPT_TAG) return {}
  const values = new Map(metadata(new AmfReader(head, tag + 11)))
  const number = (key: string) => (typeof values.get(key) === 'number' ? Number(values.get(key)) : null)
  const text = (key: string) => (typeof values.get(key) === 'string' ? String(values.get(key)) : null)
  const seconds = number('duration')
  const stereo = values.get('stereo')
  const kilobits = number('audiodatarate')
  return {
    width: number('width'),
    height: number('height'),
    duration_ms: seconds === null ? null : seconds * 1_000,
    framesPerSecond: number('framerate'),
    codec: videoCodecs[String(values.get('videocodecid'))] ?? null,
    audio_codec: audioCodecs[String(values.get('audiocodecid'))] ?? null,
    audio_channels: number('audiochannels') ?? (typeof stereo === 'boolean' ? (stereo ? 2 : 1) : null),
    audio_sample_rate: number('audiosamplerate'),
    audio_bit_rate: kilobits === null ? null : kilobits * 1_000,
    title: text('title'),
    artist: text('artist'),
    album: text('album'),
  }
}

function* metadata(reader: AmfReader): Generator<[string, Value]> {
  if (reader.value(0) !== 'onMetaData') return
  const type = reader.byte()
  if (type === 8) reader.skip(4)
  else if (type !== 3) return
  yield* reader.pairs(0)
}

/** Reads Action Message Format 0; skips the contents of lists and objects. */
class AmfReader {
  readonly #bytes: Uint8Array
  #at: number
  #left = MAX_VALUES

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 9
  }

  skip(count: number): void {
    this.#at += count
  }

  *pairs(depth: number): Generator<[string, Value]> {
    while (this.#left-- > 0 && this.#at + 3 <= this.#bytes.length) {
      const key = this.#string(2)
      if (key === '' && this.#bytes[this.#at] === 9) return this.skip(1)
      yield [key, this.value(depth)]
    }
  }

  value(depth: number): Value {
    switch (this.byte()) {
      case 0: {
        const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
        const at = this.#at
        this.skip(8)
        return at + 8 <= view.byteLength ? view.getFloat64(at) : null
      }
      case 1:
        return this.byte() !== 0
      case 2:
        return this.#string(2)
      case 12:
        return this.#string(4)
      case 8:
        this.skip(4)
        return this.#passOver(depth)
      case 3:
        return this.#passOver(depth)
      case 10:
        return this.#passOverList(depth)
      case 11:
        this.skip(10)
        return null
      default:
        return null
    }
  }

  #passOver(depth: number): null {
    if (depth >= MAX_DEPTH) this.#left = 0
    else for (const _ of this.pairs(depth + 1));
    return null
  }

  #passOverList(depth: number): null {
    const count = u32be(this.#bytes, this.#at)
    this.skip(4)
    if (depth >= MAX_DEPTH) this.#left = 0
    // Lists of times and positions are long and contain nothing useful.
    for (let i = 0; i < count && this.#at < this.#bytes.length && this.#left > 0; i++) this.value(depth + 1)
    return null
  }

  #string(bytes: 2 | 4): string {
    const length = bytes === 2 ? u16be(this.#bytes, this.#at) : u32be(this.#bytes, this.#at)
    this.skip(bytes)
    const text = Buffer.from(this.#bytes.subarray(this.#at, this.#at + length)).toString('utf8')
    this.skip(length)
    return text
  }
}
