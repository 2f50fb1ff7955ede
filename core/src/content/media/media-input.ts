import { ADTS, FLAC, MATROSKA, MP3, MP4, MPEG_TS, OGG, QTFF, type Source, WAVE, WEBM } from 'mediabunny'

/** Video containers that are read. Playlists are excluded, because they name other files. */
export const filmContainers = [MP4, QTFF, MATROSKA, WEBM, OGG, MPEG_TS]

/** Containers with sound that are read, with or without pictures. */
export const soundContainers = [...filmContainers, MP3, WAVE, FLAC, ADTS]

/**
 * If a reader requests the same bytes this many times in a row, it is in a loop. Normal readers repeat a request a few
 * times.
 */
const MAX_SAME_READS = 10_000

/** The method that mediabunny calls on a source; it is missing from its types. */
interface Readable {
  _read(start: number, end: number, ...more: readonly number[]): unknown
}

/**
 * Makes a source throw if its reader is in a loop. If a Matroska file ends in unknown data, mediabunny 1.61 requests
 * the last eight bytes for ever, and blocks everything else in its thread.
 */
export function withoutCircles<S extends Source>(source: S): S {
  const readable = source as unknown as Readable
  const read = readable._read.bind(source)
  let [from, to, times] = [-1, -1, 0]
  readable._read = (start, end, ...more) => {
    times = start === from && end === to ? times + 1 : 0
    if (times > MAX_SAME_READS) throw new Error('it is damaged: its structure never ends')
    from = start
    to = end
    return read(start, end, ...more)
  }
  return source
}

/** The decoder configuration of a track as bytes; it does not include the codec. */
export function descriptionBytes(description: ArrayBufferView | ArrayBufferLike | undefined): Uint8Array | undefined {
  if (!description) return undefined
  return ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)
}
