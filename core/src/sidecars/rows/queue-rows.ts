import type { SQLInputValue, SQLOutputValue } from '../../db/sqlite.ts'
import {
  type ContentId,
  GIVEN_UP,
  skipCodes,
  fileTypeNumbers,
  sidecarKindNumbers,
  sidecarStateNumbers,
} from '../../domain/index.ts'
import type { SidecarKind, SidecarState } from '../../domain/index.ts'
import type { Generator, Output } from '../generators/index.ts'
import { type PlaceFilter, placeCondition } from '../queue/place-filter.ts'
import {
  columnsOf,
  COMPANIONS,
  contentRow,
  EXTENSION,
  factsOf,
  FAILED,
  PENDING,
  READY,
  type RowDeps,
  WAITS,
} from './row.ts'
import type { Batch } from './upkeep-rows.ts'

/** The outputs that one generator should make for each content that it accepts. */
export interface Order {
  readonly generator: Generator
  readonly outputs: readonly Output[]
}

/** The sidecars that the policy wants for the contents of a place. */
export interface Wanted {
  readonly orders: readonly Order[]
  readonly where: PlaceFilter
  /** Larger contents are skipped. */
  readonly maxBytes: number
  /** Only these contents; null for all contents of the place. */
  readonly contents: readonly number[] | null
  /** Whether a user is viewing these contents. See `Generator.typesWhenViewed`. */
  readonly areViewed: boolean
}

/** Contents examined and queued in one transaction: some 10 ms of the index worker. */
const CONTENTS_PER_TURN = 2_000
/** Rows changed in one transaction: some milliseconds of the main thread. */
const ROWS_PER_TURN = 500
/** Rows removed in one transaction: some 10 ms of the index worker. */
const ROWS_PER_DELETION = 4_000

