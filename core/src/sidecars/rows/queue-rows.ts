import { type ContentId, fileTypes, sidecarKinds, sidecarStates } from '../../domain/index.ts'
import type { SidecarKind, SidecarState } from '../../domain/index.ts'
import type { Generator, Output } from '../generators/index.ts'
import { type PlaceFilter, placeCondition } from '../place-filter.ts'
import { contentRow, EXTENSION, factsOf, newRow, PENDING, READY, type RowDeps } from './row.ts'

/** What is wanted of the contents of a place. */
export interface Wanted {
  readonly outputs: readonly Output[]
  readonly where: PlaceFilter
  /** Larger contents are passed over. */
  readonly maxBytes: number
}

/** Contents looked at in one transaction: some milliseconds of the main thread. */
const CONTENTS_PER_TURN = 100

/** Says what is to be made. */
export class QueueRows {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
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
      const contents = await this.#deps.select(
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
      const rows = taken.flatMap((row) =>
        outputs.map((output) => newRow(this.#deps, Number(row['id']), { ...generator, ...output })),
      )
      if (rows.length === 0) continue
      const { numInsertedOrUpdatedRows } = await this.#deps.store.write(({ db }) =>
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
    await this.#deps.store.write(({ db }) =>
      db.deleteFrom('sidecars').where('state', '=', PENDING).where('attempts', '=', 0).execute(),
    )
  }

  /** What is ready of a kind, of some contents, and older than a sidecar it was made from becomes pending. */
  async requeueOutdated(contents: readonly number[], kind: SidecarKind, inputs: readonly SidecarKind[]): Promise<void> {
    const kinds = inputs.map((each) => sidecarKinds.indexOf(each))
    await this.#deps.store.write(({ db }) =>
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
    const contentRowId = of.contentId === undefined ? null : await contentRow(this.#deps.store, of.contentId)
    return this.#deps.store.write(async ({ db }) => {
      let query = db
        .updateTable('sidecars')
        .set({ state: PENDING, error: null, error_code: null, updated_at: this.#deps.now() })
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
}
