import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { contentUuid } from '../../content/content-id.ts'
import { checkFacts, mediaColumns, type MediaKind } from '../../content/media/media-facts.ts'
import type { MediaResult } from '../../content/media/media-reader.ts'

/** Values of `entries.content_state`. */
export const PENDING = 0
const IDENTIFIED = 1
export const FAILED = 2

/** A file, with the facts that its row had when the row was read. */
export interface HashedFile {
  readonly id: number
  readonly size: number
  readonly mtime: number
  readonly mtimeNs: number
  /** Renaming a file changes its ctime: the bytes read under the old path may belong to another file. */
  readonly ctime: number
}

/** The type of a content, determined from its bytes. */
export interface TypedContent {
  /** A number of `fileTypeNumbers`. */
  readonly type: number
  readonly mime: string | null
  readonly confidence: number
}

/** The content that a read of a file found. */
export interface FoundContent extends TypedContent {
  readonly hash: Uint8Array
  /** Null if the file was not read completely. */
  readonly fullHash: Uint8Array | null
  readonly size: number
}

/** Another writer may have recorded a later change after the file was read. */
const SAME_FILE = 'id = ? and size = ? and mtime = ? and mtime_ns = ? and ctime = ?'

export interface KnownContent {
  readonly id: number
  readonly hash: Uint8Array
  readonly version: number
  readonly fullHash: Uint8Array | null
  readonly confidence: number
}

/** The statements that record contents. Called inside a transaction. */
export class ContentWriter {
  readonly #now: () => number
  readonly #byUuid: StatementSync
  readonly #byId: StatementSync
  readonly #insert: StatementSync
  readonly #keepFull: StatementSync
  readonly #link: StatementSync
  readonly #unstale: StatementSync
  readonly #fail: StatementSync
  readonly #conflict: StatementSync
  readonly #noConflict: StatementSync
  readonly #typed: StatementSync
  readonly #examined: StatementSync
  readonly #keepFacts: Readonly<Record<MediaKind, StatementSync>>

  constructor(db: DatabaseSync, now: () => number) {
    this.#now = now
    this.#byUuid = db.prepare(`select ${COLUMNS} from content_identities where uuid = ?`)
    this.#byId = db.prepare(`select ${COLUMNS} from content_identities where id = ?`)
    this.#insert = db.prepare(
      `insert into content_identities(uuid, hash, hash_version, full_hash, size, type, mime, confidence)
       values(?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#keepFull = db.prepare('update content_identities set full_hash = ? where id = ?')
    this.#link = db.prepare(
      `update entries set content_id = ?, content_state = ${IDENTIFIED}, type = ? where ${SAME_FILE}`,
    )
    this.#unstale = db.prepare('delete from stale_contents where entry_id = ?')
    this.#fail = db.prepare(`update entries set content_state = ${FAILED} where ${SAME_FILE}`)
    this.#conflict = db.prepare(
      `insert into content_conflicts(entry_id, extension, looks_like) values(?, ?, ?)
       on conflict(entry_id) do update set extension = excluded.extension, looks_like = excluded.looks_like`,
    )
    this.#noConflict = db.prepare('delete from content_conflicts where entry_id = ?')
    this.#typed = db.prepare('update content_identities set type = ?, mime = ?, confidence = ? where id = ?')
    this.#examined = db.prepare('update content_identities set examined_at = ? where id = ?')
    this.#keepFacts = {
      image: prepareFacts(db, 'image'),
      audio: prepareFacts(db, 'audio'),
      video: prepareFacts(db, 'video'),
      document: prepareFacts(db, 'document'),
    }
  }

  byId(id: number): KnownContent | null {
    return known(this.#byId.get(id))
  }

  /**
   * Finds or adds the content of a file. It is identified by its sampled hash. But if the row and the file both have a
   * full hash and the two differ, two contents share their samples: then this one is identified by its full hash.
   */
  identify(of: FoundContent): { id: number; uuid: Uint8Array } {
    const uuid = contentUuid(of.hash)
    const sampled = known(this.#byUuid.get(uuid))
    if (sampled && of.fullHash && sampled.fullHash && !Buffer.from(sampled.fullHash).equals(of.fullHash)) {
      const ownUuid = contentUuid(of.fullHash)
      const own = known(this.#byUuid.get(ownUuid))
      return { id: own ? this.#improve(own, of) : this.#add(ownUuid, of.fullHash, 2, of), uuid: ownUuid }
    }
    if (!sampled) return { id: this.#add(uuid, of.hash, 1, of), uuid }
    if (of.fullHash && !sampled.fullHash) this.#keepFull.run(of.fullHash, sampled.id)
    return { id: this.#improve(sampled, of), uuid }
  }

  /** Improves the type of a known content: deep mode also finds the type of contents that were only hashed before. */
  #improve(content: KnownContent, { type, mime, confidence }: TypedContent): number {
    if (confidence > content.confidence) this.#typed.run(type, mime, confidence, content.id)
    return content.id
  }

  /** Links a file to its content. Returns false if the row was updated to a later change in the meantime. */
  link(file: HashedFile, contentId: number, type: number): boolean {
    const { changes } = this.#link.run(contentId, type, file.id, file.size, file.mtime, file.mtimeNs, file.ctime)
    if (changes > 0) this.#unstale.run(file.id)
    return changes > 0
  }

  /** Records that a file could not be read. Returns false, and records nothing, if its row has changed since. */
  fail(file: HashedFile): boolean {
    const { changes } = this.#fail.run(file.id, file.size, file.mtime, file.mtimeNs, file.ctime)
    return changes > 0
  }

  conflict(entryId: number, conflict: { extension: string; looksLike: string } | null): void {
    if (conflict) this.#conflict.run(entryId, conflict.extension, conflict.looksLike)
    else this.#noConflict.run(entryId)
  }

  /** Records the media metadata of a content. Returns the names of the facts that cannot be stored. */
  examined(contentId: number, media: MediaResult | null): readonly string[] {
    const refused = media && 'row' in media ? this.#keepMedia(contentId, media.kind, media.row) : []
    this.#examined.run(this.#now(), contentId)
    return refused
  }

  #keepMedia(contentId: number, kind: MediaKind, row: object): readonly string[] {
    const { values, refused } = checkFacts(kind, row)
    this.#keepFacts[kind].run(contentId, ...values)
    return refused
  }

  #add(uuid: Uint8Array, hash: Uint8Array, version: number, of: FoundContent): number {
    const { lastInsertRowid } = this.#insert.run(
      uuid,
      hash,
      version,
      of.fullHash,
      of.size,
      of.type,
      of.mime,
      of.confidence,
    )
    return Number(lastInsertRowid)
  }
}

function prepareFacts(db: DatabaseSync, kind: MediaKind): StatementSync {
  const names = mediaColumns(kind)
  const marks = names.map(() => '?').join(', ')
  return db.prepare(`insert or replace into ${kind}_media(content_id, ${names.join(', ')}) values(?, ${marks})`)
}

function known(row: Record<string, unknown> | undefined): KnownContent | null {
  if (!row) return null
  return {
    id: Number(row['id']),
    hash: row['hash'] as Uint8Array,
    version: Number(row['hash_version']),
    fullHash: row['full_hash'] as Uint8Array | null,
    confidence: Number(row['confidence']),
  }
}

const COLUMNS = 'id, hash, hash_version, full_hash, confidence'
