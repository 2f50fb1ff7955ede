import { sql } from 'kysely'
import { assertPresent, checkRoot, type KnownLocation } from '../location/index.ts'
import { CoreError } from '../util/errors.ts'
import type { RawName } from '../util/file-name.ts'
import type { ChangeRecorder, ChangedFolder } from './change-recorder.ts'
import type { IndexingParts } from './indexing-parts.ts'
import { folderAt, toScope } from './location-scope.ts'
import { patienceFor, silentMounts } from './patience.ts'
import type { Mended } from './thread/invariants.ts'
import type { Difference, Unreadable, VerifyReport } from './thread/requests.ts'

export interface Verification {
  readonly checked: number
  readonly differences: Difference[]
  readonly total: number
  readonly unreadable: Unreadable[]
  readonly unreadableTotal: number
  readonly fixed: number
  readonly tookMs: number
}

/** Folders or files that are updated at once; then others may write. */
const ROWS_PER_REPAIR = 256

interface VerifyDeps {
  readonly parts: IndexingParts
  readonly recorder: ChangeRecorder
}

/**
 * Compares the index with the disk. With `fix`, repairs the index until no further difference can be repaired; see the
 * operation.
 */
export async function verifyIndex(
  input: { path: string; content: boolean; fix: boolean },
  { parts, recorder }: VerifyDeps,
  signal: AbortSignal,
): Promise<Verification> {
  const begun = performance.now()
  const { location, dir } = await placeToVerify(parts, input.path, signal)
  const compared = [location, ...(await presentBelow(parts, dir, signal))]
  const scopes = compared.map(toScope)
  const patiences = compared.map(({ path }) => patienceFor(parts, path))
  const compare = () => {
    const request = { scopes, patiences, silent: silentMounts(parts, dir), dir, content: input.content }
    return parts.worker.request('verify', request, { signal })
  }
  const first = await compare()
  // If a row was changed from outside, the sums of its folders are still the old ones.
  if (input.fix) await mendIndex(parts, signal)
  let report = first
  let before = Number.POSITIVE_INFINITY
  // One repair covers a limited number of folders, and may reveal more differences.
  while (input.fix && report.total > 0 && report.total < before) {
    before = report.total
    await repair(report, compared, { parts, recorder }, signal)
    report = await compare()
  }
  return {
    checked: report.checked,
    differences: report.differences,
    total: report.total,
    unreadable: report.unreadable,
    unreadableTotal: report.unreadableTotal,
    fixed: Math.max(0, first.total - report.total),
    tookMs: performance.now() - begun,
  }
}

async function repair(
  { folders, changed }: VerifyReport,
  compared: readonly KnownLocation[],
  { parts, recorder }: VerifyDeps,
  signal: AbortSignal,
): Promise<void> {
  await forgetContents(parts, changed)
  const byLocation = Map.groupBy(folders, (dir) => parts.locations.map.locate(dir)?.location.id)
  for (const location of compared) {
    const dirty = (byLocation.get(location.id) ?? []).map((dir): ChangedFolder => ({
      dir,
      names: null,
      subtree: false,
    }))
    for (let at = 0; at < dirty.length; at += ROWS_PER_REPAIR)
      await recorder.record(location, dirty.slice(at, at + ROWS_PER_REPAIR), signal)
    const isWaiting = dirty.length > 0 || changed.length > 0
    if (isWaiting && location.mode !== 'shallow') await recorder.identified(location, signal)
  }
}

/** Repairs all rows that break the rules of the index. */
export async function mendIndex({ waiting, worker }: IndexingParts, signal: AbortSignal): Promise<Mended> {
  try {
    return await worker.request('mend', null, { signal })
  } finally {
    // Any file may be pending now.
    waiting.note([], { moved: true })
  }
}

/** Marks files for identification again whose bytes differ from the index although their stats do not. */
async function forgetContents({ store, waiting }: IndexingParts, entryIds: readonly number[]): Promise<void> {
  for (let at = 0; at < entryIds.length; at += ROWS_PER_REPAIR) {
    const ids = sql.join(entryIds.slice(at, at + ROWS_PER_REPAIR))
    await store.write(async ({ db }) => {
      await sql`insert into stale_contents(entry_id, content_id) select id, content_id from entries
        where id in (${ids}) and content_id is not null on conflict do nothing`.execute(db)
      await sql`update entries set content_id = null, content_state = 0 where id in (${ids})`.execute(db)
    })
    waiting.note(entryIds.slice(at, at + ROWS_PER_REPAIR), { moved: false })
  }
}

async function placeToVerify(
  parts: IndexingParts,
  reference: string,
  signal: AbortSignal,
): Promise<{ location: KnownLocation; dir: RawName }> {
  const { locations } = parts
  const dir = (await folderAt(reference, locations)) ?? locations.require(reference).path
  const location = locations.map.locate(dir)?.location
  if (!location)
    throw new CoreError('NotFound', `${reference} lies in no location; \`spacedrive location list\` shows all`)
  assertPresent(location, await checkRoot(location, { ...parts, signal }))
  return { location, dir }
}

/** The locations below a folder that are online. An unplugged disk is not compared with its rows. */
async function presentBelow(parts: IndexingParts, dir: RawName, signal: AbortSignal): Promise<KnownLocation[]> {
  const below = parts.locations.map.below(dir)
  const roots = await Promise.all(below.map((location) => checkRoot(location, { ...parts, signal })))
  return below.filter((_, i) => roots[i]!.state === 'present')
}
