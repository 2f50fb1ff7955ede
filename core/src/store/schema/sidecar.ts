import type { Generated } from 'kysely'

/** A sidecar of a content, or one that will be generated. */
export interface SidecarTable {
  id: Generated<number>
  /** Null until the sidecar is ready for the first time. */
  uuid: Generated<Uint8Array | null>
  content_id: number
  /** A number of `sidecarKindNumbers`. */
  kind: number
  variant: string
  /** The extension of its file. */
  format: string
  /** The entry of the sidecar's file, if it is a file of the user in a location, not a file of the library. */
  source_entry_id: Generated<number | null>
  /** A number of `sidecarStateNumbers`. */
  state: number
  size: Generated<number | null>
  /** BLAKE3 of the file, 32 bytes. */
  checksum: Generated<Uint8Array | null>
  engine: Generated<string | null>
  engine_version: Generated<string | null>
  /** Version of the recipe that generates it. */
  recipe: number
  attempts: Generated<number>
  error_code: Generated<string | null>
  error: Generated<string | null>
  created_at: number
  /** How long generating took, for all variants together, in milliseconds; null before the first attempt. */
  took_ms: Generated<number | null>
  updated_at: number
}

/** The sidecars in this library's folder. */
export interface SidecarAvailabilityView {
  content_id: number
  kind: number
  variant: string
  format: string
  size: number
  checksum: Uint8Array
}
