import type { Entry, JobId } from '../domain/index.ts'
import type { EntryCounts } from '../domain/location.ts'
import { defaultRules } from '../domain/rules.ts'
import type { KnownLocation } from '../location/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import { browsedToEntries } from './browsed-entries.ts'
import { indexLocation } from './index-location.ts'
import { type IndexingParts, toErrorCode } from './indexing-parts.ts'
import { directoryIdOf, encodePath, resolveFolder } from './location-scope.ts'
import { mannersOf } from './patience.ts'
import type { BrowseReport, BrowseRequest } from './worker/requests.ts'

type Scope = 'current' | 'recursive'

export interface QuickScan {
  readonly path: string
  readonly persisted: boolean
  readonly counts: EntryCounts
  readonly tookMs: number
  readonly job: { readonly id: JobId } | null
  readonly warnings: { path: string; code: string; message: string }[]
}

/** Scans one folder at once; see the operation. */
export async function quickScan(
  input: { path: string; scope: Scope; ephemeral: boolean },
  parts: IndexingParts,
  signal: AbortSignal,
): Promise<QuickScan> {
  const begun = performance.now()
  const dir = await resolveFolder(input.path)
  const place = input.ephemeral || parts.store.readOnly ? null : parts.locations.map.locate(dir)
  const isIndexed = place !== null && directoryIdOf(parts.store, place.location, dir) !== null
  const result = isIndexed
    ? await scanInto(place.location, dir, { parts, scope: input.scope, signal })
    : await scanOnly(dir, { parts, scope: input.scope, signal })
  return { path: displayName(dir), ...result, tookMs: performance.now() - begun }
}

interface ScanOptions {
  readonly parts: IndexingParts
  readonly scope: Scope
  readonly signal: AbortSignal
}

async function scanInto(location: KnownLocation, dir: RawName, { parts, scope, signal }: ScanOptions) {
  const { id } = await parts.jobs.enqueue(indexLocation, { locationId: location.id, path: encodePath(dir), scope })
  const job = await parts.jobs.wait(id, signal)
  if (job.status !== 'completed')
    throw new CoreError(toErrorCode(job.error?.code), job.error?.message ?? `the scan was ${job.status}`)
  const { warningList } = parts.jobs.info(id)
  const warnings = warningList.map(({ path, code, message }) => ({ path: path ?? displayName(dir), code, message }))
  return { persisted: true, counts: countsOf(parts, location, dir), job: { id }, warnings }
}

async function scanOnly(dir: RawName, { parts, scope, signal }: ScanOptions) {
  const options = { recursive: scope === 'recursive', content: false, limit: 0, hidden: false }
  const { counts, warnings } = await ask(dir, options, parts, signal)
  return { persisted: false, counts, job: null, warnings }
}

/** Looks into any folder; see the operation. */
export async function browse(
  input: { path: string; scope: Scope; content: boolean; limit: number },
  parts: IndexingParts,
  signal: AbortSignal,
) {
  const begun = performance.now()
  const dir = await resolveFolder(input.path)
  const { items, total } = await look(dir, { ...input, recursive: input.scope === 'recursive' }, parts, signal)
  return { path: displayName(dir), items, total, tookMs: performance.now() - begun }
}

/** The entries of a folder as the disk has them, with the rule that keeps an entry out of the index where one does. */
export async function look(
  dir: RawName,
  { recursive, content, limit }: { recursive: boolean; content: boolean; limit: number },
  parts: IndexingParts,
  signal: AbortSignal,
): Promise<{ items: Entry[]; total: number }> {
  const report = await ask(dir, { recursive, content, limit, hidden: true }, parts, signal)
  return { items: browsedToEntries(report.entries), total: report.total }
}

/** Under the rules of the location the folder lies in, anchored where they are for a scan. */
function ask(
  dir: RawName,
  options: Omit<BrowseRequest, 'dir' | 'rules' | 'rulesRoot' | 'patience' | 'silent'>,
  parts: IndexingParts,
  signal: AbortSignal,
): Promise<BrowseReport> {
  const { locations, worker } = parts
  const location = locations.map.locate(dir)?.location
  const rules = location?.rules ?? defaultRules
  const rulesRoot = displayName(location?.path ?? dir)
  return worker.request('browse', { dir, rules, rulesRoot, ...mannersOf(parts, dir), ...options }, { signal })
}

function countsOf({ store }: IndexingParts, location: KnownLocation, dir: RawName): EntryCounts {
  const row = store.connection
    .prepare('select file_count, dir_count, symlink_count, other_count, total_size from directories where id = ?')
    .get(directoryIdOf(store, location, dir))
  return {
    files: Number(row?.['file_count'] ?? 0),
    directories: Number(row?.['dir_count'] ?? 0),
    symlinks: Number(row?.['symlink_count'] ?? 0),
    others: Number(row?.['other_count'] ?? 0),
    bytes: Number(row?.['total_size'] ?? 0),
  }
}
