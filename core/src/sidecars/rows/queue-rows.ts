import type { SQLInputValue } from 'node:sqlite'
import { sql } from 'kysely'
import { type ContentId, fileTypes, sidecarKinds, sidecarStates, GIVEN_UP } from '../../domain/index.ts'
import type { SidecarKind, SidecarState } from '../../domain/index.ts'
import type { Generator, Output } from '../generators/index.ts'
import { type PlaceFilter, placeCondition } from '../place-filter.ts'
import { COMPANIONS, contentRow, EXTENSION, factsOf, newRow, FAILED, PENDING, READY, type RowDeps } from './row.ts'
import type { Batch } from './upkeep-rows.ts'

/** What is wanted of the contents of a place. */
export interface Wanted {
  readonly outputs: readonly Output[]
  readonly where: PlaceFilter
  /** Larger contents are passed over. */
  readonly maxBytes: number
  /** Looks at these contents only; null: at all of the place. */
  readonly contents: readonly number[] | null
}

/** Contents looked at in one transaction: some milliseconds of the main thread. */
const CONTENTS_PER_TURN = 100
/** Rows changed in one transaction: some milliseconds of the main thread. */
const ROWS_PER_TURN = 500

/** Says what is to be made. */
export class QueueRows {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
  }

  /**
   * Adds a pending row for every wanted output that a content the generator takes has none of; one that reads other
   * sidecars takes the contents of which the index of texts has one with words. Returns how many.
   */
  async enqueueMissing(
    generator: Generator,
    { outputs, where, maxBytes, contents: only }: Wanted,
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
      const contents = await this.#deps.select(
        `select c.id, c.type, c.mime, c.size, ${EXTENSION} as ext from content_identities c
         where c.id > ? and c.type in (${types}) and c.size <= ? and ${hasInput(generator)}
           ${only ? 'and c.id in (select value from json_each(?))' : ''}
           and (select count(*) from sidecars s where s.content_id = c.id and s.kind = ?
                and s.variant || '.' || s.format in (select value from json_each(?))) < ?
           and exists (select 1 from entries e join directories d on d.id = e.parent_id
                       where e.content_id = c.id and ${place.sql})
         order by c.id limit ${CONTENTS_PER_TURN}`,
        after,
        maxBytes,
        ...(only ? [JSON.stringify(only)] : []),
        kind,
        JSON.stringify(names),
        names.length,
        ...place.params,
      )
      if (contents.length === 0) return queued
      after = Number(contents.at(-1)!['id'])
      const taken = contents.filter((row) => generator.accepts(factsOf(row)))
      const rows = taken.flatMap((row) =>
        outputs.map((output) => newRow(this.#deps, Number(row['id']), { ...generator, ...output })),
      )
      if (rows.length === 0) continue
      // One statement whatever the number of rows: a query builder takes longer over them than the database.
      const json = JSON.stringify(rows.map(({ uuid, ...row }) => ({ ...row, uuid: Buffer.from(uuid).toString('hex') })))
      const { numAffectedRows } = await this.#deps.store.write(({ db }) => insertRows(json).execute(db))
      queued += Number(numAffectedRows ?? 0)
    }
  }

  /** Makes sure that a row is there, pending where it is new. Throws `NotFound` where there is no such content. */
  async ensure(contentId: ContentId, generator: Generator, output: Output): Promise<void> {
    const contentRowId = await contentRow(this.#deps.store, contentId)
    await this.#deps.store.write(({ db }) =>
      db
        .insertInto('sidecars')
        .values(newRow(this.#deps, contentRowId, { ...generator, ...output }))
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
  }

  /** Drops what was queued and not begun: the policy that queued it is another one now. */
  async forgetQueued(): Promise<void> {
    const isQueued = `s.state = ${PENDING} and s.state <> ${READY} and s.attempts = 0`
    for await (const ids of this.#found(isQueued, []))
      await this.#deps.store.write(({ db }) =>
        db
          .deleteFrom('sidecars')
          .where('id', 'in', ids)
          .where('state', '=', PENDING)
          .where('attempts', '=', 0)
          .execute(),
      )
  }

  /**
   * What a generator has made of other sidecars, or could not, becomes pending where one of them was made after it. Looks at
   * some contents, or at all.
   */
  async requeueOutdated(
    { inputs, kind, variants }: Pick<Generator, 'inputs' | 'kind' | 'variants'>,
    contents: readonly number[] | null,
  ): Promise<void> {
    if (!inputs) return
    const isOutdated = `s.kind = ${sidecarKinds.indexOf(kind)} and s.state in (${READY}, ${FAILED})
      and s.source_entry_id is null and s.error_code is not '${GIVEN_UP}' and s.variant in (select value from json_each(?))
      ${contents ? 'and s.content_id in (select value from json_each(?))' : ''}
      and exists (select 1 from sidecars i where i.content_id = s.content_id and i.kind in (${kindList(inputs)})
                  and i.state = ${READY} and i.updated_at > s.updated_at)`
    const params = [JSON.stringify(variants), ...(contents ? [JSON.stringify(contents)] : [])]
    for await (const ids of this.#found(isOutdated, params)) await this.#letWait(ids)
  }

  /** What was made, or could not be, in one way becomes pending, some at a time. Returns how many. */
  async requeueBatch(
    kind: SidecarKind,
    { code, engine, recipe, version }: Batch,
    signal: AbortSignal,
  ): Promise<number> {
    const isOfBatch = `s.kind = ? and s.state in (${READY}, ${FAILED}) and s.source_entry_id is null
      and s.engine is ? and ifnull(s.engine_version, '') = ? and s.recipe = ? and s.error_code is ?`
    const params = [sidecarKinds.indexOf(kind), engine, version, recipe, code]
    let queued = 0
    for await (const ids of this.#found(isOfBatch, params, signal)) queued += await this.#letWait(ids)
    return queued
  }

  /**
   * Rows of one content, or of all; what has failed or is ready becomes pending. Of all that has failed, what was given up
   * for more room is left alone. Returns how many.
   */
  async requeue(of: {
    contentId?: ContentId | undefined
    kind?: SidecarKind | undefined
    variant?: string | undefined
    state?: SidecarState
    /** Of what is not there for this reason. */
    code?: string
  }): Promise<number> {
    const conditions = [`s.source_entry_id is null and s.kind not in (${COMPANIONS.join(', ')})`]
    const params: SQLInputValue[] = []
    const add = (condition: string, value: SQLInputValue) => {
      conditions.push(condition)
      params.push(value)
    }
    if (of.contentId) add('s.content_id = ?', await contentRow(this.#deps.store, of.contentId))
    if (of.kind) add('s.kind = ?', sidecarKinds.indexOf(of.kind))
    if (of.variant) add('s.variant = ?', of.variant)
    if (of.code) add('s.error_code = ?', of.code)
    if (of.state) add('s.state = ?', sidecarStates.indexOf(of.state))
    // What has no error is ready: the index on what is not ready finds the others.
    if (of.code || of.state === 'failed') conditions.push(`s.state = ${FAILED} and s.state <> ${READY}`)
    // What was given up for more room would have to be given up again.
    if (of.state === 'failed' && !of.contentId) conditions.push(`s.error_code <> '${GIVEN_UP}'`)
    let queued = 0
    const condition = [...conditions, `s.state in (${READY}, ${FAILED})`].join(' and ')
    for await (const ids of this.#found(condition, params)) queued += await this.#letWait(ids)
    return queued
  }

  /** The ids of sidecars `s` that a condition holds for, some at a time: all at once would hold up the main thread. */
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

  /** They become pending. Returns how many were not. */
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

/** Adds pending rows, given as JSON, where there are none yet. */
function insertRows(json: string) {
  return sql`insert into sidecars(uuid, content_id, kind, variant, format, state, recipe, created_at, updated_at)
    select unhex(value ->> 'uuid'), value ->> 'content_id', value ->> 'kind', value ->> 'variant', value ->> 'format',
      value ->> 'state', value ->> 'recipe', value ->> 'created_at', value ->> 'updated_at'
    from json_each(${json}) where true on conflict do nothing`
}

/** Whether the content `c` has a sidecar that a generator reads, with words in it: rows of `texts` are content * 16 + kind. */
function hasInput({ inputs }: Pick<Generator, 'inputs'>): string {
  if (!inputs) return 'true'
  return `exists (select 1 from sidecars i join texts_docsize t on t.id = i.content_id * 16 + i.kind
            where i.content_id = c.id and i.kind in (${kindList(inputs)}) and i.state = ${READY} and t.sz <> x'00')`
}

function kindList(kinds: readonly SidecarKind[]): string {
  return kinds.map((kind) => sidecarKinds.indexOf(kind)).join(', ')
}
