import type { FileType } from '../../domain/index.ts'
import type { AudioFacts } from './audio-facts.ts'
import type { DocumentFacts } from './document/document-facts.ts'
import type { ImageFacts } from './image-facts.ts'
import type { VideoFacts } from './video/video-facts.ts'

interface FactsByKind {
  readonly image: ImageFacts
  readonly audio: AudioFacts
  readonly video: VideoFacts
  readonly document: DocumentFacts
}

export type MediaKind = keyof FactsByKind

const kindsByType: Partial<Record<FileType, MediaKind>> = {
  image: 'image',
  audio: 'audio',
  video: 'video',
  document: 'document',
  spreadsheet: 'document',
  presentation: 'document',
}

/** The kind of metadata that a type of file has; null if it has none. */
export function mediaKindOf(type: FileType | undefined): MediaKind | null {
  return (type && kindsByType[type]) ?? null
}

/** The values that a column can hold; `least` and `most` are inclusive. */
type Column =
  | { readonly type: 'integer' | 'real'; readonly least: number; readonly most: number }
  | { readonly type: 'text'; readonly maxLength: number }

type Columns<Facts> = { readonly [Name in keyof Facts]-?: Column }

export interface CheckedFacts {
  /** One value per column, in the order of `mediaColumns`. */
  readonly values: readonly (string | number | null)[]
  /** Names of the facts that do not fit their columns; their values are null. */
  readonly refused: readonly string[]
}

/** Captions are a paragraph at most. All readers cut texts at this length or earlier. */
const MAX_TEXT = 10_000
/** Length limit on an ISO 8601 time with a fraction and an offset. */
const MAX_TIME = 64
/** Limit on the offset of a time zone from UTC. */
const MAX_OFFSET_MINUTES = 1_440

const count: Column = { type: 'integer', least: 0, most: Number.MAX_SAFE_INTEGER }
const measure: Column = { type: 'real', least: 0, most: Number.MAX_VALUE }
const text: Column = { type: 'text', maxLength: MAX_TEXT }
const time: Column = { type: 'text', maxLength: MAX_TIME }
const offset: Column = { type: 'integer', least: -MAX_OFFSET_MINUTES, most: MAX_OFFSET_MINUTES }

const rating: Column = { type: 'integer', least: -1, most: 5 }
const latitude: Column = { type: 'real', least: -90, most: 90 }
const longitude: Column = { type: 'real', least: -180, most: 180 }
const altitude: Column = { type: 'real', least: -Number.MAX_VALUE, most: Number.MAX_VALUE }

const columns: { readonly [Kind in MediaKind]: Columns<FactsByKind[Kind]> } = {
  image: {
    width: count,
    height: count,
    taken_at: time,
    taken_offset_minutes: offset,
    latitude,
    longitude,
    altitude,
    camera_make: text,
    camera_model: text,
    lens_model: text,
    focal_length: measure,
    aperture: measure,
    shutter_speed: measure,
    iso: count,
    orientation: { type: 'integer', least: 1, most: 8 },
    color_space: text,
    color_profile: text,
    bit_depth: count,
    artist: text,
    copyright: text,
    description: text,
    keywords: text,
    rating,
  },
  audio: {
    duration_ms: count,
    bit_rate: count,
    sample_rate: count,
    channels: count,
    codec: text,
    title: text,
    artist: text,
    album: text,
    album_artist: text,
    genre: text,
    year: count,
    track_number: count,
    disc_number: count,
    composer: text,
    publisher: text,
    copyright: text,
  },
  video: {
    width: count,
    height: count,
    rotation: { type: 'integer', least: 0, most: 359 },
    duration_ms: count,
    bit_rate: count,
    codec: text,
    pixel_format: text,
    color_space: text,
    color_range: text,
    color_primaries: text,
    color_transfer: text,
    fps_num: count,
    fps_den: count,
    audio_codec: text,
    audio_channels: count,
    audio_sample_rate: count,
    audio_bit_rate: count,
    title: text,
    artist: text,
    album: text,
    creation_time: time,
    taken_at: time,
    taken_offset_minutes: offset,
    latitude,
    longitude,
    altitude,
    camera_make: text,
    camera_model: text,
    lens_model: text,
    keywords: text,
    rating,
  },
  document: {
    title: text,
    author: text,
    subject: text,
    description: text,
    keywords: text,
    pages: count,
    slides: count,
    sheets: count,
    program: text,
    created_at: time,
    modified_at: time,
  },
}

/** The columns of `image_media`, `audio_media`, `video_media` or `document_media`, except `content_id`. */
export function mediaColumns(kind: MediaKind): string[] {
  return Object.keys(columns[kind])
}

/**
 * Checks the media metadata of a file against its database columns. A fact that does not fit is left out and the others
 * stay, so the row can always be stored.
 */
export function checkFacts(kind: MediaKind, facts: object): CheckedFacts {
  const given = new Map<string, unknown>(Object.entries(facts))
  const refused: string[] = []
  const values = Object.entries<Column>(columns[kind]).map(([name, column]) => {
    const value = given.get(name) ?? null
    if (value === null || isHeld(value, column)) return value
    refused.push(name)
    return null
  })
  return { values, refused }
}

function isHeld(value: unknown, column: Column): value is string | number {
  switch (column.type) {
    case 'text':
      return typeof value === 'string' && value.length <= column.maxLength && !value.includes('\0')
    case 'integer':
      return Number.isSafeInteger(value) && isWithin(value as number, column)
    case 'real':
      return Number.isFinite(value) && isWithin(value as number, column)
  }
}

function isWithin(value: number, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return least <= value && value <= most
}
