import type { ByteSource } from '../../types/byte-source.ts'
import { latin1, startsAt, u32le } from '../../types/structure/bytes.ts'
import { codecOfFourCharacters, waveFormat } from './bytes.ts'
import type { FoundVideo } from './video-facts.ts'

/** Headers take some kilobytes; chunks beyond this number are ignored. */
const MAX_CHUNKS = 1_000

/** Reads the header of an AVI (RIFF, `hdrl` and `INFO`); null for other files. */
export function readAvi({ head }: ByteSource): FoundVideo | null {
  if (!startsAt(head, 0, 'RIFF') || !startsAt(head, 8, 'AVI ')) return null
  const found: { -readonly [K in keyof FoundVideo]: FoundVideo[K] } = {}
  let frames = 0
  for (const { name, at, end } of chunks(head, 12, head.length, { left: MAX_CHUNKS })) {
    if (name === 'dmlh') frames = u32le(head, at)
    if (name === 'strl' && startsAt(head, at, 'strh')) Object.assign(found, stream(head, at, end))
    const field = infoFields[name]
    if (field) found[field] ??= latin1(head, at, end)
  }
  // The stream's length covers only the first gigabyte; `dmlh` covers the whole file.
  if (frames > 0 && found.framesPerSecond) found.duration_ms = (frames * 1_000) / found.framesPerSecond
  return found
}

const infoFields: Readonly<Record<string, 'title' | 'artist' | 'album'>> = {
  INAM: 'title',
  IART: 'artist',
  IPRD: 'album',
}

interface Chunk {
  readonly name: string
  readonly at: number
  readonly end: number
}

/** All chunks in order. A list is followed by the chunks in it. */
function* chunks(head: Uint8Array, start: number, end: number, budget: { left: number }): Generator<Chunk> {
  let at = start
  for (; at + 8 <= end && budget.left > 0; budget.left--) {
    const length = u32le(head, at + 4)
    const isList = startsAt(head, at, 'LIST')
    const inside = { at: at + (isList ? 12 : 8), end: Math.min(at + 8 + length, end) }
    const name = latin1(head, isList ? at + 8 : at, isList ? at + 12 : at + 4)
    if (name === 'movi') {
      at += 8 + length + (length & 1)
      continue
    }
    yield { name, ...inside }
    if (isList) yield* chunks(head, inside.at, inside.end, budget)
    at += 8 + length + (length & 1)
  }
}

/** A `strl` list: `strh`, then `strf`. */
function stream(head: Uint8Array, at: number, end: number): FoundVideo {
  const header = at + 8
  const format = header + u32le(head, at + 4) + 8
  if (format > end) return {}
  if (startsAt(head, header, 'auds')) return waveFormat(head, format)
  if (!startsAt(head, header, 'vids')) return {}
  const rate = u32le(head, header + 24) / u32le(head, header + 20)
  return {
    width: u32le(head, format + 4),
    // If the height is negative, the first row is the top one.
    height: Math.abs(u32le(head, format + 8) | 0),
    codec: codecOfFourCharacters(head, format + 16),
    framesPerSecond: rate,
    duration_ms: (u32le(head, header + 32) * 1_000) / rate,
  }
}
