import { hashToHex, shortHash } from '../content/index.ts'
import type { ReadDatabase } from '../db/sqlite.ts'
import { xmpFacts } from './companions.ts'

/** The hashes of a content, as hex: a short one, and the full one if it is known. */
export function hashesOf(db: ReadDatabase, contentId: number): { shortHash: string; fullHash: string | null } {
  const row = db.prepare('select hash, full_hash from content_identities where id = ?').get(contentId)!
  const full = row['full_hash'] as Uint8Array | null
  return { shortHash: shortHash(row['hash'] as Uint8Array), fullHash: full && hashToHex(full) }
}

/** The media metadata of a content, with the facts of the XMP file beside it; null if there are none. */
export function metadataOf(
  db: ReadDatabase,
  contentId: number,
  folderId: number | null,
): Record<string, unknown> | null {
  const own = ownMetadata(db, contentId)
  const xmp = xmpFacts(db, contentId, folderId)
  return xmp ? { ...own, xmp } : own
}

function ownMetadata(db: ReadDatabase, contentId: number): Record<string, unknown> | null {
  for (const table of ['image_media', 'video_media', 'audio_media', 'document_media'] as const) {
    const row = db.prepare(`select * from ${table} where content_id = ?`).get(contentId)
    if (!row) continue
    const known = Object.entries(row).filter(([key, value]) => key !== 'content_id' && value !== null)
    return Object.fromEntries(
      known.map(([key, value]) => [toCamelCase(key), key === 'keywords' ? JSON.parse(String(value)) : value]),
    )
  }
  return null
}

/** The type that the content of an entry looks like, if its name says another one. */
export function conflictOf(db: ReadDatabase, entryId: number): string | null {
  const row = db.prepare('select looks_like from content_conflicts where entry_id = ?').get(entryId)
  return row ? String(row['looks_like']) : null
}

function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
