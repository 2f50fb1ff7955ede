import { open } from 'node:fs/promises'
import {
  type ContentId,
  namesByNumber,
  type SidecarKind,
  sidecarKindNumbers,
  sidecarKindByNumber,
} from '../../domain/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import { systemCode } from '../../util/errors.ts'
import { bytesToName, nameBytes, type RawName } from '../../util/file-name.ts'
import { pathError } from '../../util/path-error.ts'
import { blobToUuid, UuidFactory, uuidToBlob } from '../../util/uuid.ts'
import type { SidecarKey } from '../files/paths.ts'
import { columnsOf, putReady } from '../rows/row.ts'

/**
 * The progress of a file that moves into the library or back. `moving`: about to move. `owned`: recorded as a file of
 * the library, but perhaps still at its old path too. `moved`: moved completely. `returning`: about to move back.
 * `returned`: moved back. The database stores the numbers, which never change.
 */
const conversionStateNumbers = { moving: 0, owned: 1, moved: 2, returning: 3, returned: 4 } as const
const conversionStateByNumber = namesByNumber(conversionStateNumbers)
export type ConversionState = keyof typeof conversionStateNumbers

/** A file that was moved, or is being moved. */
export interface Conversion extends SidecarKey {
  readonly id: number
  readonly contentRowId: number
  /** The path it had before the move. */
  readonly path: RawName
  readonly sourceContentRowId: number
  readonly size: number
  readonly checksum: Uint8Array
  readonly mtime: number
  readonly state: ConversionState
}

/** Selects conversions. */
export interface ConversionFilter {
  readonly job?: string | undefined
  readonly contentId?: ContentId | undefined
  readonly path?: RawName | undefined
  readonly kind?: SidecarKind | undefined
}

const state = (name: ConversionState) => conversionStateNumbers[name]
const OPEN = [state('moving'), state('owned'), state('returning')]

/** The rows of files that were moved into the library, with their former paths. */
export class ConversionRows {
  readonly #store: LibraryStore
  readonly #uuids: UuidFactory
  readonly #now: () => number

  constructor(store: LibraryStore, now: () => number) {
    this.#store = store
    this.#uuids = new UuidFactory(now)
    this.#now = now
  }

  /** Records a move before it begins. */
  async begin(job: string, of: Omit<Conversion, 'id' | 'state'>): Promise<Conversion> {
    const at = this.#now()
    const { id } = await this.#store.write(({ db }) =>
      db
        .insertInto('sidecar_conversions')
        .values({
          job: uuidToBlob(job),
          content_id: of.contentRowId,
          kind: sidecarKindNumbers[of.kind],
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

  /** Records that the sidecar is now a file of the library. */
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

  /**
   * Makes the sidecar a reference again, because its file could not be removed from its old path. If the file has no
   * entry, deletes the row; a later run finds the reference again.
   */
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

  /** Makes the rows durable: the database must know the new path of a file before the old one is deleted. */
  async sync(): Promise<void> {
    // Commits go to the log in order, but SQLite forces the log to disk only at a checkpoint.
    try {
      await using log = await open(`${this.#store.file}-wal`, 'r+')
      await log.sync()
    } catch (err) {
      // Without a log, all rows are in the database file.
      if (systemCode(err) !== 'ENOENT') throw pathError(err, `${this.#store.file}-wal`)
    }
  }

  async setState({ id }: Conversion, to: ConversionState): Promise<void> {
    const set = { state: state(to), updated_at: this.#now() }
    await this.#store.write(({ db }) => db.updateTable('sidecar_conversions').set(set).where('id', '=', id).execute())
  }

  /** Records that the file is back at its former path. It is not a sidecar until a later run pairs it again. */
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

  /** Interrupted moves, of one job or of all. */
  open(job?: string): Promise<Conversion[]> {
    return this.#select({ job, states: OPEN, after: 0, limit: MAX_OPEN })
  }

  /** Moves that can be undone, ordered by id, with ids greater than `after`. */
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
      if (of.kind !== undefined) query = query.where('v.kind', '=', sidecarKindNumbers[of.kind])
      return query.execute()
    })
    return rows.map((row) => ({
      id: row.id,
      contentRowId: row.content_id,
      contentId: blobToUuid(row.uuid) as ContentId,
      kind: sidecarKindByNumber[row.kind]!,
      variant: row.variant,
      format: row.format,
      path: bytesToName(row.path),
      sourceContentRowId: row.source_content_id,
      size: row.size,
      checksum: row.checksum,
      mtime: row.mtime,
      state: conversionStateByNumber[row.state]!,
    }))
  }
}

/** Limit on open moves. A run has at most one at a time, but killed runs may have left some. */
const MAX_OPEN = 10_000
