import type { Generated } from 'kysely'

/** One thing derived from a content, or to be derived. */
export interface SidecarTable {
  id: Generated<number>
  /** Null until it is ready for the first time. */
  uuid: Generated<Uint8Array | null>
  content_id: number
  /** Index into `sidecarKinds`. */
  kind: number
  variant: string
  /** The extension of its file. */
  format: string
  /** The entry it is, where it is a file of its own in a location and not one of the library. */
  source_entry_id: Generated<number | null>
  /** Index into `sidecarStates`. */
  state: number
  size: Generated<number | null>
  /** BLAKE3 of the file, 32 bytes. */
  checksum: Generated<Uint8Array | null>
  engine: Generated<string | null>
  engine_version: Generated<string | null>
  /** Version of the way it is made. */
  recipe: number
  attempts: Generated<number>
  error_code: Generated<string | null>
  error: Generated<string | null>
  created_at: number
  /** How long the content took, all its variants together; null until it was tried. */
  took_ms: Generated<number | null>
  updated_at: number
  /** The checksum of the file whose text is in the index of texts; null where none is. */
  indexed: Generated<Uint8Array | null>
}

/** What this library's folder has. */
export interface SidecarAvailabilityView {
  content_id: number
  kind: number
  variant: string
  format: string
  size: number
  checksum: Uint8Array
}