/** Makes rows pending. */
export class QueueRows {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
  }

  /**
   * Adds a pending row for every wanted output that is missing. If a generator reads other sidecars, a row is added
   * only for contents that have such a sidecar with words in the search index. Returns the number of rows.
   */
  async enqueueMissing(
    { areViewed, contents, maxBytes, orders: all, where }: Wanted,
    signal: AbortSignal,
  ): Promise<number> {
    const orders = all.filter(({ outputs }) => outputs.length > 0)
    if (orders.length === 0) return 0
    const place = placeCondition(where)
    // Contents with equal facts are returned as one row, because returning a row for each content takes longer than
    // finding them.
    const sql = `select type, mime, ext, lacks, max(id) as last, json_group_array(id) as ids, json_group_array(size) as sizes
      from (select c.id, c.type, c.mime, c.size, ${EXTENSION} as ext,
                   ${orders.map((order, i) => `((${lacks(order, areViewed)}) << ${i})`).join(' | ')} as lacks
            from content_identities c
            where c.id > ? and c.size <= ? ${contents ? 'and c.id in (select value from json_each(?))' : ''}
              and lacks <> 0
              and exists (select 1 from entries e join directories d on d.id = e.parent_id
                          where e.content_id = c.id and ${place.sql})
            order by c.id limit ${CONTENTS_PER_TURN})
      group by type, mime, ext, lacks`
    const names = orders.map(({ outputs }) => JSON.stringify(outputs.map(nameOf)))
    const params = [maxBytes, ...(contents ? [JSON.stringify(contents)] : []), ...place.params]
    let queued = 0
    for (let after = 0; ;) {
      signal.throwIfAborted()
      const alike = await this.#deps.select(sql, ...names, after, ...params)
      if (alike.length === 0) return queued
      after = Math.max(...alike.map(({ last }) => Number(last)))
      for (const { ids, orders: taken } of sortByOrders(alike, orders)) queued += await this.#enqueue(ids, taken)
    }
  }

  /**
   * Adds the rows of contents with one statement, in the order of the index. Inserting them one by one would take ten
   * times as long.
   */
  #enqueue(contents: readonly number[], orders: readonly Order[]): Promise<number> {
    const files = orders.flatMap(({ generator: { kind, recipe }, outputs }) =>
      outputs.map(({ format, variant }) => [sidecarKindNumbers[kind], variant, format, recipe]),
    )
    const now = this.#deps.now()
    return this.#deps.change(
      `with files(kind, variant, format, recipe) as (values ${files.map(() => '(?, ?, ?, ?)').join(', ')})
       insert into sidecars(content_id, kind, variant, format, state, recipe, created_at, updated_at)
       select c.id, f.kind, f.variant, f.format, ${PENDING}, f.recipe, ?, ?
       from json_each(?) i join content_identities c on c.id = i.value cross join files f
       where true on conflict do nothing`,
      ...files.flat(),
      now,
      now,
      JSON.stringify(contents),
    )
  }

  /** Adds a pending row unless the row exists. Throws `NotFound` if the content is unknown. */
  async ensure(contentId: ContentId, { kind, recipe }: Generator, { format, variant }: Output): Promise<void> {
    const contentRowId = await contentRow(this.#deps.store, contentId)
    const now = this.#deps.now()
    const row = { ...columnsOf({ contentRowId, kind, variant, format }), state: PENDING, recipe }
    await this.#deps.store.write(({ db }) =>
      db
        .insertInto('sidecars')
        .values({ ...row, created_at: now, updated_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
  }

  /** Like `ensure` for many contents, off the main thread; unknown contents are left out. */
  async ensureAll(contentIds: readonly ContentId[], { kind, recipe }: Generator, of: Output): Promise<void> {
    const now = this.#deps.now()
    await this.#deps.change(
      `insert into sidecars(content_id, kind, variant, format, state, recipe, created_at, updated_at)
       select c.id, ?, ?, ?, ${PENDING}, ?, ?, ?
       from json_each(?) i join content_identities c on c.uuid = unhex(i.value, '-')
       where true on conflict do nothing`,
      sidecarKindNumbers[kind],
      of.variant,
      of.format,
      recipe,
      now,
      now,
      JSON.stringify(contentIds),
    )
  }

  /** Drops queued rows that were never tried, because the policy that queued them has changed. */
  async forgetQueued(): Promise<void> {
    const sql = `delete from sidecars where id in
      (select s.id from sidecars s where ${WAITS} and s.attempts = 0 limit ${ROWS_PER_DELETION})`
    while ((await this.#deps.change(sql)) > 0);
  }

  /**
   * Makes sidecars pending if another sidecar from which they are made is newer. Includes failed ones. For some
   * contents, or for all.
   */
  async requeueOutdated(
    { inputs, kind, variants }: Pick<Generator, 'inputs' | 'kind' | 'variants'>,
    contents: readonly number[] | null,
  ): Promise<void> {
    if (!inputs) return
    const isOutdated = `s.kind = ${sidecarKindNumbers[kind]} and s.state in (${READY}, ${FAILED})
      and s.source_entry_id is null and s.error_code is not '${GIVEN_UP}' and s.variant in (select value from json_each(?))
      ${contents ? 'and s.content_id in (select value from json_each(?))' : ''}
      and exists (select 1 from sidecars i where i.content_id = s.content_id and i.kind in (${kindList(inputs)})
                  and i.state = ${READY} and i.updated_at > s.updated_at)`
    const params = [JSON.stringify(variants), ...(contents ? [JSON.stringify(contents)] : [])]
    for await (const ids of this.#found(isOutdated, params)) await this.#letWait(ids)
  }

  /** Makes the rows of a batch pending, in several transactions. Returns their number. */
  async requeueBatch(
    kind: SidecarKind,
    { code, engine, recipe, version }: Batch,
    signal: AbortSignal,
  ): Promise<number> {
    const isOfBatch = `s.kind = ? and s.state in (${READY}, ${FAILED}) and s.source_entry_id is null
      and s.engine is ? and ifnull(s.engine_version, '') = ? and s.recipe = ? and s.error_code is ?`
    const params = [sidecarKindNumbers[kind], engine, version, recipe, code]
    let queued = 0
    for await (const ids of this.#found(isOfBatch, params, signal)) queued += await this.#letWait(ids)
    return queued
  }

  /**
   * Makes the ready and failed rows of one content, or of all, pending. When all failed rows are retried, skipped ones
   * and those deleted for the quota are left alone. Returns the number of rows.
   */
  async requeue(of: {
    contentId?: ContentId | undefined
    kind?: SidecarKind | undefined
    variant?: string | undefined
    state?: SidecarState
    /** If given, only failed rows with this error code. */
    code?: string
  }): Promise<number> {
    const conditions = [`s.source_entry_id is null and s.kind not in (${COMPANIONS.join(', ')})`]
    const params: SQLInputValue[] = []
    const add = (condition: string, value: SQLInputValue) => {
      conditions.push(condition)
      params.push(value)
    }
    if (of.contentId) add('s.content_id = ?', await contentRow(this.#deps.store, of.contentId))
    if (of.kind) add('s.kind = ?', sidecarKindNumbers[of.kind])
    if (of.variant) add('s.variant = ?', of.variant)
    if (of.code) add('s.error_code = ?', of.code)
    if (of.state) add('s.state = ?', sidecarStateNumbers[of.state])
    // Only failed rows have an error code. The second condition lets SQLite use the index `sidecars_unready`.
    if (of.code || of.state === 'failed') conditions.push(`s.state = ${FAILED} and s.state <> ${READY}`)
    // A retry would skip these again. Those that were deleted for the quota would have to be deleted again.
    if (of.state === 'failed' && !of.contentId)
      conditions.push(`s.error_code not in (${skipCodes.map((code) => `'${code}'`).join(', ')})`)
    let queued = 0
    const condition = [...conditions, `s.state in (${READY}, ${FAILED})`].join(' and ')
    for await (const ids of this.#found(condition, params)) queued += await this.#letWait(ids)
    return queued
  }

  /** The row id of a content. Throws `NotFound`. */
  contentRow(contentId: ContentId): Promise<number> {
    return contentRow(this.#deps.store, contentId)
  }

  /** Makes the pending rows of one kind of a content fail as cancelled. Returns their number. */
  async cancel(contentRowId: number, kind: SidecarKind): Promise<number> {
    const { numUpdatedRows } = await this.#deps.store.write(({ db }) =>
      db
        .updateTable('sidecars')
        .set({
          state: FAILED,
          error_code: 'Cancelled',
          error: 'It was cancelled before it was generated.',
          updated_at: this.#deps.now(),
        })
        .where('content_id', '=', contentRowId)
        .where('kind', '=', sidecarKindNumbers[kind])
        .where('state', '=', PENDING)
        .executeTakeFirstOrThrow(),
    )
    return Number(numUpdatedRows)
  }

  /**
   * Finds the ids of sidecars `s` that meet a condition, in several queries. Finding all at once would block the main
   * thread.
   */
  async *#found(
    condition: string,
    params: readonly SQLInputValue[],
    signal?: AbortSignal,
  ): AsyncGenerator<number[], void> {
    for (let after = 0; ;) {
      signal?.throwIfAborted()
      const found = await this.#deps.select(
        `select s.id from sidecars s where s.id > ? and ${condition} order by s.id limit ${ROWS_PER_TURN}`,
        after,
        ...params,
      )
      if (found.length === 0) return
      const ids = found.map(({ id }) => Number(id))
      after = ids.at(-1)!
      yield ids
    }
  }

  /** Makes rows pending. Returns the number of rows that were not pending before. */
  async #letWait(ids: readonly number[]): Promise<number> {
    const { numUpdatedRows } = await this.#deps.store.write(({ db }) =>
      db
        .updateTable('sidecars')
        .set({ state: PENDING, error: null, error_code: null, updated_at: this.#deps.now() })
        .where('id', 'in', ids)
        .where('state', '<>', PENDING)
        .executeTakeFirstOrThrow(),
    )
    return Number(numUpdatedRows)
  }
}

/**
 * A condition: the generator may accept the content `c`, and at least one of the outputs is missing. The names of the
 * outputs are a parameter.
 */
function lacks({ generator, outputs }: Order, areViewed: boolean): string {
  const later = areViewed ? [] : (generator.typesWhenViewed ?? [])
  const types = generator.types.filter((type) => !later.includes(type))
  return `c.type in (${types.map((type) => fileTypeNumbers[type]).join(', ')}) and ${hasInput(generator)}
    and (select count(*) from sidecars s where s.content_id = c.id and s.kind = ${sidecarKindNumbers[generator.kind]}
         and s.variant || '.' || s.format in (select value from json_each(?))) < ${outputs.length}`
}

function nameOf({ format, variant }: Output): string {
  return `${variant}.${format}`
}

/** Groups contents that lack outputs by the generators that accept them. */
function sortByOrders(
  alike: readonly Record<string, SQLOutputValue>[],
  orders: readonly Order[],
): { ids: number[]; orders: Order[] }[] {
  const sorted = new Map<string, { ids: number[]; orders: Order[] }>()
  for (const row of alike) {
    const facts = factsOf(row)
    const lacking = orders.filter((_, i) => Number(row['lacks']) & (1 << i))
    const ids = JSON.parse(String(row['ids'])) as number[]
    const sizes = JSON.parse(String(row['sizes'])) as number[]
    for (const [i, id] of ids.entries()) {
      const taken = lacking.filter(({ generator }) => generator.accepts({ ...facts, size: sizes[i]! }))
      if (taken.length === 0) continue
      const key = taken.map(({ generator }) => generator.kind).join()
      const same = sorted.get(key) ?? { ids: [], orders: taken }
      same.ids.push(id)
      sorted.set(key, same)
    }
  }
  // Sort by row id: in the order of the index, the insert touches few pages of it.
  for (const { ids } of sorted.values()) ids.sort((a, b) => a - b)
  return [...sorted.values()]
}

/**
 * A condition: the content `c` has a ready sidecar that the generator reads, with words in it. A row id of `texts` is
 * the content's row id * 16 + the number of the kind.
 */
function hasInput({ inputs }: Pick<Generator, 'inputs'>): string {
  if (!inputs) return 'true'
  return `exists (select 1 from sidecars i join texts_docsize t on t.id = i.content_id * 16 + i.kind
            where i.content_id = c.id and i.kind in (${kindList(inputs)}) and i.state = ${READY} and t.sz <> x'00')`
}

function kindList(kinds: readonly SidecarKind[]): string {
  return kinds.map((kind) => sidecarKindNumbers[kind]).join(', ')
}
