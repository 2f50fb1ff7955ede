import type { Generated } from 'kysely'

/** One distinct content, for all files that have it. */
export interface ContentIdentityTable {
  id: Generated<number>
  /** UUIDv5 of the hash: the same on every device. */
  uuid: Uint8Array
  /** BLAKE3, 32 bytes: of size and samples (version 1), or of the whole file (version 2). */
  hash: Uint8Array
  hash_version: number
  /** BLAKE3 of the whole file, if it was computed. */
  full_hash: Uint8Array | null
  size: number
  /** A number of `fileTypeNumbers`. */
  type: number
  mime: string | null
  /** Confidence of `type`, in percent. */
  confidence: number
  /** When the type and media metadata were read; null if they were not. */
  examined_at: number | null
  /** A picture's thumbhash, some 21 bytes; null if none was generated. */
  thumbhash: Generated<Uint8Array | null>
  /** A picture's main colour, as 0xRRGGBB. */
  colour: Generated<number | null>
}

/**
 * The content that a large file had before it was modified. When the file is identified again, both are compared by
 * full hash.
 */
export interface StaleContentTable {
  entry_id: number
  content_id: number
}

/** A file whose name indicates one type and whose bytes another. */
export interface ContentConflictTable {
  entry_id: number
  extension: string
  looks_like: string
}
