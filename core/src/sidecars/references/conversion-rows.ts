import { open } from 'node:fs/promises'
import { type ContentId, type SidecarKind, sidecarKinds } from '../../domain/index.ts'
import type { LibraryStore } from '../../library/store.ts'
import { systemCode } from '../../util/errors.ts'
import { bytesToName, nameBytes, type RawName } from '../../util/file-name.ts'
import { pathError } from '../../util/path-error.ts'
import { blobToUuid, UuidFactory, uuidToBlob } from '../../util/uuid.ts'
import type { SidecarKey } from '../paths.ts'
import { columnsOf, putReady } from '../rows/row.ts'

/**
 * How far a file is on its way into the library, or back: about to be moved; in the library and known there, but perhaps
 * still where it was; moved; about to go back; gone back. The database stores the index in this list.
 */
export const conversionStates = ['moving', 'owned', 'moved', 'returning', 'returned'] as const
export type ConversionState = (typeof conversionStates)[number]

/** A file that was moved, or is being moved. */
export interface Conversion extends SidecarKey {
  readonly id: number
  readonly contentRowId: number
  /** Where it came from. */
  readonly path: RawName
  readonly sourceContentRowId: number
  readonly size: number
  readonly checksum: Uint8Array
  readonly mtime: number
  readonly state: ConversionState
}

/** Which moves are meant. */
export interface ConversionFilter {
  readonly job?: string | undefined
  readonly contentId?: ContentId | undefined
  readonly path?: RawName | undefined
  readonly kind?: SidecarKind | undefined
}

const state = (name: ConversionState) => conversionStates.indexOf(name)
const OPEN = [state('moving'), state('owned'), state('returning')]

/** What was moved into the library, and where it came from. */
export class ConversionRows {
  readonly #store: LibraryStore
  readonly #uuids: UuidFactory
  readonly #now: () => number

  constructor(store: LibraryStore, now: () => number) {
    this.#store = store
    this.#uuids = new UuidFactory(now)
    this.#now = now
  }

  /** Takes down what is about to be moved, before anything is. */
  async begin(job: string, of: Omit<Conversion, 'id' | 'state'>): Promise<Conversion> {
    const at = this.#now()
    const { id } = await this.#store.write(({ db }) =>
      db
        .insertInto('sidecar_conversions')
        .values({
          job: uuidToBlob(job),
          content_id: of.contentRowId,
          kind: sidecarKinds.indexOf(of.kind),
          variant: of.variant,
          format: of.format,
          path: nameBytes(of.path),
          source_content_id: of.sourceContentRowId,
          mtime: of.mtime,
          size: of.size,
          checksum: of.checksum,
          state: state('moving'),
          created_at: at,
          updated_at: at,
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    )
    return { ...of, id, state: 'moving' }
  }

  /** The sidecar is a file of the library from here on. */
  async own(conversion: Conversion): Promise<void> {
    const at = this.#now()
    const { checksum, id, size } = conversion
    const values = { source_entry_id: null, size, checksum }
    await this.#store.write(async ({ db }) => {
      await putReady(db, { now: () => at, uuids: this.#uuids }, conversion, values, { overOwned: true })
      const set = { state: state('owned'), updated_at: at }
      await db.updateTable('sidecar_conversions').set(set).where('id', '=', id).execute()
    })
  }

  /** It is a reference again: its file could not be taken from where it was. Without an entry it is found again later. */
  async disown(conversion: Conversion, entryRowId: number | null): Promise<void> {
    const columns = columnsOf(conversion)
    await this.#store.write(async ({ db }) => {
      const entry = await db.selectFrom('entries').select('id').where('id', '=', entryRowId).executeTakeFirst()
      if (entry)
        await db
          .updateTable('sidecars')
          .set({ source_entry_id: entry.id })
          .where(({ and }) => and(columns))
          .execute()
      else
        await db
          .deleteFrom('sidecars')
          .where(({ and }) => and(columns))
          .execute()
      await db.deleteFrom('sidecar_conversions').where('id', '=', conversion.id).execute()
    })
  }

  /** Makes what was written down durable: before a file is taken away, the database knows for sure where it lies now. */
  async sync(): Promise<void> {
    // Commits are in the log as they come, in order; SQLite has the disk keep them only when it writes the log back.
    try {
      await using log = await open(`${this.#store.file}-wal`, 'r+')
      await log.sync()
    } catch (err) {
      // Without a log all of it was written back.
      if (systemCode(err) !== 'ENOENT') throw pathError(err, `${this.#store.file}-wal`)
    }
  }

  async setState({ id }: Conversion, to: ConversionState): Promise<void> {
    const set = { state: state(to), updated_at: this.#now() }
    await this.#store.write(({ db }) => db.updateTable('sidecar_conversions').set(set).where('id', '=', id).execute())
  }

  /** It lies where it came from again, and is no sidecar until it is found to be one. */
  async giveBack(conversion: Conversion): Promise<void> {
    const columns = columnsOf(conversion)
    await this.#store.write(async ({ db }) => {
      await db
        .deleteFrom('sidecars')
        .where(({ and }) => and(columns))
        .where('source_entry_id', 'is', null)
        .execute()
      const set = { state: state('returned'), updated_at: this.#now() }
      await db.updateTable('sidecar_conversions').set(set).where('id', '=', conversion.id).execute()
    })
  }

  async forget({ id }: Conversion): Promise<void> {
    await this.#store.write(({ db }) => db.deleteFrom('sidecar_conversions').where('id', '=', id).execute())
  }

  /** Those that something has interrupted, of one job or of all. */
  open(job?: string): Promise<Conversion[]> {
    return this.#select({ job, states: OPEN, after: 0, limit: MAX_OPEN })
  }

  /** Those that can be undone, by id, after one. */
  moved(filter: ConversionFilter, after: number, limit: number): Promise<Conversion[]> {
    return this.#select({ ...filter, states: [state('moved')], after, limit })
  }

  async #select(
    of: ConversionFilter & { states: readonly number[]; after: number; limit: number },
  ): Promise<Conversion[]> {
    const rows = await this.#store.read((db) => {
      let query = db
        .selectFrom('sidecar_conversions as v')
        .innerJoin('content_identities as c', 'c.id', 'v.content_id')
        .selectAll('v')
        .select('c.uuid')
        .where('v.state', 'in', of.states)
        .where('v.id', '>', of.after)
        .orderBy('v.id')
        .limit(of.limit)
      if (of.job !== undefined) query = query.where('v.job', '=', uuidToBlob(of.job))
      if (of.contentId !== undefined) query = query.where('c.uuid', '=', uuidToBlob(of.contentId))
      if (of.path !== undefined) query = query.where('v.path', '=', nameBytes(of.path))
      if (of.kind !== undefined) query = query.where('v.kind', '=', sidecarKinds.indexOf(of.kind))
      return query.execute()
    })
    return rows.map((row) => ({
      id: row.id,
      contentRowId: row.content_id,
      contentId: blobToUuid(row.uuid) as ContentId,
      kind: sidecarKinds[row.kind]!,
      variant: row.variant,
      format: row.format,
      path: bytesToName(row.path),
      sourceContentRowId: row.source_content_id,
      size: row.size,
      checksum: row.checksum,
      mtime: row.mtime,
      state: conversionStates[row.state]!,
    }))
  }
}

/** One run goes through its files one after another: more than one is never open, but for what kills have left. */
const MAX_OPEN = 10_000
