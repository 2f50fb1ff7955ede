import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { sql } from 'kysely'
import { mimeFromExtension } from '../content/index.ts'
import { type ContentId, type FileType, fileTypes, type Sidecar, sidecarKinds, sidecarStates } from '../domain/index.ts'
import type { SidecarKind, SidecarState } from '../domain/index.ts'
import type { LibraryStore, Reader, Writer } from '../library/store.ts'
import { type PlaceFilter, placeCondition } from './place-filter.ts'
import { CoreError } from '../util/errors.ts'
import { blobToUuid, hexToUuid, UuidFactory, uuidToBlob } from '../util/uuid.ts'
import type { ContentFacts, ContentFindings, Engine, Generator, Output } from './generators/index.ts'
import { isPattern, type SidecarAddress } from './address.ts'
import type { SidecarKey } from './paths.ts'

/** A content whose sidecars of one kind wait to be made. */
export interface PendingContent {
  readonly contentRowId: number
  readonly contentId: ContentId
  readonly type: FileType
  readonly mime: string | null
  readonly size: number
  readonly rows: readonly (Output & { readonly id: number; readonly attempts: number })[]
}

/** What became of one row. */
export type Outcome =
  | {
      readonly id: number
      readonly state: 'ready'
      readonly engine: Engine
      readonly size: number
      readonly checksum: Uint8Array
    }
  | { readonly id: number; readonly state: 'failed'; readonly code: string; readonly message: string }

export interface Outcomes {
  readonly contentRowId: number
  readonly findings: ContentFindings
  readonly outcomes: readonly Outcome[]
  readonly recipe: number
  /** How often it was tried. */
  readonly attempts: number
  /** How long it took, all together. */
  readonly tookMs: number
}

/** One that is ready, as its row has it. */
export interface ReadyRow extends SidecarKey {
  readonly id: number
  readonly size: number
  readonly checksum: Uint8Array
}

/** One that is not ready. */
export interface UnreadyRow extends Pick<Sidecar, 'kind' | 'variant' | 'state' | 'attempts' | 'error'> {
  readonly contentRowId: number
  readonly contentId: ContentId
  /** One entry with the content; null where there is none any more. */
  readonly entryRowId: number | null
}

/** How much there is of one kind and variant. */
export interface Usage {
  readonly kind: SidecarKind
  readonly variant: string
  readonly files: number
  readonly bytes: number
}

const PENDING = sidecarStates.indexOf('pending')
const READY = sidecarStates.indexOf('ready')
const FAILED = sidecarStates.indexOf('failed')

/** One variant of one kind. */
export interface SidecarSort {
  readonly kind: SidecarKind
  readonly variant: string
}

/** What is wanted of the contents of a place. */
export interface Wanted {
  readonly outputs: readonly Output[]
  readonly where: PlaceFilter
  /** Larger contents are passed over. */
  readonly maxBytes: number
}

/** The extension of a file with the content `c`. */
const EXTENSION = `(select x.ext from entries e join extensions x on x.id = e.ext_id where e.content_id = c.id order by e.id limit 1)`

/** Contents looked at in one transaction: some milliseconds of the main thread. */
const CONTENTS_PER_TURN = 100

/** Runs a query that may take long, off the main thread. */
export type Select = (sql: string, ...params: SQLInputValue[]) => Promise<Record<string, SQLOutputValue>[]>

/** The rows of sidecars. */
export class SidecarStore {
  readonly #store: LibraryStore
  readonly #select: Select
  readonly #now: () => number
  readonly #uuids: UuidFactory

  constructor(store: LibraryStore, select: Select, now: () => number) {
    this.#store = store
    this.#select = select
    this.#now = now
    this.#uuids = new UuidFactory(now)
  }

