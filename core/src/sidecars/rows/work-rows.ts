import { sql } from 'kysely'
import {
  type ContentId,
  type FileType,
  fileTypeByNumber,
  type SidecarKind,
  sidecarKindNumbers,
} from '../../domain/index.ts'
import { keepLook } from '../../indexing/index.ts'
import type { WriteTransaction } from '../../store/index.ts'
import { blobToUuid } from '../../util/uuid.ts'
import type { ContentFindings, Engine, Output } from '../generators/index.ts'
import { EXTENSION, FAILED, mimeOf, PENDING, READY, type RowDeps, WAITS } from './row.ts'

/** A content with pending sidecars of one kind. */
export interface PendingContent {
  readonly contentRowId: number
  readonly contentId: ContentId
  readonly type: FileType
  readonly mime: string | null
  readonly size: number
  /** `isNew`: the sidecar was never ready, so a file at its path was left by an earlier run. */
  readonly rows: readonly (Output & { readonly id: number; readonly attempts: number; readonly isNew: boolean })[]
}

/** The outcome for one row. */
export type Outcome =
  | {
      readonly id: number
      readonly state: 'ready'
      readonly engine: Engine
      readonly size: number
      readonly checksum: Uint8Array
      /** A line for the user; see `Made.note`. */
      readonly note?: string | undefined
    }
  | { readonly id: number; readonly state: 'failed'; readonly code: string; readonly message: string }

export interface Outcomes {
  readonly contentRowId: number
  readonly contentId: ContentId
  readonly findings: ContentFindings
  readonly outcomes: readonly Outcome[]
  readonly recipe: number
  /** The number of attempts of this run; they are added to the attempts of the rows. */
  readonly attempts: number
  /** Milliseconds for all outputs together. */
  readonly tookMs: number
  /** For a failure: the engines that were available, all engines of the generator joined by `+`. */
  readonly triedWith?: Engine
}

