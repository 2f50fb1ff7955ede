/** The metadata of a picture. */
export interface ImageMediaTable {
  content_id: number
  width: number | null
  height: number | null
  /** The time on the camera's clock, in ISO 8601, with its offset if known. */
  taken_at: string | null
  taken_offset_minutes: number | null
  latitude: number | null
  longitude: number | null
  /** In metres. */
  altitude: number | null
  camera_make: string | null
  camera_model: string | null
  lens_model: string | null
  /** In millimetres. */
  focal_length: number | null
  /** The f-number. */
  aperture: number | null
  /** In seconds. */
  shutter_speed: number | null
  iso: number | null
  /** EXIF orientation, 1 to 8. */
  orientation: number | null
  color_space: string | null
  /** The name in the embedded ICC profile. */
  color_profile: string | null
  bit_depth: number | null
  artist: string | null
  copyright: string | null
  description: string | null
  /** A JSON array of texts. */
  keywords: string | null
  /** 0 to 5 stars; -1 for a rejected picture. */
  rating: number | null
}

/** The metadata of a video. Codecs and pixel formats have the names of ffmpeg, colours those of WebCodecs. */
export interface VideoMediaTable {
  content_id: number
  /** Pixels as stored, before rotation. */
  width: number | null
  height: number | null
  /** Rotation in degrees clockwise; null for an upright video. */
  rotation: number | null
  duration_ms: number | null
  /** Bits per second, of the whole file. */
  bit_rate: number | null
  codec: string | null
  pixel_format: string | null
  /** The colour matrix. */
  color_space: string | null
  /** `limited` or `full`. */
  color_range: string | null
  color_primaries: string | null
  color_transfer: string | null
  /** Frames per second: numerator and denominator. */
  fps_num: number | null
  fps_den: number | null
  audio_codec: string | null
  audio_channels: number | null
  /** In hertz. */
  audio_sample_rate: number | null
  /** In bits per second. */
  audio_bit_rate: number | null
  title: string | null
  artist: string | null
  album: string | null
  /** The creation time in the file, in ISO 8601 in UTC. */
  creation_time: string | null
  /** The time on the camera's clock, in ISO 8601, with its offset if known. */
  taken_at: string | null
  taken_offset_minutes: number | null
  latitude: number | null
  longitude: number | null
  /** In metres. */
  altitude: number | null
  camera_make: string | null
  camera_model: string | null
  lens_model: string | null
  /** A JSON array of texts. */
  keywords: string | null
  /** 0 to 5 stars; -1 for a rejected video. */
  rating: number | null
}

/** The metadata of a document, a workbook or a presentation, as its author's program wrote it. */
export interface DocumentMediaTable {
  content_id: number
  title: string | null
  author: string | null
  subject: string | null
  description: string | null
  /** A JSON array of texts. */
  keywords: string | null
  pages: number | null
  slides: number | null
  sheets: number | null
  /** The program that wrote the document. */
  program: string | null
  /** ISO 8601, with the offset if the document states it. */
  created_at: string | null
  modified_at: string | null
}

/** The metadata of a sound file. */
export interface AudioMediaTable {
  content_id: number
  duration_ms: number | null
  /** In bits per second, for the whole file. */
  bit_rate: number | null
  /** In hertz. */
  sample_rate: number | null
  channels: number | null
  codec: string | null
  title: string | null
  artist: string | null
  album: string | null
  album_artist: string | null
  genre: string | null
  year: number | null
  track_number: number | null
  disc_number: number | null
  composer: string | null
  publisher: string | null
  copyright: string | null
}
