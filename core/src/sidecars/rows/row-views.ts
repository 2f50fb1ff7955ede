import { sql } from 'kysely'
import {
  type ContentId,
  type Sidecar,
  type SidecarKind,
  sidecarKinds,
  sidecarStates,
  skipCodes,
} from '../../domain/index.ts'
import { blobToUuid, uuidToBlob } from '../../util/uuid.ts'
import { isPattern, type SidecarAddress } from '../address.ts'
import type { SidecarKey } from '../paths.ts'
import { FAILED, PENDING, READY, type RowDeps } from './row.ts'

/** One that is not ready. */
export interface UnreadyRow extends Pick<Sidecar, 'kind' | 'variant' | 'state' | 'attempts' | 'error'> {
  readonly contentRowId: number
  readonly contentId: ContentId
  /** One entry with the content; null where there is none any more. */
  readonly entryRowId: number | null
}

/** `skipped`: nothing is made of it, and nothing is wrong. */
export type UnreadyState = 'pending' | 'failed' | 'skipped'

/** How much there is of one kind and variant. */
export interface Usage {
  readonly kind: SidecarKind
  readonly variant: string
  readonly files: number
  readonly bytes: number
}

const UUID_BYTES = 16
const skips = skipCodes.map((code) => `'${code}'`).join(', ')
/** Conditions on `sidecars s`. */
const unready: Readonly<Record<UnreadyState | 'all', string>> = {
  all: `s.state in (${PENDING}, ${FAILED})`,
  pending: `s.state = ${PENDING}`,
  failed: `s.state = ${FAILED} and s.error_code not in (${skips})`,
  skipped: `s.state = ${FAILED} and s.error_code in (${skips})`,
}

/** What is shown of the rows. */
export class RowViews {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
  }

  /** All rows of one content, in the order of kinds. */
  async list(contentId: ContentId): Promise<Omit<Sidecar, 'path'>[]> {
    const rows = await this.#deps.store.read((db) =>
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

  /** What is not ready. */
  async unready(of: { state: UnreadyState | null; limit: number }): Promise<UnreadyRow[]> {
    const rows = await this.#deps.store.read((db) =>
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
        .where(sql<boolean>`${sql.raw(unready[of.state ?? 'all'])}`)
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
    // One blob in and one row a content out: twice as fast as ids as text, and a row a variant.
    const query = this.#deps.store.connection.prepare(
      `with recursive wanted(i) as (select 0 union all select i + 1 from wanted where i + 1 < ?)
       select w.i, (select group_concat(s.variant, '+') from sidecars s
                    where s.content_id = c.id and s.kind = ? and s.state = ${READY})
       from wanted w join content_identities c on c.uuid = substr(?, w.i * ${UUID_BYTES} + 1, ${UUID_BYTES})`,
    )
    query.setReturnArrays(true)
    const ids = Buffer.from(contentIds.join('').replaceAll('-', ''), 'hex')
    const rows = query.all(contentIds.length, sidecarKinds.indexOf(kind), ids) as unknown as [number, string | null][]
    return new Map(
      rows.flatMap(([i, variants]) =>
        variants === null ? [] : [[contentIds[i]!, [...new Set(variants.split('+'))].toSorted()] as const],
      ),
    )
  }

  /** How much is ready, by kind and variant. */
  async usage(): Promise<Usage[]> {
    const rows = await this.#deps.store.read((db) =>
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

  /** Those that an address or a pattern names. */
  async named(
    { content, kinds, file }: SidecarAddress,
    limit: number,
  ): Promise<(SidecarKey & { contentRowId: number })[]> {
    const rows = await this.#deps.store.read((db) =>
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
}
