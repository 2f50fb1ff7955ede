import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { sql } from 'kysely'
import { mimeFromExtension } from '../../content/index.ts'
import { companionKinds, type ContentId, fileTypes, sidecarKinds, sidecarStates } from '../../domain/index.ts'
import type { LibraryStore, Reader, Writer } from '../../library/store.ts'
import { CoreError } from '../../util/errors.ts'
import { blobToUuid, type UuidFactory, uuidToBlob } from '../../util/uuid.ts'
import type { ContentFacts } from '../generators/index.ts'
import type { SidecarKey } from '../paths.ts'

/** Runs a query that may take long, off the main thread. */
export type Select = (sql: string, ...params: SQLInputValue[]) => Promise<Record<string, SQLOutputValue>[]>

/** Runs a statement that changes many rows, off the main thread. Returns how many. */
export type Change = (sql: string, ...params: SQLInputValue[]) => Promise<number>

/** What the statements on rows work with. */
export interface RowDeps {
  readonly store: LibraryStore
  readonly select: Select
  readonly change: Change
  readonly uuids: UuidFactory
  readonly now: () => number
}

/** One that is ready, as its row has it. */
export interface ReadyRow extends SidecarKey {
  readonly id: number
  readonly size: number
  readonly checksum: Uint8Array
}

export const PENDING = sidecarStates.indexOf('pending')
export const READY = sidecarStates.indexOf('ready')
export const FAILED = sidecarStates.indexOf('failed')

/** Whether `s` waits. Written out, as is the other half: the index on what is not ready is used for nothing less. */
export const WAITS = `s.state = ${PENDING} and s.state <> ${READY}`

/** Kinds that nothing makes again: what is a file of the library has been somebody's own. */
export const COMPANIONS: readonly number[] = companionKinds.map((kind) => sidecarKinds.indexOf(kind))

/** The extension of a file with the content `c`. */
export const EXTENSION = `(select x.ext from entries e join extensions x on x.id = e.ext_id where e.content_id = c.id order by e.id limit 1)`

/** The row of a content. Throws `NotFound`. */
export async function contentRow(store: LibraryStore, contentId: ContentId): Promise<number> {
  const row = await store.read((db) =>
    db.selectFrom('content_identities').select('id').where('uuid', '=', uuidToBlob(contentId)).executeTakeFirst(),
  )
  if (!row) throw new CoreError('NotFound', `there is no content ${contentId}`)
  return row.id
}

/** What a row says whose file is there. */
interface ReadyValues {
  readonly size: number
  readonly checksum: Uint8Array
  /** The entry of a file that lies where somebody has it; null for a file of the library. */
  readonly source_entry_id?: number | null
  readonly engine?: string | null
  readonly engine_version?: string | null
  readonly error?: null
  readonly error_code?: null
}

/** A row by what it is of, not by its id. */
export interface RowName extends Omit<SidecarKey, 'contentId'> {
  readonly contentRowId: number
}

/**
 * Says that a file is there, whether there was a row for it or not. `overOwned`: also where the row is that of a file of
 * the library.
 */
export async function putReady(
  db: Writer['db'],
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

/** The columns that a row is told by. */
export function columnsOf({ contentRowId, format, kind, variant }: RowName) {
  return { content_id: contentRowId, kind: sidecarKinds.indexOf(kind), variant, format }
}

/** What is known of a content, of a row with its type, size, and what it is called. */
export function factsOf(row: Record<string, SQLOutputValue>): ContentFacts {
  return {
    type: fileTypes[Number(row['type'])]!,
    mime: mimeOf(row as { mime: string | null; ext: string | null }),
    size: Number(row['size']),
  }
}

/** As its bytes say where they have been looked at, else as a name of it says. */
export function mimeOf({ mime, ext }: { mime: string | null; ext: string | null }): string | null {
  return mime ?? (ext === null ? null : mimeFromExtension(ext))
}

/** The sidecars that are files of the library, with the columns `toReady` takes. */
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
  const key = { contentId: blobToUuid(uuid) as ContentId, kind: sidecarKinds[kind]!, variant, format }
  return { id, ...key, size: size ?? 0, checksum: checksum ?? new Uint8Array() }
}
