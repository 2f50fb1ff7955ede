import { ADTS, FLAC, MATROSKA, MP3, MP4, MPEG_TS, OGG, QTFF, type Source, WAVE, WEBM } from 'mediabunny'

/** Containers of films that are read. Playlists, which name other files, are not among them. */
export const filmContainers = [MP4, QTFF, MATROSKA, WEBM, OGG, MPEG_TS]

/** Containers of sound that are read, with or without pictures. */
export const soundContainers = [...filmContainers, MP3, WAVE, FLAC, ADTS]

/** Whoever asks for the same bytes so often in a row goes in a circle; others ask a few times. */
const MAX_SAME_READS = 10_000

/** What mediabunny asks a source for; not in its types. */
interface Readable {
  _read(start: number, end: number, ...more: readonly number[]): unknown
}

/**
 * Has a source throw where its reader goes in a circle: of a Matroska that ends in what it does not know, mediabunny 1.61 asks
 * for the last eight bytes for ever, and lets nothing else in its thread have a turn.
 */
export function withoutCircles<S extends Source>(source: S): S {
  const readable = source as unknown as Readable
  const read = readable._read.bind(source)
  let [from, to, times] = [-1, -1, 0]
  readable._read = (start, end, ...more) => {
    times = start === from && end === to ? times + 1 : 0
    if (times > MAX_SAME_READS) throw new Error('it is damaged: what it consists of leads nowhere')
    from = start
    to = end
    return read(start, end, ...more)
  }
  return source
}

/** What a decoder is told besides its codec, as bytes. */
export function descriptionBytes(description: ArrayBufferView | ArrayBufferLike | undefined): Uint8Array | undefined {
  if (!description) return undefined
  return ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)
}
