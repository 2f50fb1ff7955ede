import type { Generated } from 'kysely'

/** The capture time of a photo or film, which is needed to pair the halves of a Live Photo. */
export interface CaptureTable {
  content_id: number
  /** The id that a photo shares with its video. */
  identifier: string | null
  /** Milliseconds since 1970; null if the time zone is unknown. */
  at_ms: number | null
  /** The time on the camera's clock, read as UTC. */
  clock_ms: number | null
  duration_ms: number | null
  /** Why the file could not be read. */
  error: string | null
}

/** The facts in an XMP file. */
export interface XmpDocumentTable {
  content_id: number
  /** JSON: `XmpFacts`; null if the file could not be read. */
  facts: string | null
  error: string | null
}

/** A file that was moved into the library, and its former place. */
export interface SidecarConversionTable {
  id: Generated<number>
  /** The uuid of the job that moved the file. */
  job: Uint8Array
  content_id: number
  /** A number of `sidecarKindNumbers`. */
  kind: number
  variant: string
  format: string
  /** Absolute path before the move. */
  path: Uint8Array
  /** The content that the file itself had when it was an entry. */
  source_content_id: number
  /** Modification time in milliseconds. */
  mtime: number
  size: number
  /** BLAKE3 of the file, 32 bytes. */
  checksum: Uint8Array
  /** A number of `conversionStateNumbers`. */
  state: number
  created_at: number
  updated_at: number
}
