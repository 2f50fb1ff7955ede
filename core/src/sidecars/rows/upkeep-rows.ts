import { sql } from 'kysely'
import {
  type ContentId,
  type SidecarKind,
  type SidecarState,
  GIVEN_UP,
  sidecarKindNumbers,
  sidecarKindByNumber,
  sidecarStateByNumber,
  textKinds,
} from '../../domain/index.ts'
import { hexToUuid, uuidToBlob } from '../../util/uuid.ts'
import type { SidecarKey } from '../files/paths.ts'
import {
  COMPANIONS,
  contentRow,
  FAILED,
  managed,
  putReady,
  READY,
  type ReadyRow,
  type RowDeps,
  toReady,
} from './row.ts'

const TEXT_KINDS = textKinds.map((kind) => sidecarKindNumbers[kind]).join(', ')

/** One variant of one kind. */
export interface SidecarSort {
  readonly kind: SidecarKind
  readonly variant: string
}

/** Sidecars of one kind with the same engine, recipe and error code. */
export interface Batch {
  readonly engine: string | null
  readonly version: string
  readonly recipe: number
  /** The error code of failed sidecars; null for ready ones. */
  readonly code: string | null
  readonly files: number
}

interface LeastNeeded {
  /**
   * Kinds in the order of need, the least needed first. Sidecars of other kinds are deleted only if no policy wants
   * their variant, or if no file has the content.
   */
  readonly kinds: readonly SidecarKind[]
  /** The variants that a location's policy wants. */
  readonly wanted: readonly SidecarSort[]
  readonly limit: number
}