  /** Adds a pending row for every wanted output that a content the generator takes has none of. Returns how many. */
  async enqueueMissing(
    generator: Generator,
    { outputs, where, maxBytes }: Wanted,
    signal: AbortSignal,
  ): Promise<number> {
    if (outputs.length === 0) return 0
    const kind = sidecarKinds.indexOf(generator.kind)
    const types = generator.types.map((type) => fileTypes.indexOf(type)).join(', ')
    const names = outputs.map(({ variant, format }) => `${variant}.${format}`)
    const place = placeCondition(where)
    let queued = 0
    for (let after = 0; ;) {
      signal.throwIfAborted()
      const contents = await this.#select(
        `select c.id, c.type, c.mime, c.size, ${EXTENSION} as ext from content_identities c
         where c.id > ? and c.type in (${types}) and c.size <= ?
           and (select count(*) from sidecars s where s.content_id = c.id and s.kind = ?
                and s.variant || '.' || s.format in (select value from json_each(?))) < ?
           and exists (select 1 from entries e join directories d on d.id = e.parent_id
                       where e.content_id = c.id and ${place.sql})
         order by c.id limit ${CONTENTS_PER_TURN}`,
        after,
        maxBytes,
        kind,
        JSON.stringify(names),
        names.length,
        ...place.params,
      )
      if (contents.length === 0) return queued
      after = Number(contents.at(-1)!['id'])
      const taken = contents.filter((row) => generator.accepts(factsOf(row)))
      const rows = taken.flatMap((row) => outputs.map((output) => this.#newRow(Number(row['id']), generator, output)))
      if (rows.length === 0) continue
      const { numInsertedOrUpdatedRows } = await this.#store.write(({ db }) =>
        db
          .insertInto('sidecars')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow(),
      )
      queued += Number(numInsertedOrUpdatedRows ?? 0)
    }
  }

  /** Makes sure that a row is there, pending where it is new. Throws `NotFound` where there is no such content. */
  async ensure(contentId: ContentId, generator: Generator, output: Output): Promise<void> {
    const contentRowId = await this.contentRow(contentId)
    await this.#store.write(({ db }) =>
      db
        .insertInto('sidecars')
        .values(this.#newRow(contentRowId, generator, output))
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
  }

  async contentRow(contentId: ContentId): Promise<number> {
    const row = await this.#store.read((db) =>
      db.selectFrom('content_identities').select('id').where('uuid', '=', uuidToBlob(contentId)).executeTakeFirst(),
    )
    if (!row) throw new CoreError('NotFound', `there is no content ${contentId}`)
    return row.id
  }

