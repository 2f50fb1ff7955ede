import type { Generated } from 'kysely'

/** One distinct content, however many files hold it. */
export interface ContentIdentityTable {
  id: Generated<number>
  /** UUIDv5 of the hash: the same on every device. */
  uuid: Uint8Array
  /** BLAKE3, 32 bytes: of size and samples (version 1), or of the whole file (version 2). */
  hash: Uint8Array
  hash_version: number
  /** BLAKE3 of the whole file, where it has been computed. */
  full_hash: Uint8Array | null
  size: number
  /** Index into `fileTypes`. */
  type: number
  mime: string | null
  /** 0–100: how sure `type` is. */
  confidence: number
  /** When its type and media metadata were read; null where they have not been. */
  examined_at: number | null
  /** What a picture looks like before it is there (thumbhash, some 21 bytes); null where none was made. */
  thumbhash: Generated<Uint8Array | null>
  /** The colour a picture has most of, as 0xRRGGBB. */
  colour: Generated<number | null>
}

/** What a large file's content was before it was touched: compared by full hash when it is identified again. */
export interface StaleContentTable {
  entry_id: number
  content_id: number
}

/** A file whose name says one type and whose bytes say another. */
export interface ContentConflictTable {
  entry_id: number
  extension: string
  looks_like: string
}
