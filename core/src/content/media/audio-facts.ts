import { parseFile } from 'music-metadata'
import type { AudioMediaTable } from '../../library/db/schema/media.ts'

export type AudioFacts = Omit<AudioMediaTable, 'content_id'>

/** What a sound file says of itself. */
export async function readAudioFacts(path: string): Promise<AudioFacts> {
  const { format, common } = await parseFile(path, { duration: true, skipCovers: true })
  return {
    duration_ms: format.duration === undefined ? null : Math.round(format.duration * 1_000),
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
  return typeof value === 'number' && Number.isFinite(value) ? Math.round(value) : null
}

function text(value: string | undefined): string | null {
  const trimmed = value?.replaceAll('\0', '').trim() ?? ''
  return trimmed === '' ? null : trimmed
}
