import type { Entry, JobId } from '../domain/index.ts'
import type { EntryCounts } from '../domain/location.ts'
import { defaultRules } from '../domain/rules.ts'
import type { FolderListing, FolderListingOptions } from '../entries/index.ts'
import type { KnownLocation } from '../location/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import { browsedToEntries, folderListing } from './browsed-entries.ts'
import { indexLocation } from './index-location.ts'
import { type IndexingParts, toErrorCode } from './indexing-parts.ts'
import { directoryIdOf, encodePath, resolveFolder } from './location-scope.ts'
import { lookInThread } from './look-alone.ts'
import { patienceSettings } from './patience.ts'
import { BY_NAME } from './thread/order-listing.ts'
import type { BrowseReport, BrowseRequest } from './thread/requests.ts'

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
  const options = { ...PLAIN, recursive: scope === 'recursive', limit: 0, hidden: false }
  const { counts, warnings } = await parts.worker.request('browse', requestOf(dir, options, parts), { signal })
  return { persisted: false, counts, job: null, warnings }
}

/** Lists any folder, indexed or not; see the operation. */
export async function browse(
  input: { path: string; scope: Scope; content: boolean; limit: number },
  parts: IndexingParts,
  signal: AbortSignal,
) {
  const begun = performance.now()
  const dir = await resolveFolder(input.path)
  const { content, limit, scope } = input
  const options = { ...PLAIN, recursive: scope === 'recursive', content, limit, hidden: true }
  const { entries, total } = await parts.worker.request('browse', requestOf(dir, options, parts), { signal })
  const items = await browsedToEntries(entries)
  return { path: displayName(dir), items, total, tookMs: performance.now() - begun }
}

/** What to list of a folder. */
export interface LookOptions {
  readonly recursive: boolean
  readonly content: boolean
  readonly limit: number
  /** If false, entries that a rule excludes from the index are left out. */
  readonly hidden?: boolean
  /** List only the entries with these names. */
  readonly names?: readonly RawName[]
}

/**
 * The entries of a folder on the disk. An entry that a rule excludes from the index names the rule. If the bulk thread
 * is busy, the entries of a single folder have no ids.
 */
export async function look(
  dir: RawName,
  options: LookOptions,
  parts: IndexingParts,
  signal: AbortSignal,
): Promise<{ items: Entry[]; total: number }> {
  const request = requestOf(dir, { hidden: true, names: null, order: BY_NAME, ...options }, parts)
  const { hasIds, report } = await ask(request, parts, signal)
  const items = await browsedToEntries(report.entries)
  return { items: hasIds ? items : items.map((entry) => ({ ...entry, id: null })), total: report.total }
}

/** The current entries of a folder on the disk, sorted. */
export async function listFolder(
  dir: RawName,
  { all, limit, order }: FolderListingOptions,
  parts: IndexingParts,
  signal: AbortSignal,
): Promise<FolderListing> {
  const options = { ...PLAIN, recursive: false, hidden: all, limit, order }
  const { report } = await ask(requestOf(dir, options, parts), parts, signal)
  return folderListing(report.entries)
}

const PLAIN = { content: false, names: null, order: BY_NAME } as const

async function ask(
  request: BrowseRequest,
  { worker }: IndexingParts,
  signal: AbortSignal,
): Promise<{ report: BrowseReport; hasIds: boolean }> {
  const { content, patience, recursive } = request
  // A scan may keep the bulk thread busy for seconds. Opening another folder must not wait for it, so a separate
  // thread lists it.
  if (worker.isBusy && !recursive && !content && patience === null)
    return { report: await lookInThread(request, signal), hasIds: false }
  return { report: await worker.request('browse', request, { signal }), hasIds: true }
}

/** The settings of a walk that applies the rules of the surrounding location, with the same anchors as a scan. */
function requestOf(
  dir: RawName,
  options: Omit<BrowseRequest, 'dir' | 'rules' | 'rulesRoot' | 'patience' | 'silent'>,
  parts: IndexingParts,
): BrowseRequest {
  const location = parts.locations.map.locate(dir)?.location
  const rules = location?.rules ?? defaultRules
  const rulesRoot = displayName(location?.path ?? dir)
  return { dir, rules, rulesRoot, ...patienceSettings(parts, dir), ...options }
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
