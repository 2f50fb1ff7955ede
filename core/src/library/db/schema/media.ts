/** What a picture says of itself. */
export interface ImageMediaTable {
  content_id: number
  width: number | null
  height: number | null
  /** ISO 8601 as the camera's clock showed it, with its offset where it is known. */
  taken_at: string | null
  taken_offset_minutes: number | null
  latitude: number | null
  longitude: number | null
  /** Metres. */
  altitude: number | null
  camera_make: string | null
  camera_model: string | null
  lens_model: string | null
  /** Millimetres. */
  focal_length: number | null
  /** F-number. */
  aperture: number | null
  /** Seconds. */
  shutter_speed: number | null
  iso: number | null
  /** EXIF 1–8. */
  orientation: number | null
  color_space: string | null
  /** What the embedded ICC profile calls itself. */
  color_profile: string | null
  bit_depth: number | null
  artist: string | null
  copyright: string | null
  description: string | null
}

/** What a video says of itself. Codecs and pixel formats have the names that ffmpeg gives them, colours those of WebCodecs. */
export interface VideoMediaTable {
  content_id: number
  /** Pixels as stored, before it is turned. */
  width: number | null
  height: number | null
  /** Degrees clockwise to turn it by; null where it is upright. */
  rotation: number | null
  duration_ms: number | null
  /** Bits a second, of the whole file. */
  bit_rate: number | null
  codec: string | null
  pixel_format: string | null
  /** The matrix between its colours and red, green and blue. */
  color_space: string | null
  /** `limited` or `full`. */
  color_range: string | null
  color_primaries: string | null
  color_transfer: string | null
  /** Pictures a second: numerator and denominator. */
  fps_num: number | null
  fps_den: number | null
  audio_codec: string | null
  audio_channels: number | null
  /** Hertz. */
  audio_sample_rate: number | null
  /** Bits a second. */
  audio_bit_rate: number | null
  title: string | null
  artist: string | null
  album: string | null
  /** ISO 8601 in UTC: when the file says it was made. */
  creation_time: string | null
  /** ISO 8601 as the camera's clock showed it, with its offset where it is known. */
  taken_at: string | null
  taken_offset_minutes: number | null
}

/** What a sound file says of itself. */
export interface AudioMediaTable {
  content_id: number
  duration_ms: number | null
  /** Bits a second. */
  bit_rate: number | null
  /** Hertz. */
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
