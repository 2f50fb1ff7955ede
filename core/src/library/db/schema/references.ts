import type { Generated } from 'kysely'

/** What a photo or a film says of when it was taken, by which the halves of a Live Photo are known. */
export interface CaptureTable {
  content_id: number
  /** What a photo shares with its video. */
  identifier: string | null
  /** Milliseconds since 1970; null where no time zone is known. */
  at_ms: number | null
  /** What the camera's clock showed, as if it had been in UTC. */
  clock_ms: number | null
  duration_ms: number | null
  /** Why the file could not be read. */
  error: string | null
}

/** What an XMP file says. */
export interface XmpDocumentTable {
  content_id: number
  /** JSON: `XmpFacts`; null where it could not be read. */
  facts: string | null
  error: string | null
}

/** A file that was moved into the library, and where it came from. */
export interface SidecarConversionTable {
  id: Generated<number>
  /** Uuid of the job. */
  job: Uint8Array
  content_id: number
  /** Index into `sidecarKinds`. */
  kind: number
  variant: string
  format: string
  /** Absolute. */
  path: Uint8Array
  /** The content of the file itself, as long as it was an entry. */
  source_content_id: number
  /** Milliseconds. */
  mtime: number
  size: number
  /** BLAKE3 of the file, 32 bytes. */
  checksum: Uint8Array
  /** Index into `conversionStates`. */
  state: number
  created_at: number
  updated_at: number
}
