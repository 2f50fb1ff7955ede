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
  bit_depth: number | null
  artist: string | null
  copyright: string | null
  description: string | null
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
