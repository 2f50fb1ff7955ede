import type { SQLInputValue, SQLOutputValue } from '../../db/sqlite.ts'
import { sql } from 'kysely'
import { mimeFromExtension } from '../../content/index.ts'
import {
  companionKinds,
  type ContentId,
  fileTypeByNumber,
  sidecarKindByNumber,
  sidecarKindNumbers,
  sidecarStateNumbers,
} from '../../domain/index.ts'
import type { LibraryStore, Reader, WriteTransaction } from '../../store/index.ts'
import { CoreError } from '../../util/errors.ts'
import { blobToUuid, type UuidFactory, uuidToBlob } from '../../util/uuid.ts'
import type { ContentFacts } from '../generators/index.ts'
import type { SidecarKey } from '../files/paths.ts'

/** Runs a query that may take long, off the main thread. */
export type Select = (sql: string, ...params: SQLInputValue[]) => Promise<Record<string, SQLOutputValue>[]>

/** Runs a statement that changes many rows, off the main thread. Returns the number of rows. */
export type Change = (sql: string, ...params: SQLInputValue[]) => Promise<number>

/** The dependencies of the classes in this folder. */
export interface RowDeps {
  readonly store: LibraryStore
  readonly select: Select
  readonly change: Change
  readonly uuids: UuidFactory
  readonly now: () => number
}

/** The row of a ready sidecar. */
export interface ReadyRow extends SidecarKey {
  readonly id: number
  readonly size: number
  readonly checksum: Uint8Array
}

export const PENDING = sidecarStateNumbers.pending
export const READY = sidecarStateNumbers.ready
export const FAILED = sidecarStateNumbers.failed

/**
 * A condition: `s` is pending. The second half looks redundant, but only with it does SQLite use the index
 * `sidecars_unready`.
 */
export const WAITS = `s.state = ${PENDING} and s.state <> ${READY}`

/** Kinds that no generator makes, because their files are the user's own. */
export const COMPANIONS: readonly number[] = companionKinds.map((kind) => sidecarKindNumbers[kind])

/** An SQL expression for the extension of a file with the content `c`. */
export const EXTENSION = `(select x.ext from entries e join extensions x on x.id = e.ext_id where e.content_id = c.id order by e.id limit 1)`

/** The row id of a content. Throws `NotFound`. */
export async function contentRow(store: LibraryStore, contentId: ContentId): Promise<number> {
  const row = await store.read((db) =>
    db.selectFrom('content_identities').select('id').where('uuid', '=', uuidToBlob(contentId)).executeTakeFirst(),
  )
  if (!row) throw new CoreError('NotFound', `there is no content ${contentId}`)
  return row.id
}

/** The values of a ready row. */
interface ReadyValues {
  readonly size: number
  readonly checksum: Uint8Array
  /** The entry, if the sidecar is a reference to a user's file; null for a file of the library. */
  readonly source_entry_id?: number | null
  readonly engine?: string | null
  readonly engine_version?: string | null
  readonly error?: null
  readonly error_code?: null
}

/** The columns that identify a row apart from its id. */
export interface RowName extends Omit<SidecarKey, 'contentId'> {
  readonly contentRowId: number
}

/**
 * Marks a sidecar as ready, and adds its row if necessary. With `overOwned`, it may also replace the row of a file of
 * the library.
 */
export async function putReady(
  db: WriteTransaction['db'],
  { now, uuids }: Pick<RowDeps, 'uuids' | 'now'>,
  name: RowName,
  of: ReadyValues,
  { overOwned }: { overOwned: boolean },
): Promise<void> {
  const at = now()
  const values = { ...of, state: READY, updated_at: at }
  const uuid = uuids.next()
  await db
    .insertInto('sidecars')
    .values({ ...values, ...columnsOf(name), uuid, recipe: 0, created_at: at })
    .onConflict((conflict) => {
      const update = conflict
        .columns(['content_id', 'kind', 'variant', 'format'])
        .doUpdateSet({ ...values, uuid: sql`ifnull(sidecars.uuid, ${uuid})` })
      return overOwned ? update : update.where('sidecars.source_entry_id', 'is not', null)
    })
    .execute()
}

/** The columns that identify a row. */
export function columnsOf({ contentRowId, format, kind, variant }: RowName) {
  return { content_id: contentRowId, kind: sidecarKindNumbers[kind], variant, format }
}

/** The facts about a content, from a row with its type, size, MIME type and extension. */
export function factsOf(row: Record<string, SQLOutputValue>): ContentFacts {
  return {
    type: fileTypeByNumber[Number(row['type'])]!,
    mime: mimeOf(row as { mime: string | null; ext: string | null }),
    size: Number(row['size']),
  }
}

/** The MIME type that was found in the bytes, or else the one that belongs to the extension. */
export function mimeOf({ mime, ext }: { mime: string | null; ext: string | null }): string | null {
  return mime ?? (ext === null ? null : mimeFromExtension(ext))
}

/** Selects sidecars that are files of the library, with the columns for `toReady`. */
export function managed(db: Reader) {
  return db
    .selectFrom('sidecars as s')
    .innerJoin('content_identities as c', 'c.id', 's.content_id')
    .select(['s.id', 'c.uuid', 's.kind', 's.variant', 's.format', 's.size', 's.checksum'])
    .where('s.source_entry_id', 'is', null)
}

export function toReady(row: {
  id: number
  uuid: Uint8Array
  kind: number
  variant: string
  format: string
  size: number | null
  checksum: Uint8Array | null
}): ReadyRow {
  const { id, uuid, kind, variant, format, size, checksum } = row
  const key = { contentId: blobToUuid(uuid) as ContentId, kind: sidecarKindByNumber[kind]!, variant, format }
  return { id, ...key, size: size ?? 0, checksum: checksum ?? new Uint8Array() }
}