/** Queries and changes that keep rows and files consistent. */
export class UpkeepRows {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
  }

  /** Ready sidecars that are files of the library, by row id. */
  async ready(after: number, limit: number, only?: ContentId): Promise<ReadyRow[]> {
    const rows = await this.#deps.store.read((db) => {
      const query = managed(db).where('s.state', '=', READY).where('s.id', '>', after).orderBy('s.id').limit(limit)
      return (only === undefined ? query : query.where('c.uuid', '=', uuidToBlob(only))).execute()
    })
    return rows.map(toReady)
  }

  /** Whether any text is missing from the search index. */
  hasUnindexedText(): boolean {
    const waiting = `select 1 from searched_sidecars indexed by searched_sidecars_waiting
      where kind in (${TEXT_KINDS}) and checksum is not null and indexed is not checksum`
    return this.#deps.store.connection.prepare(`${waiting} limit 1`).get() !== undefined
  }

  /** One ready sidecar from each folder of a content and kind, the newest first. */
  async folders(limit: number): Promise<SidecarKey[]> {
    // A library without sidecars need not start the index worker for this.
    const ready = `select 1 from sidecars indexed by sidecars_ready where state = ${READY} limit 1`
    if (this.#deps.store.connection.prepare(ready).get() === undefined) return []
    const rows = await this.#deps.select(
      `select lower(hex(c.uuid)) as content, s.kind, min(s.variant) as variant, min(s.format) as format
       from sidecars s join content_identities c on c.id = s.content_id
       where s.state = ${READY} and s.source_entry_id is null
       group by s.content_id, s.kind order by max(s.updated_at) desc limit ?`,
      limit,
    )
    return rows.map(({ content, kind, variant, format }) => ({
      contentId: hexToUuid(String(content)) as ContentId,
      kind: sidecarKindByNumber[Number(kind)]!,
      variant: String(variant),
      format: String(format),
    }))
  }

  /** Whether a row is still ready, with the same checksum. */
  async isStill({ id, checksum }: ReadyRow): Promise<boolean> {
    const row = await this.#deps.store.read((db) =>
      db.selectFrom('sidecars').select(['state', 'checksum']).where('id', '=', id).executeTakeFirst(),
    )
    return row?.state === READY && Buffer.from(row.checksum ?? []).equals(checksum)
  }

  async find(key: SidecarKey): Promise<{ id: number; state: SidecarState } | null> {
    const row = await this.#deps.store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .select(['s.id', 's.state'])
        .where('c.uuid', '=', uuidToBlob(key.contentId))
        .where('s.kind', '=', sidecarKindNumbers[key.kind])
        .where('s.variant', '=', key.variant)
        .where('s.format', '=', key.format)
        .executeTakeFirst(),
    )
    return row ? { id: row.id, state: sidecarStateByNumber[row.state]! } : null
  }

  /** Records an existing file as ready; returns false if its content is unknown. */
  async adopt(key: SidecarKey, of: { size: number; checksum: Uint8Array }): Promise<boolean> {
    const contentRowId = await contentRow(this.#deps.store, key.contentId).catch(() => null)
    if (contentRowId === null) return false
    const values = { ...of, error: null, error_code: null }
    await this.#deps.store.write(({ db }) =>
      putReady(db, this.#deps, { contentRowId, ...key }, values, { overOwned: true }),
    )
    return true
  }

  /** Sidecars of contents that have no files. If `before` is given, only those that were made earlier. */
  async orphans(before: number | null, limit: number): Promise<ReadyRow[]> {
    const rows = await this.#deps.store.read((db) =>
      managed(db)
        .where('s.kind', 'not in', COMPANIONS)
        .$if(before !== null, (query) => query.where('s.updated_at', '<', before!))
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('entries as e').select('e.id').whereRef('e.content_id', '=', 's.content_id'))),
        )
        .limit(limit)
        .execute(),
    )
    return rows.map(toReady)
  }

  /** Ready sidecars that are files of the library and were made before a moment. `but` are variants to leave out. */
  async madeBefore(
    moment: number,
    { but, limit }: { but: readonly SidecarSort[]; limit: number },
  ): Promise<ReadyRow[]> {
    const rows = await this.#deps.store.read((db) =>
      managed(db)
        .where('s.kind', 'not in', COMPANIONS)
        .where('s.state', '=', READY)
        .where('s.updated_at', '<', moment)
        .where(sql<boolean>`s.kind || ' ' || s.variant not in (select value from json_each(${sortsOf(but)}))`)
        .limit(limit)
        .execute(),
    )
    return rows.map(toReady)
  }

  /** The number and size of the files that `orphans` finds, and with a moment also those of `madeBefore`. */
  async countDisposable(before: number | null, but: readonly SidecarSort[]): Promise<{ files: number; bytes: number }> {
    const moment = before ?? Number.MAX_SAFE_INTEGER
    const [row] = await this.#deps.select(
      `select count(*) as files, ifnull(sum(s.size), 0) as bytes from sidecars s
       where s.source_entry_id is null and s.kind not in (${COMPANIONS.join(', ')}) and s.checksum is not null
         and s.updated_at < ?
         and (not exists (select 1 from entries e where e.content_id = s.content_id)
              or (? and s.state = ${READY} and s.kind || ' ' || s.variant not in (select value from json_each(?))))`,
      moment,
      Number(before !== null),
      sortsOf(but),
    )
    return { files: Number(row!['files']), bytes: Number(row!['bytes']) }
  }

  async forget(ids: readonly number[]): Promise<void> {
    await this.#deps.store.write(({ db }) => db.deleteFrom('sidecars').where('id', 'in', ids).execute())
  }

  /** Groups the ready and failed sidecars of a kind by engine, recipe and error code. References are left out. */
  async batches(kind: SidecarKind): Promise<Batch[]> {
    const rows = await this.#deps.select(
      `select engine, ifnull(engine_version, '') as version, recipe, error_code as code, count(*) as files
       from sidecars where kind = ? and state in (${READY}, ${FAILED}) and source_entry_id is null
       group by engine, engine_version, recipe, error_code order by files desc`,
      sidecarKindNumbers[kind],
    )
    return rows.map(({ code, engine, files, recipe, version }) => ({
      engine: engine === null ? null : String(engine),
      version: String(version),
      recipe: Number(recipe),
      code: code === null ? null : String(code),
      files: Number(files),
    }))
  }

  /** Bytes of all sidecars that are files of the library and can be made again. */
  async usedBytes(): Promise<number> {
    const [row] = await this.#deps.select(
      `select ifnull(sum(size), 0) as bytes from sidecars where state = ${READY} and source_entry_id is null
       and kind not in (${COMPANIONS.join(', ')})`,
    )
    return Number(row!['bytes'])
  }

  /**
   * The least needed sidecars, in three groups: those of contents without files, the oldest first; variants that no
   * policy wants, the oldest first; and those of `kinds`, in that order, the largest first.
   */
  async leastNeeded({ kinds, limit, wanted }: LeastNeeded): Promise<ReadyRow[]> {
    const order = JSON.stringify(kinds.map((kind) => sidecarKindNumbers[kind]))
    const rows = await this.#deps.select(
      `with managed as (
         select id, content_id, kind, variant, format, size, updated_at, case
           when not exists (select 1 from entries e where e.content_id = s.content_id) then -2
           when s.kind || ' ' || s.variant not in (select value from json_each(?)) then -1
           else (select key from json_each(?) where value = s.kind) end as need
         from sidecars s where state = ${READY} and source_entry_id is null
         and kind not in (${COMPANIONS.join(', ')}))
       select m.id, lower(hex(c.uuid)) as content, m.kind, m.variant, m.format, m.size
       from managed m join content_identities c on c.id = m.content_id
       where m.need is not null and m.size > 0
       order by m.need, iif(m.need < 0, m.updated_at, -m.size) limit ?`,
      sortsOf(wanted),
      order,
      limit,
    )
    return rows.map(({ content, format, id, kind, size, variant }) => ({
      id: Number(id),
      contentId: hexToUuid(String(content)) as ContentId,
      kind: sidecarKindByNumber[Number(kind)]!,
      variant: String(variant),
      format: String(format),
      size: Number(size),
      checksum: new Uint8Array(),
    }))
  }

  /** Marks ready rows as given up, with the reason; they do not become pending. */
  async giveUp(ids: readonly number[], why: string): Promise<void> {
    const values = { state: FAILED, error_code: GIVEN_UP, error: why, size: null, checksum: null }
    await this.#deps.store.write(({ db }) =>
      db
        .updateTable('sidecars')
        .set({ ...values, updated_at: this.#deps.now() })
        .where('id', 'in', ids)
        .where('state', '=', READY)
        .execute(),
    )
  }
}

/** A JSON list of texts `<kind> <variant>`, with which the statements compare. */
function sortsOf(sorts: readonly SidecarSort[]): string {
  return JSON.stringify(sorts.map(({ kind, variant }) => `${sidecarKindNumbers[kind]} ${variant}`))
}
