import {
  type SidecarKind,
  isSkipped,
  skipCodes,
  sidecarKindByNumber,
  sidecarStateNumbers,
  sidecarStateByNumber,
} from '../../domain/index.ts'
import type { EntryReader } from '../../entries/index.ts'
import { type PlaceFilter, placeCondition } from '../queue/place-filter.ts'
import type { Select } from '../rows/row.ts'

/** The sidecars of one kind, counted by state. */
export interface KindCounts {
  /** Ready sidecars that were made since the given moment. */
  readonly made: number
  readonly ready: number
  readonly failed: number
  /** Sidecars that cannot be made, although nothing is wrong. */
  readonly skipped: number
  readonly pending: number
}

/** A sidecar that could not be made. */
export interface SidecarFailure {
  readonly path: string | null
  readonly kind: SidecarKind
  readonly code: string
  readonly message: string
}

/** The sidecars of the contents in a place. */
export interface SidecarSummary {
  readonly byKind: Readonly<Partial<Record<SidecarKind, KindCounts>>>
  /** Contents with failed sidecars, and those with skipped ones. */
  readonly failedFiles: number
  readonly skippedFiles: number
  readonly failures: SidecarFailure[]
  readonly skips: SidecarFailure[]
  /** The slowest sidecars since the given moment, in descending order. */
  readonly slowest: { readonly path: string | null; readonly kind: SidecarKind; readonly tookMs: number }[]
}

interface SummaryDeps {
  readonly select: Select
  readonly reader: EntryReader
}

/** Limit on the failures and skips that are listed, failures first. All of them are counted. */
const MAX_FAILURES = 1_000
const MAX_SLOWEST = 5

const skips = skipCodes.map((code) => `'${code}'`).join(', ')

/** Summarises the sidecars of a place; `since` is in milliseconds since 1970. */
export async function summariseSidecars(
  place: PlaceFilter,
  since: number,
  { select, reader }: SummaryDeps,
): Promise<SidecarSummary> {
  const { sql, params } = placeCondition(place)
  const here = `with here as (select e.content_id as id, min(e.id) as entry from directories d
    join entries e on e.parent_id = d.id where e.content_id is not null and ${sql} group by e.content_id)`
  const counts = await select(
    `${here} select s.kind, s.state, s.error_code in (${skips}) as skipped, s.updated_at >= ? and s.attempts > 0 as recent, count(*) as n
     from here join sidecars s on s.content_id = here.id group by 1, 2, 3, 4`,
    ...params,
    since,
  )
  const failed = await select(
    `${here} select here.entry, s.kind, s.error_code, s.error from here join sidecars s on s.content_id = here.id
     where s.state = ${sidecarStateNumbers.failed} group by here.id, s.kind
     order by s.error_code in (${skips}), here.entry limit ${MAX_FAILURES}`,
    ...params,
  )
  const [files] = await select(
    `${here} select count(distinct here.id) filter (where s.error_code not in (${skips})) as failed,
       count(distinct here.id) filter (where s.error_code in (${skips})) as skipped
     from here join sidecars s on s.content_id = here.id where s.state = ${sidecarStateNumbers.failed}`,
    ...params,
  )
  const slowest = await select(
    `${here} select here.entry, s.kind, max(s.took_ms) as took from here join sidecars s on s.content_id = here.id
     where s.updated_at >= ? and s.took_ms is not null group by here.id, s.kind order by took desc limit ${MAX_SLOWEST}`,
    ...params,
    since,
  )
  const entries = reader.byIds([...failed, ...slowest].map((row) => Number(row['entry'])))
  const pathOf = (row: Record<string, unknown>) => entries.get(Number(row['entry']))?.path ?? null
  const kindOf = (row: Record<string, unknown>) => sidecarKindByNumber[Number(row['kind'])]!
  const failures = failed.map((row) => ({
    path: pathOf(row),
    kind: kindOf(row),
    code: String(row['error_code']),
    message: String(row['error']),
  }))
  return {
    byKind: countsByKind(counts),
    failedFiles: Number(files!['failed']),
    skippedFiles: Number(files!['skipped']),
    failures: failures.filter((each) => !isSkipped(each)),
    skips: failures.filter(isSkipped),
    slowest: slowest.map((row) => ({ path: pathOf(row), kind: kindOf(row), tookMs: Number(row['took']) })),
  }
}

function countsByKind(rows: readonly Record<string, unknown>[]): SidecarSummary['byKind'] {
  const byKind: Partial<Record<SidecarKind, { -readonly [K in keyof KindCounts]: number }>> = {}
  for (const row of rows) {
    const kind = sidecarKindByNumber[Number(row['kind'])]!
    const counts = (byKind[kind] ??= { made: 0, ready: 0, failed: 0, skipped: 0, pending: 0 })
    const n = Number(row['n'])
    const state = sidecarStateByNumber[Number(row['state'])]!
    if (state === 'ready') {
      counts.ready += n
      if (row['recent'] === 1) counts.made += n
    } else if (state === 'failed') counts[row['skipped'] === 1 ? 'skipped' : 'failed'] += n
    else counts.pending += n
  }
  return byKind
}
