import { withTuples } from '../../db/typed-rows.ts'
import { sql } from 'kysely'
import {
  type ContentId,
  type Sidecar,
  type SidecarKind,
  skipCodes,
  sidecarKindNumbers,
  sidecarKindByNumber,
  sidecarStateByNumber,
} from '../../domain/index.ts'
import { blobToUuid, uuidToBlob } from '../../util/uuid.ts'
import { isPattern, type SidecarAddress } from '../files/address.ts'
import type { SidecarKey } from '../files/paths.ts'
import { FAILED, PENDING, READY, type RowDeps } from './row.ts'

/** A sidecar that is not ready. */
export interface UnreadyRow extends Pick<Sidecar, 'kind' | 'variant' | 'state' | 'attempts' | 'error'> {
  readonly contentRowId: number
  readonly contentId: ContentId
  /** Row id of one entry with the content; null if there is none any more. */
  readonly entryRowId: number | null
}

/** `skipped`: the sidecar cannot be made, although nothing is wrong. */
export type UnreadyState = 'pending' | 'failed' | 'skipped'

/** The number and size of the ready sidecars of one kind and variant. */
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

/** Reads rows for display. */
export class RowViews {
  readonly #deps: RowDeps

  constructor(deps: RowDeps) {
    this.#deps = deps
  }

  /** All rows of one content, ordered by kind. */
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
      kind: sidecarKindByNumber[row.kind]!,
      variant: row.variant,
      format: row.format,
      state: sidecarStateByNumber[row.state]!,
      size: row.size,
      checksum: row.checksum && Buffer.from(row.checksum).toString('hex'),
      engine: row.engine === null ? null : { name: row.engine, version: row.engine_version ?? '' },
      recipe: row.recipe,
      source: row.source_entry_id === null ? ('managed' as const) : ('reference' as const),
      attempts: row.attempts,
      error: row.error_code === null ? null : { code: row.error_code, message: row.error ?? '' },
      note: row.error_code === null ? row.error : null,
      createdAt: new Date(row.created_at).toISOString(),
    }))
  }

  /** The rows that are not ready. */
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
      kind: sidecarKindByNumber[row.kind]!,
      variant: row.variant,
      state: sidecarStateByNumber[row.state]!,
      attempts: row.attempts,
      error: row.error_code === null ? null : { code: row.error_code, message: row.error ?? '' },
    }))
  }

  /** The ready variants of a kind, for each content. */
  async presence(contentIds: readonly ContentId[], kind: SidecarKind): Promise<Map<ContentId, string[]>> {
    // The ids go in as one blob and the result comes out as one text, because a result row for each variant would cost
    // more than finding it. The index has variants in order.
    const query = withTuples<[variants: string | null]>(
      this.#deps.store.connection.prepare(
        `with recursive wanted(i) as (select 0 union all select i + 1 from wanted where i + 1 < ?)
       select group_concat(w.i || '+' || s.variant, ';') from wanted w
       cross join content_identities c on c.uuid = substr(?, w.i * ${UUID_BYTES} + 1, ${UUID_BYTES})
       cross join sidecars s indexed by sidecars_ready
         on s.content_id = c.id and s.kind = ? and s.state = ${READY}`,
      ),
    )
    const ids = Buffer.from(contentIds.join('').replaceAll('-', ''), 'hex')
    const [found] = query.get(contentIds.length, ids, sidecarKindNumbers[kind])!
    return variantsByContent(found, contentIds)
  }

  /** Counts ready sidecars and their bytes, by kind and variant. */
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
      kind: sidecarKindByNumber[kind]!,
      variant,
      files,
      bytes: bytes ?? 0,
    }))
  }

  /** The sidecars that an address or a pattern names. */
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
          kinds.map((kind) => sidecarKindNumbers[kind]),
        )
        .where(sql<boolean>`s.variant || '.' || s.format glob ${file}`)
        .orderBy('s.content_id')
        .orderBy('s.kind')
        .orderBy('s.id')
        .limit(limit)
        .execute(),
    )
    return rows.map(({ content_id: contentRowId, uuid, kind, variant, format }) => {
      return {
        contentRowId,
        contentId: blobToUuid(uuid) as ContentId,
        kind: sidecarKindByNumber[kind]!,
        variant,
        format,
      }
    })
  }
}

/** Parses `<position of the content>+<variant>;…`, where the variants of one content are adjacent. */
function variantsByContent(found: string | null, contentIds: readonly ContentId[]): Map<ContentId, string[]> {
  const byContent = new Map<ContentId, string[]>()
  let variants: string[] = []
  let last = ''
  for (const part of found?.split(';') ?? []) {
    const plus = part.indexOf('+')
    const place = part.slice(0, plus)
    const variant = part.slice(plus + 1)
    if (place !== last) byContent.set(contentIds[Number(place)]!, (variants = []))
    // Leaves out a variant that was already added in another format.
    if (variants.at(-1) !== variant) variants.push(variant)
    last = place
  }
  return byContent
}
