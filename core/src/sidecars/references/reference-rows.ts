import {
  type ContentId,
  type EntryId,
  type SidecarKind,
  sidecarKindByNumber,
  sidecarKindNumbers,
} from '../../domain/index.ts'
import { keepFullHash } from '../../indexing/index.ts'
import type { LibraryStore, WriteTransaction } from '../../store/index.ts'
import { CoreError } from '../../util/errors.ts'
import { blobToUuid, UuidFactory, uuidToBlob } from '../../util/uuid.ts'
import { columnsOf, putReady, READY, type RowName } from '../rows/row.ts'
import type { Finding, WantedReference } from './messages.ts'

/** A sidecar that is a user's own file, with the row id of its entry. */
export interface ReferenceRow {
  readonly id: number
  readonly contentRowId: number
  readonly contentId: ContentId
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
  readonly entryRowId: number
  readonly size: number
  readonly checksum: Uint8Array
}

/** Selects references. */
export interface ReferenceFilter {
  /** The content to which the references belong, or the content of a reference itself. */
  readonly contentId?: ContentId | undefined
  readonly kind?: SidecarKind | undefined
}

/** Limit on the copies of one content that are checked. */
const MAX_COPIES = 256

/** Increased when the rules for pairing change. */
const DETECTION_VERSION = '1'

/** The rows of references, and of the facts that are read in order to find them. */
export class ReferenceRows {
  readonly #store: LibraryStore
  readonly #uuids: UuidFactory
  readonly #now: () => number

  constructor(store: LibraryStore, now: () => number) {
    this.#store = store
    this.#uuids = new UuidFactory(now)
    this.#now = now
  }

