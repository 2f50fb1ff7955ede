import type { IAudioMetadata } from 'music-metadata'
import type { AudioMediaTable } from '../../store/schema/media.ts'

/** A row of `audio_media`, from the metadata of a sound file. */
export type AudioFacts = Omit<AudioMediaTable, 'content_id'>

/** Titles fit on one line; a longer text is not a title. */
const MAX_TEXT = 1_000

export function audioFacts({ format, common }: IAudioMetadata): AudioFacts {
  const { duration } = format
  return {
    duration_ms: duration === undefined || !Number.isFinite(duration) ? null : Math.round(duration * 1_000),
    bit_rate: whole(format.bitrate),
    sample_rate: whole(format.sampleRate),
    channels: whole(format.numberOfChannels),
    codec: text(format.codec),
    title: text(common.title),
    artist: text(common.artist),
    album: text(common.album),
    album_artist: text(common.albumartist),
    genre: text(common.genre?.join(', ')),
    year: whole(common.year),
    track_number: whole(common.track.no),
    disc_number: whole(common.disk.no),
    composer: text(common.composer?.join(', ')),
    publisher: text(common.label?.join(', ')),
    copyright: text(common.copyright),
  }
}

function whole(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : null
}

function text(value: string | undefined): string | null {
  const trimmed = (value ?? '').replaceAll('\0', '').trim().slice(0, MAX_TEXT)
  return trimmed === '' ? null : trimmed
}
