import { hash as digest } from 'node:crypto'
import { blobToUuid } from '../util/uuid.ts'

/** The DNS namespace of RFC 9562 §6.6. The ids of contents are UUIDs in this namespace. */
const CONTENT_NAMESPACE = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex')

/** Bytes of a content hash: all 256 bits of BLAKE3. */
export const HASH_BYTES = 32

/** Hexadecimal digits of a hash that users see. */
const SHORT_HASH_DIGITS = 16

/**
 * The id of a content, the same on every device: UUIDv5 of the hash's 64 lower-case hexadecimal digits. Pass the
 * sampled hash, or the full hash of a content with a separate identity (`hash_version` 2).
 */
export function contentUuid(hash: Uint8Array): Uint8Array {
  const name = Buffer.allocUnsafe(CONTENT_NAMESPACE.length + HASH_BYTES * 2)
  CONTENT_NAMESPACE.copy(name)
  name.write(hashToHex(hash), CONTENT_NAMESPACE.length, 'latin1')
  const uuid = new Uint8Array(digest('sha1', name, 'buffer').subarray(0, 16))
  uuid[6] = 0x50 | (uuid[6]! & 0x0f)
  uuid[8] = 0x80 | (uuid[8]! & 0x3f)
  return uuid
}

/** Whether a content has this id: by its sampled hash, or by its full hash if it has a separate identity. */
export function isContent(contentId: string, { sampled, full }: { sampled: Uint8Array; full: Uint8Array }): boolean {
  return [sampled, full].some((hash) => blobToUuid(contentUuid(hash)) === contentId)
}

/** The 64 lower-case hexadecimal digits of a hash. */
export function hashToHex(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex')
}

/** The digits of a hash that users see. */
export function shortHash(hash: Uint8Array): string {
  return hashToHex(hash).slice(0, SHORT_HASH_DIGITS)
}
