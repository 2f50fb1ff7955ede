import type { ByteSource } from '../../types/byte-source.ts'
import { u16le, u32le } from '../../types/structure/bytes.ts'
import { codecOfFourCharacters, u64le, waveFormat } from './bytes.ts'
import { type FoundVideo, isoTime } from './video-facts.ts'

/** Limit on the objects of a header, for damaged files. */
const MAX_OBJECTS = 1_000

/** Ids from section 10 of the ASF specification, in the byte order of the file. */
const HEADER = '3026b2758e66cf11a6d900aa0062ce6c'
const FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365'
const STREAM_PROPERTIES = '9107dcb7b7a9cf118ee600c00c205365'
const CONTENT_DESCRIPTION = '3326b2758e66cf11a6d900aa0062ce6c'
const HEADER_EXTENSION = 'b503bf5f2ea9cf118ee300c00c205365'
const EXTENDED_STREAM = 'cba5e61472c632438399a96952065b5a'
const VIDEO_STREAM = 'c0ef19bc4d5bcf11a8fd00805f5c442b'
const AUDIO_STREAM = '409e69f84d5bcf11a8fd00805f5c442b'

/** Milliseconds from the beginning of 1601, the epoch of ASF, to the beginning of 1970. */
const EPOCH_1601_MS = 11_644_473_600_000

/** Reads the header of Windows Media; null for other files. */
export function readAsf({ head }: ByteSource): FoundVideo | null {
  if (idAt(head, 0) !== HEADER) return null
  return Object.assign({}, ...facts(head, 30, Math.min(head.length, u64le(head, 16)))) as FoundVideo
}

function* facts(head: Uint8Array, start: number, end: number): Generator<FoundVideo> {
  let at = start
  for (let i = 0; i < MAX_OBJECTS && at + 24 <= end; i++) {
    const length = u64le(head, at + 16)
    const inside = at + 24
    switch (idAt(head, at)) {
      case FILE_PROPERTIES:
        yield {
          creation_time: isoTime(u64le(head, inside + 24) / 10_000 - EPOCH_1601_MS),
          // The stored duration includes the preroll, which is sent before playback.
          duration_ms: u64le(head, inside + 40) / 10_000 - u64le(head, inside + 56),
        }
        break
      case STREAM_PROPERTIES:
        yield stream(head, inside)
        break
      case CONTENT_DESCRIPTION:
        yield description(head, inside)
        break
      case HEADER_EXTENSION:
        yield* facts(head, inside + 22, Math.min(end, at + length))
        break
      case EXTENDED_STREAM: {
        const frame = u64le(head, inside + 52)
        if (frame > 0) yield { framesPerSecond: 10_000_000 / frame }
        break
      }
    }
    if (length < 24) return
    at += length
  }
}

function stream(head: Uint8Array, at: number): FoundVideo {
  const specific = at + 54
  if (idAt(head, at) === AUDIO_STREAM) return waveFormat(head, specific)
  if (idAt(head, at) !== VIDEO_STREAM) return {}
  return {
    width: u32le(head, specific),
    height: u32le(head, specific + 4),
    codec: codecOfFourCharacters(head, specific + 11 + 16),
  }
}

function description(head: Uint8Array, at: number): FoundVideo {
  const [titleLength, artistLength] = [u16le(head, at), u16le(head, at + 2)]
  const utf16 = (start: number, length: number) =>
    Buffer.from(head.subarray(start, start + length)).toString('utf16le') || null
  return { title: utf16(at + 10, titleLength), artist: utf16(at + 10 + titleLength, artistLength) }
}

function idAt(head: Uint8Array, at: number): string {
  return Buffer.from(head.subarray(at, at + 16)).toString('hex')
}
