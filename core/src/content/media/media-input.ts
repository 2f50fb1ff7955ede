import { ADTS, FLAC, MATROSKA, MP3, MP4, MPEG_TS, OGG, QTFF, WAVE, WEBM } from 'mediabunny'

/** Containers of films that are read. Playlists, which name other files, are not among them. */
export const filmContainers = [MP4, QTFF, MATROSKA, WEBM, OGG, MPEG_TS]

/** Containers of sound that are read, with or without pictures. */
export const soundContainers = [...filmContainers, MP3, WAVE, FLAC, ADTS]

/** What a decoder is told besides its codec, as bytes. */
export function descriptionBytes(description: ArrayBufferView | ArrayBufferLike | undefined): Uint8Array | undefined {
  if (!description) return undefined
  return ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)
}
