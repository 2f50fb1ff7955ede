import type { VideoMediaTable } from '../../../store/schema/media.ts'

/** A row of `video_media`, from the header of a video. */
export type VideoFacts = Omit<VideoMediaTable, 'content_id'>

/** The result of one reader; `framesPerSecond` becomes a fraction. */
export interface FoundVideo extends Partial<Omit<VideoFacts, 'fps_num' | 'fps_den'>> {
  readonly framesPerSecond?: number | null | undefined
}

/** Titles fit on one line; a longer text is not a title. */
const MAX_TEXT = 1_000

/**
 * Frame rates are multiples of 1 or of 1000/1001. If times are rounded to milliseconds, the computed rate is wrong by
 * at most this fraction.
 */
const FRAME_RATE_BLUR = 0.000_5

export function videoFacts({ framesPerSecond, ...found }: FoundVideo, size: number): VideoFacts {
  const rate = fraction(framesPerSecond ?? null)
  const ms = whole(found.duration_ms)
  return {
    width: whole(found.width),
    height: whole(found.height),
    rotation: whole(found.rotation),
    duration_ms: ms,
    bit_rate: ms === null ? null : whole((size * 8_000) / ms),
    codec: text(found.codec),
    pixel_format: found.pixel_format ?? null,
    color_space: found.color_space ?? null,
    color_range: found.color_range ?? null,
    color_primaries: found.color_primaries ?? null,
    color_transfer: found.color_transfer ?? null,
    fps_num: rate?.[0] ?? null,
    fps_den: rate?.[1] ?? null,
    audio_codec: text(found.audio_codec),
    audio_channels: whole(found.audio_channels),
    audio_sample_rate: whole(found.audio_sample_rate),
    audio_bit_rate: whole(found.audio_bit_rate),
    title: text(found.title),
    artist: text(found.artist),
    album: text(found.album),
    creation_time: found.creation_time ?? null,
    taken_at: found.taken_at ?? null,
    taken_offset_minutes: found.taken_offset_minutes ?? null,
    latitude: found.latitude ?? null,
    longitude: found.longitude ?? null,
    altitude: found.altitude ?? null,
    camera_make: text(found.camera_make),
    camera_model: text(found.camera_model),
    lens_model: text(found.lens_model),
    keywords: found.keywords ?? null,
    rating: found.rating ?? null,
  }
}

/** Frames per second as numerator and denominator: 30000/1001 instead of 29.97. */
function fraction(rate: number | null): [number, number] | null {
  if (rate === null || !Number.isFinite(rate) || rate <= 0 || rate > 100_000) return null
  const choices: [number, number][] = [
    [Math.round(rate), 1],
    [Math.round((rate * 1_001) / 1_000) * 1_000, 1_001],
  ]
  const off = ([num, den]: [number, number]) => Math.abs(num / den / rate - 1)
  const [best] = choices.toSorted((a, b) => off(a) - off(b))
  if (off(best!) <= FRAME_RATE_BLUR) return best!
  const thousandths = Math.round(rate * 1_000)
  const divisor = greatestDivisor(thousandths, 1_000)
  return thousandths === 0 ? null : [thousandths / divisor, 1_000 / divisor]
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

function whole(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : null
}

function text(value: string | null | undefined): string | null {
  const trimmed = (value ?? '').replaceAll('\0', '').trim().slice(0, MAX_TEXT)
  return trimmed === '' ? null : trimmed
}

/** Milliseconds since 1970 as ISO 8601 in UTC; null if the clock was never set. */
export function isoTime(ms: number): string | null {
  // Cameras without a clock write the start of their epoch.
  if (!Number.isFinite(ms) || ms < EARLIEST_MS || ms > LATEST_MS) return null
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** Limits on plausible times: these formats did not exist before 1971, and no clock is two centuries fast. */
const EARLIEST_MS = Date.UTC(1971)
const LATEST_MS = Date.UTC(2200)