  /** Records the facts read from some files. */
  async record(findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0) return
    await this.#store.write(async ({ db }) => {
      for (const finding of findings) await recordFinding(db, finding)
    })
  }

  /** Records the full hash of a content. */
  async keepWholeHash(contentRowId: number, hash: Uint8Array): Promise<void> {
    await this.#store.write(({ db }) => keepFullHash(db, contentRowId, hash))
  }

  /** Forgets read errors, so that the next run reads those files again. */
  async forgetErrors(): Promise<void> {
    await this.#store.write(async ({ db }) => {
      await db.deleteFrom('captures').where('error', 'is not', null).execute()
      await db.deleteFrom('xmp_documents').where('error', 'is not', null).execute()
    })
  }

  /** Writes the wanted references; references to entries that are gone are skipped. Returns the number written. */
  async put(wanted: readonly WantedReference[], { engine }: { engine: boolean } = { engine: true }): Promise<number> {
    const now = this.#now()
    return this.#store.write(async ({ db }) => {
      const entries = await db
        .selectFrom('entries')
        .select('id')
        .where(
          'id',
          'in',
          wanted.map(({ entryId }) => entryId),
        )
        .execute()
      const known = new Set(entries.map(({ id }) => id))
      const rows = wanted.filter(({ entryId }) => known.has(entryId))
      for (const { by, checksum, contentId, entryId, format, kind, size, variant } of rows) {
        const values = {
          source_entry_id: entryId,
          size,
          checksum,
          engine: engine ? by : null,
          engine_version: engine ? DETECTION_VERSION : null,
          error: null,
          error_code: null,
        }
        const name = { contentRowId: contentId, kind, variant, format }
        // A reference must not replace a file of the library.
        await putReady(db, { now: () => now, uuids: this.#uuids }, name, values, { overOwned: false })
      }
      return rows.length
    })
  }

  async remove(ids: readonly number[]): Promise<void> {
    await this.#store.write(({ db }) =>
      db.deleteFrom('sidecars').where('id', 'in', ids).where('source_entry_id', 'is not', null).execute(),
    )
  }

  /** References ordered by row id, with ids greater than `after`. */
  async list(filter: ReferenceFilter, after: number, limit: number): Promise<ReferenceRow[]> {
    const content = filter.contentId === undefined ? null : uuidToBlob(filter.contentId)
    const rows = await this.#store.read((db) => {
      let query = db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .innerJoin('entries as e', 'e.id', 's.source_entry_id')
        .leftJoin('content_identities as own', 'own.id', 'e.content_id')
        .select(['s.id', 's.content_id', 'c.uuid', 's.kind', 's.variant', 's.format', 's.source_entry_id'])
        .select(['s.size', 's.checksum'])
        .where('s.source_entry_id', 'is not', null)
        .where('s.state', '=', READY)
        .where('s.id', '>', after)
        .orderBy('s.id')
        .limit(limit)
      if (content) query = query.where((eb) => eb.or([eb('c.uuid', '=', content), eb('own.uuid', '=', content)]))
      if (filter.kind) query = query.where('s.kind', '=', sidecarKindNumbers[filter.kind])
      return query.execute()
    })
    return rows.map((row) => ({
      id: row.id,
      contentRowId: row.content_id,
      contentId: blobToUuid(row.uuid) as ContentId,
      kind: sidecarKindByNumber[row.kind]!,
      variant: row.variant,
      format: row.format,
      entryRowId: row.source_entry_id!,
      size: row.size ?? 0,
      checksum: row.checksum ?? new Uint8Array(),
    }))
  }

  /** Whether a row still refers to the same entry with the same checksum. */
  async isStill({ checksum, entryRowId, id }: ReferenceRow): Promise<boolean> {
    const row = await this.#store.read((db) =>
      db.selectFrom('sidecars').select(['source_entry_id', 'checksum']).where('id', '=', id).executeTakeFirst(),
    )
    return row?.source_entry_id === entryRowId && Buffer.from(row.checksum ?? []).equals(checksum)
  }

  /** The row ids of the entries that a content refers to, keyed by kind, variant and format. */
  async sourcesOf(contentId: ContentId): Promise<Map<string, number>> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .select(['s.kind', 's.variant', 's.format', 's.source_entry_id'])
        .where('c.uuid', '=', uuidToBlob(contentId))
        .where('s.source_entry_id', 'is not', null)
        .execute(),
    )
    return new Map(
      rows.map(({ format, kind, source_entry_id, variant }) => [
        `${sidecarKindByNumber[kind]!} ${variant}.${format}`,
        source_entry_id!,
      ]),
    )
  }

  /** The row id of an entry's content. Throws `NotFound` if it is unknown. */
  async contentOfEntry(entryRowId: number): Promise<number> {
    const row = await this.#store.read((db) =>
      db.selectFrom('entries').select('content_id').where('id', '=', entryRowId).executeTakeFirst(),
    )
    if (row?.content_id == null) throw new CoreError('NotFound', 'it is no longer in the index')
    return row.content_id
  }

  /** Some entries with a content. */
  async entriesOf(contentRowId: number): Promise<number[]> {
    const rows = await this.#store.read((db) =>
      db.selectFrom('entries').select('id').where('content_id', '=', contentRowId).limit(MAX_COPIES).execute(),
    )
    return rows.map(({ id }) => id)
  }

  /** The row id of the entry to which a sidecar refers; null if it is not a reference. */
  async sourceAt(name: RowName): Promise<number | null> {
    const row = await this.#store.read((db) =>
      db
        .selectFrom('sidecars')
        .select('source_entry_id')
        .where(({ and }) => and(columnsOf(name)))
        .executeTakeFirst(),
    )
    return row?.source_entry_id ?? null
  }

  /** The row id of an entry. Throws `NotFound`. */
  async entryRow(entryId: EntryId): Promise<number> {
    const row = await this.#store.read((db) =>
      db.selectFrom('entries').select('id').where('uuid', '=', uuidToBlob(entryId)).executeTakeFirst(),
    )
    if (!row) throw new CoreError('NotFound', `there is no entry ${entryId}`)
    return row.id
  }
}

async function recordFinding(db: WriteTransaction['db'], finding: Finding): Promise<void> {
  const { contentId: content_id, error } = finding
  switch (finding.what) {
    case 'capture': {
      const { atMs, clockMs, durationMs, identifier } = finding.taken
      const values = { identifier, at_ms: atMs, clock_ms: clockMs, duration_ms: durationMs, error }
      await db
        .insertInto('captures')
        .values({ content_id, ...values })
        .onConflict((conflict) => conflict.column('content_id').doUpdateSet(values))
        .execute()
      return
    }
    case 'xmp': {
      const values = { facts: finding.facts && JSON.stringify(finding.facts), error }
      await db
        .insertInto('xmp_documents')
        .values({ content_id, ...values })
        .onConflict((conflict) => conflict.column('content_id').doUpdateSet(values))
        .execute()
    }
  }
}