  /** The next contents with pending rows of a kind, after a content. */
  async pending(kind: SidecarKind, after: number, limit: number): Promise<PendingContent[]> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .select(['s.id', 's.variant', 's.format', 's.attempts', 's.content_id', 'c.uuid', 'c.type', 'c.mime', 'c.size'])
        .select(sql<string | null>`${sql.raw(EXTENSION)}`.as('ext'))
        .where('s.state', '=', PENDING)
        .where('s.kind', '=', sidecarKinds.indexOf(kind))
        .where('s.content_id', 'in', (eb) =>
          eb
            .selectFrom('sidecars as p')
            .select('p.content_id')
            .distinct()
            .where('p.state', '=', PENDING)
            .where('p.kind', '=', sidecarKinds.indexOf(kind))
            .where('p.content_id', '>', after)
            .orderBy('p.content_id')
            .limit(limit),
        )
        .orderBy('s.content_id')
        .execute(),
    )
    const contents = new Map<number, PendingContent & { rows: PendingContent['rows'][number][] }>()
    for (const { id, variant, format, attempts, content_id: contentRowId, uuid, type, size, ...named } of rows) {
      let content = contents.get(contentRowId)
      if (!content) {
        const contentId = blobToUuid(uuid) as ContentId
        content = { contentRowId, contentId, type: fileTypes[type]!, mime: mimeOf(named), size, rows: [] }
        contents.set(contentRowId, content)
      }
      content.rows.push({ id, variant, format, attempts })
    }
    return [...contents.values()]
  }

  /** Drops what was queued and not begun: the policy that queued it is another one now. */
  async forgetQueued(): Promise<void> {
    await this.#store.write(({ db }) =>
      db.deleteFrom('sidecars').where('state', '=', PENDING).where('attempts', '=', 0).execute(),
    )
  }

  /** How many contents wait, of one kind or of all. */
  async countPending(kind?: SidecarKind): Promise<number> {
    const row = await this.#store.read((db) => {
      const pending = db
        .selectFrom('sidecars')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('state', '=', PENDING)
      const wanted = kind === undefined ? pending : pending.where('kind', '=', sidecarKinds.indexOf(kind))
      return wanted.executeTakeFirstOrThrow()
    })
    return row.n
  }

  /** Entries that have a content, some of them. */
  async entriesOf(contentRowId: number, limit: number): Promise<number[]> {
    const rows = await this.#store.read((db) =>
      db.selectFrom('entries').select('id').where('content_id', '=', contentRowId).limit(limit).execute(),
    )
    return rows.map(({ id }) => id)
  }

  async record(batch: readonly Outcomes[]): Promise<void> {
    const now = this.#now()
    await this.#store.write(async ({ db }) => {
      for (const { contentRowId, findings, outcomes, ...about } of batch) {
        for (const outcome of outcomes) await recordOutcome(db, outcome, { ...about, now })
        const { thumbhash, colour } = findings
        if (thumbhash === undefined && colour === undefined) continue
        await db
          .updateTable('content_identities')
          .set({ ...(thumbhash && { thumbhash }), ...(colour !== undefined && { colour }) })
          .where('id', '=', contentRowId)
          .execute()
      }
    })
  }

  /** What is ready of a kind, of some contents, and older than a sidecar it was made from becomes pending. */
  async requeueOutdated(contents: readonly number[], kind: SidecarKind, inputs: readonly SidecarKind[]): Promise<void> {
    const kinds = inputs.map((each) => sidecarKinds.indexOf(each))
    await this.#store.write(({ db }) =>
      db
        .updateTable('sidecars as s')
        .set({ state: PENDING })
        .where('s.kind', '=', sidecarKinds.indexOf(kind))
        .where('s.state', '=', READY)
        .where('s.content_id', 'in', contents)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('sidecars as i')
              .select('i.id')
              .whereRef('i.content_id', '=', 's.content_id')
              .where('i.kind', 'in', kinds)
              .where('i.state', '=', READY)
              .whereRef('i.updated_at', '>', 's.updated_at'),
          ),
        )
        .execute(),
    )
  }

  /** Rows of one content, or of all; what has failed or is ready becomes pending. Returns how many. */
  async requeue(of: {
    contentId?: ContentId | undefined
    kind?: SidecarKind | undefined
    variant?: string | undefined
    state?: SidecarState
  }): Promise<number> {
    const contentRowId = of.contentId === undefined ? null : await this.contentRow(of.contentId)
    return this.#store.write(async ({ db }) => {
      let query = db
        .updateTable('sidecars')
        .set({ state: PENDING, error: null, error_code: null, updated_at: this.#now() })
        .where('source_entry_id', 'is', null)
        .where('state', '<>', PENDING)
      if (contentRowId !== null) query = query.where('content_id', '=', contentRowId)
      if (of.kind) query = query.where('kind', '=', sidecarKinds.indexOf(of.kind))
      if (of.variant) query = query.where('variant', '=', of.variant)
      if (of.state) query = query.where('state', '=', sidecarStates.indexOf(of.state))
      const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    })
  }

  /** All rows of one content, in the order of kinds. */
  async list(contentId: ContentId): Promise<Omit<Sidecar, 'path'>[]> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .selectAll('s')
        .where('c.uuid', '=', uuidToBlob(contentId))
        .orderBy('s.kind')
        .orderBy('s.id')
        .execute(),
    )
    return rows.map((row) => ({
      kind: sidecarKinds[row.kind]!,
      variant: row.variant,
      format: row.format,
      state: sidecarStates[row.state]!,
      size: row.size,
      checksum: row.checksum && Buffer.from(row.checksum).toString('hex'),
      engine: row.engine === null ? null : { name: row.engine, version: row.engine_version ?? '' },
      recipe: row.recipe,
      source: row.source_entry_id === null ? ('managed' as const) : ('reference' as const),
      attempts: row.attempts,
      error: row.error_code === null ? null : { code: row.error_code, message: row.error ?? '' },
      createdAt: new Date(row.created_at).toISOString(),
    }))
  }

  /** Those that are ready and files of the library, by row id. */
  async ready(after: number, limit: number, only?: ContentId): Promise<ReadyRow[]> {
    const rows = await this.#store.read((db) => {
      const query = managed(db).where('s.state', '=', READY).where('s.id', '>', after).orderBy('s.id').limit(limit)
      return (only === undefined ? query : query.where('c.uuid', '=', uuidToBlob(only))).execute()
    })
    return rows.map(toReady)
  }

  /** Where ready ones lie, one for each folder, the newest first. */
  async folders(limit: number): Promise<SidecarKey[]> {
    const rows = await this.#select(
      `select lower(hex(c.uuid)) as content, s.kind, min(s.variant) as variant, min(s.format) as format
       from sidecars s join content_identities c on c.id = s.content_id
       where s.state = ${READY} and s.source_entry_id is null
       group by s.content_id, s.kind order by max(s.updated_at) desc limit ?`,
      limit,
    )
    return rows.map(({ content, kind, variant, format }) => ({
      contentId: hexToUuid(String(content)) as ContentId,
      kind: sidecarKinds[Number(kind)]!,
      variant: String(variant),
      format: String(format),
    }))
  }

  /** Whether a row is ready, and the file it tells of the same, as when it was read. */
  async isStill({ id, checksum }: ReadyRow): Promise<boolean> {
    const row = await this.#store.read((db) =>
      db.selectFrom('sidecars').select(['state', 'checksum']).where('id', '=', id).executeTakeFirst(),
    )
    return row?.state === READY && Buffer.from(row.checksum ?? []).equals(checksum)
  }

  async find(key: SidecarKey): Promise<{ id: number; state: SidecarState } | null> {
    const row = await this.#store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .select(['s.id', 's.state'])
        .where('c.uuid', '=', uuidToBlob(key.contentId))
        .where('s.kind', '=', sidecarKinds.indexOf(key.kind))
        .where('s.variant', '=', key.variant)
        .where('s.format', '=', key.format)
        .executeTakeFirst(),
    )
    return row ? { id: row.id, state: sidecarStates[row.state]! } : null
  }

  /** Records a file that was found as ready; false where its content is not known. */
  async adopt(key: SidecarKey, of: { size: number; checksum: Uint8Array }): Promise<boolean> {
    const contentRowId = await this.contentRow(key.contentId).catch(() => null)
    if (contentRowId === null) return false
    const now = this.#now()
    const { kind, variant, format } = key
    const values = { ...of, state: READY, error: null, error_code: null, updated_at: now }
    await this.#store.write(({ db }) =>
      db
        .insertInto('sidecars')
        .values({
          ...values,
          uuid: this.#uuids.next(),
          content_id: contentRowId,
          kind: sidecarKinds.indexOf(kind),
          variant,
          format,
          recipe: 0,
          created_at: now,
        })
        .onConflict((conflict) => conflict.columns(['content_id', 'kind', 'variant', 'format']).doUpdateSet(values))
        .execute(),
    )
    return true
  }

  /** How much is ready, by kind and variant. */
  async usage(): Promise<Usage[]> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('sidecars')
        .select(['kind', 'variant'])
        .select(({ fn }) => [fn.countAll<number>().as('files'), fn.sum<number>('size').as('bytes')])
        .where('state', '=', READY)
        .groupBy(['kind', 'variant'])
        .orderBy('kind')
        .orderBy('variant')
        .execute(),
    )
    return rows.map(({ kind, variant, files, bytes }) => ({
      kind: sidecarKinds[kind]!,
      variant,
      files,
      bytes: bytes ?? 0,
    }))
  }

  /** What is not ready: those that wait, those that failed, or both. */
  async unready(of: { state: 'pending' | 'failed' | null; limit: number }): Promise<UnreadyRow[]> {
    const states = of.state === null ? [PENDING, FAILED] : [sidecarStates.indexOf(of.state)]
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .select(['s.content_id', 'c.uuid', 's.kind', 's.variant', 's.state', 's.attempts', 's.error_code', 's.error'])
        .select(({ selectFrom }) =>
          selectFrom('entries as e')
            .select('e.id')
            .whereRef('e.content_id', '=', 's.content_id')
            .limit(1)
            .as('entry_id'),
        )
        .where('s.state', 'in', states)
        .orderBy('s.id')
        .limit(of.limit)
        .execute(),
    )
    return rows.map((row) => ({
      contentRowId: row.content_id,
      contentId: blobToUuid(row.uuid) as ContentId,
      entryRowId: row.entry_id,
      kind: sidecarKinds[row.kind]!,
      variant: row.variant,
      state: sidecarStates[row.state]!,
      attempts: row.attempts,
      error: row.error_code === null ? null : { code: row.error_code, message: row.error ?? '' },
    }))
  }

  /** The variants of a kind that are ready, for each of some contents. */
  async presence(contentIds: readonly ContentId[], kind: SidecarKind): Promise<Map<ContentId, string[]>> {
    const wanted = JSON.stringify(contentIds.map((id) => id.replaceAll('-', '')))
    const rows = this.#store.connection
      .prepare(
        `select lower(hex(c.uuid)) as content, s.variant from json_each(?) w
         join content_identities c on c.uuid = unhex(w.value) join sidecars s on s.content_id = c.id
         where s.kind = ? and s.state = ${READY} order by s.variant`,
      )
      .all(wanted, sidecarKinds.indexOf(kind))
    const found = new Map<ContentId, string[]>()
    for (const row of rows) {
      const id = hexToUuid(String(row['content'])) as ContentId
      const variants = found.get(id)
      if (variants) variants.push(String(row['variant']))
      else found.set(id, [String(row['variant'])])
    }
    return found
  }

  /** Sidecars of contents that no file has any more; with a moment, those made before it. */
  async orphans(before: number | null, limit: number): Promise<ReadyRow[]> {
    const rows = await this.#store.read((db) =>
      managed(db)
        .$if(before !== null, (query) => query.where('s.updated_at', '<', before!))
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('entries as e').select('e.id').whereRef('e.content_id', '=', 's.content_id'))),
        )
        .limit(limit)
        .execute(),
    )
    return rows.map(toReady)
  }

  /** Managed ones made before a moment, but for the variants named. */
  async madeBefore(
    moment: number,
    { but, limit }: { but: readonly SidecarSort[]; limit: number },
  ): Promise<ReadyRow[]> {
    const kept = but.map(({ kind, variant }) => `${sidecarKinds.indexOf(kind)} ${variant}`)
    const rows = await this.#store.read((db) =>
      managed(db)
        .where('s.state', '=', READY)
        .where('s.updated_at', '<', moment)
        .where(sql<boolean>`s.kind || ' ' || s.variant not in (select value from json_each(${JSON.stringify(kept)}))`)
        .limit(limit)
        .execute(),
    )
    return rows.map(toReady)
  }

  /** Those that an address or a pattern names. */
  async named(
    { content, kinds, file }: SidecarAddress,
    limit: number,
  ): Promise<(SidecarKey & { contentRowId: number })[]> {
    const rows = await this.#store.read((db) =>
      db
        .selectFrom('sidecars as s')
        .innerJoin('content_identities as c', 'c.id', 's.content_id')
        .select(['s.content_id', 'c.uuid', 's.kind', 's.variant', 's.format'])
        .where((eb) =>
          isPattern(content)
            ? sql<boolean>`lower(hex(c.uuid)) glob ${content.replaceAll('-', '').toLowerCase()}`
            : eb('c.uuid', '=', uuidToBlob(content)),
        )
        .where(
          's.kind',
          'in',
          kinds.map((kind) => sidecarKinds.indexOf(kind)),
        )
        .where(sql<boolean>`s.variant || '.' || s.format glob ${file}`)
        .orderBy('s.content_id')
        .orderBy('s.kind')
        .orderBy('s.id')
        .limit(limit)
        .execute(),
    )
    return rows.map(({ content_id: contentRowId, uuid, kind, variant, format }) => {
      return { contentRowId, contentId: blobToUuid(uuid) as ContentId, kind: sidecarKinds[kind]!, variant, format }
    })
  }

  async forget(ids: readonly number[]): Promise<void> {
    await this.#store.write(({ db }) => db.deleteFrom('sidecars').where('id', 'in', ids).execute())
  }

  #newRow(contentRowId: number, { kind, recipe }: Generator, { variant, format }: Output) {
    const now = this.#now()
    return {
      uuid: this.#uuids.next(),
      content_id: contentRowId,
      kind: sidecarKinds.indexOf(kind),
      variant,
      format,
      state: PENDING,
      recipe,
      created_at: now,
      updated_at: now,
    }
  }
}