/** Returns pending work, and records its outcomes. */
export class WorkRows {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
  }

  /**
   * The contents with pending rows of a kind, in the order in which they were queued, and the position where to
   * continue. A content appears again if more of its rows were queued later.
   */
  async pending(
    kind: SidecarKind,
    after: number,
    limit: number,
  ): Promise<{ contents: PendingContent[]; last: number }> {
    const query = this.#deps.store.connection.prepare(
      `select s.id, s.content_id from sidecars s where ${WAITS} and s.kind = ? and s.id > ? order by s.id limit ?`,
    )
    const rows = query.all(sidecarKindNumbers[kind], after, limit)
    const ids = new Set(rows.map((row) => Number(row['content_id'])))
    return { contents: await this.#waiting(kind, [...ids]), last: Number(rows.at(-1)?.['id'] ?? after) }
  }

  /** The pending rows of one kind of a content; null if there are none. */
  async waiting(kind: SidecarKind, contentRowId: number): Promise<PendingContent | null> {
    const [found] = await this.#waiting(kind, [contentRowId])
    return found ?? null
  }

  /** The pending rows of one kind of some contents; contents without any are left out. */
  async allWaiting(kind: SidecarKind, contentRowIds: readonly number[]): Promise<PendingContent[]> {
    return this.#waiting(kind, contentRowIds)
  }

  async #waiting(kind: SidecarKind, contentRowIds: readonly number[]): Promise<PendingContent[]> {
    const rows = await this.#deps.store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .select(['s.id', 's.variant', 's.format', 's.attempts', 's.content_id', 'c.uuid', 'c.type', 'c.mime', 'c.size'])
        .select(sql<string | null>`${sql.raw(EXTENSION)}`.as('ext'))
        .select((eb) => eb('s.checksum', 'is', null).as('is_new'))
        .where('s.content_id', 'in', contentRowIds)
        .where('s.kind', '=', sidecarKindNumbers[kind])
        .where('s.state', '=', PENDING)
        .orderBy('s.id')
        .execute(),
    )
    const contents = new Map<number, PendingContent & { rows: PendingContent['rows'][number][] }>()
    for (const {
      id,
      variant,
      format,
      attempts,
      content_id: contentRowId,
      uuid,
      type,
      size,
      is_new,
      ...named
    } of rows) {
      let content = contents.get(contentRowId)
      if (!content) {
        const contentId = blobToUuid(uuid) as ContentId
        content = { contentRowId, contentId, type: fileTypeByNumber[type]!, mime: mimeOf(named), size, rows: [] }
        contents.set(contentRowId, content)
      }
      content.rows.push({ id, variant, format, attempts, isNew: Boolean(is_new) })
    }
    return [...contents.values()]
  }

  /** Whether all these rows are still pending. Another run may have made them since they were read. */
  async areWaiting(rows: PendingContent['rows']): Promise<boolean> {
    const ids = rows.map(({ id }) => id)
    const waiting = await this.#deps.store.read((db) =>
      db.selectFrom('sidecars').select('id').where('id', 'in', ids).where('state', '=', PENDING).execute(),
    )
    return waiting.length === ids.length
  }

  /** The number of pending sidecars, of one kind or of all. */
  countPending(kind?: SidecarKind): number {
    const ofKind = kind === undefined ? '' : `and s.kind = ${sidecarKindNumbers[kind]}`
    const query = `select count(*) as n from sidecars s where ${WAITS} ${ofKind}`
    return Number(this.#deps.store.connection.prepare(query).get()!['n'])
  }

  /** Whether there are pending sidecars. */
  hasPending(): boolean {
    return this.#deps.store.connection.prepare(`select 1 from sidecars s where ${WAITS} limit 1`).get() !== undefined
  }

  /** The id of the newest pending row of each kind; 0 if there is none. Each needs one index lookup. */
  newest(kinds: readonly SidecarKind[]): number[] {
    const query = this.#deps.store.connection.prepare(
      `select ifnull((select max(s.id) from sidecars s indexed by sidecars_unready
                      where ${WAITS} and s.kind = value), 0) as id
       from json_each(?) order by key`,
    )
    return query.all(JSON.stringify(kinds.map((kind) => sidecarKindNumbers[kind]))).map(({ id }) => Number(id))
  }

  /** Some entries with a content. */
  async entriesOf(contentRowId: number, limit: number): Promise<number[]> {
    const rows = await this.#deps.store.read((db) =>
      db.selectFrom('entries').select('id').where('content_id', '=', contentRowId).limit(limit).execute(),
    )
    return rows.map(({ id }) => id)
  }

  /** The variant and format of each row. */
  async outputsOf(ids: readonly number[]): Promise<(Output & { readonly id: number })[]> {
    return this.#deps.store.read((db) =>
      db.selectFrom('sidecars').select(['id', 'variant', 'format']).where('id', 'in', ids).execute(),
    )
  }

  /** Increases the number of attempts without an outcome: the rows stay pending. */
  async countAttempts(rows: PendingContent['rows'], attempts: number): Promise<void> {
    const ids = rows.map(({ id }) => id)
    await this.#deps.store.write(({ db }) =>
      db
        .updateTable('sidecars')
        .set((eb) => ({ attempts: eb('attempts', '+', attempts) }))
        .where('id', 'in', ids)
        .execute(),
    )
  }

  /**
   * Records the unfinished files of pending sidecars. The rows stay pending, because more will be added to the files.
   */
  async recordPart(outcomes: readonly Extract<Outcome, { state: 'ready' }>[]): Promise<void> {
    const now = this.#deps.now()
    await this.#deps.store.write(async ({ db }) => {
      for (const { checksum, engine, id, size } of outcomes)
        await db
          .updateTable('sidecars')
          .set({ size, checksum, engine: engine.name, engine_version: engine.version, updated_at: now })
          .where('id', '=', id)
          .where('state', '=', PENDING)
          .execute()
    })
  }

  async record(batch: readonly Outcomes[]): Promise<void> {
    const { uuids } = this.#deps
    const now = this.#deps.now()
    await this.#deps.store.write(async ({ db }) => {
      for (const { contentRowId, findings, outcomes, ...about } of batch) {
        for (const outcome of outcomes) await recordOutcome(db, outcome, { ...about, now, uuids })
        await keepLook(db, contentRowId, findings)
      }
    })
  }
}

type About = Pick<Outcomes, 'recipe' | 'attempts' | 'tookMs' | 'triedWith'>

async function recordOutcome(
  db: WriteTransaction['db'],
  outcome: Outcome,
  { recipe, attempts, now, tookMs, triedWith, uuids }: About & Pick<RowDeps, 'uuids'> & { now: number },
): Promise<void> {
  const values =
    outcome.state === 'ready'
      ? {
          uuid: sql<Uint8Array>`ifnull(uuid, ${uuids.next()})`,
          state: READY,
          size: outcome.size,
          checksum: outcome.checksum,
          engine: outcome.engine.name,
          engine_version: outcome.engine.version,
          error_code: null,
          // Without a code, it is the note of a ready sidecar.
          error: outcome.note ?? null,
        }
      : {
          state: FAILED,
          engine: triedWith?.name ?? null,
          engine_version: triedWith?.version ?? null,
          error_code: outcome.code,
          error: outcome.message,
        }
  await db
    .updateTable('sidecars')
    .set((eb) => ({ ...values, recipe, attempts: eb('attempts', '+', attempts), took_ms: tookMs, updated_at: now }))
    .where('id', '=', outcome.id)
    .execute()
}