function factsOf(row: Record<string, SQLOutputValue>): ContentFacts {
  return {
    type: fileTypes[Number(row['type'])]!,
    mime: mimeOf(row as { mime: string | null; ext: string | null }),
    size: Number(row['size']),
  }
}

/** As its bytes say where they have been looked at, else as a name of it says. */
function mimeOf({ mime, ext }: { mime: string | null; ext: string | null }): string | null {
  return mime ?? (ext === null ? null : mimeFromExtension(ext))
}

/** The sidecars that are files of the library, with the columns `toReady` takes. */
function managed(db: Reader) {
  return db
    .selectFrom('sidecars as s')
    .innerJoin('content_identities as c', 'c.id', 's.content_id')
    .select(['s.id', 'c.uuid', 's.kind', 's.variant', 's.format', 's.size', 's.checksum'])
    .where('s.source_entry_id', 'is', null)
}

function toReady(row: {
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

async function recordOutcome(
  db: Writer['db'],
  outcome: Outcome,
  { recipe, attempts, now, tookMs }: { recipe: number; attempts: number; now: number; tookMs: number },
): Promise<void> {
  const values =
    outcome.state === 'ready'
      ? {
          state: READY,
          size: outcome.size,
          checksum: outcome.checksum,
          engine: outcome.engine.name,
          engine_version: outcome.engine.version,
          error_code: null,
          error: null,
        }
      : { state: FAILED, error_code: outcome.code, error: outcome.message }
  await db
    .updateTable('sidecars')
    .set((eb) => ({ ...values, recipe, attempts: eb('attempts', '+', attempts), took_ms: tookMs, updated_at: now }))
    .where('id', '=', outcome.id)
    .execute()
}
