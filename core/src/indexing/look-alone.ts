import type { Entry } from '../domain/index.ts'
import { baseOf, displayName, parentOf, type RawName } from '../util/file-name.ts'
import type { FolderListing, FolderListingOptions } from '../entries/index.ts'
import { browsedToEntries, folderListing } from './browsed-entries.ts'
import { resolveFolder } from './location-scope.ts'
import { defaultRules } from '../domain/rules.ts'
import { WorkerClient } from '../workers/worker-client.ts'
import { inThread } from '../workers/worker-link.ts'
import { BY_NAME } from './thread/order-listing.ts'
import type { BrowseReport, BrowseRequest } from './thread/requests.ts'

/** The current entries of a folder on the disk, sorted; for callers without a library. */
export async function listAlone(
  dir: RawName,
  { all, limit, order }: FolderListingOptions,
  signal: AbortSignal,
): Promise<FolderListing> {
  const options = { recursive: false, content: false, hidden: all, limit, order }
  const { entries } = await lookInThread(requestOf(dir, options), signal)
  return folderListing(entries)
}

/** The entry at a path, without a library; null if there is none. Its folder is not read. */
export async function lookAtAlone(path: RawName, signal: AbortSignal): Promise<Entry | null> {
  const options = { recursive: false, content: false, hidden: true, limit: 1, order: BY_NAME, names: [baseOf(path)] }
  const { entries } = await lookInThread(requestOf(parentOf(path), options), signal)
  const [entry] = await browsedToEntries(entries)
  return entry ? { ...entry, id: null } : null
}

const worker = inThread({ entry: new URL('./thread/look-worker.ts', import.meta.url), name: 'look' })

/** Lists in a separate thread. Used for disks that always answer. */
export async function lookInThread(request: BrowseRequest, signal: AbortSignal): Promise<BrowseReport> {
  const thread = new WorkerClient<BrowseRequest, BrowseReport>({ worker })
  try {
    return await thread.run(request, { signal })
  } finally {
    // A share that never answers must not delay a cancelled caller or the end of the process.
    thread.abandon()
  }
}

/**
 * Lists any folder without a library; see `indexing.browse`. Entries have no ids, because no library would remember
 * them.
 */
export async function browseAlone(
  input: { path: string; scope: 'current' | 'recursive'; content: boolean; limit: number },
  signal: AbortSignal,
) {
  const begun = performance.now()
  const dir = await resolveFolder(input.path)
  const { content, limit, scope } = input
  const options = { content, limit, recursive: scope === 'recursive', hidden: true, order: BY_NAME }
  const { entries, total } = await lookInThread(requestOf(dir, options), signal)
  const items = (await browsedToEntries(entries)).map((entry) => ({ ...entry, id: null }))
  return { path: displayName(dir), items, total, tookMs: performance.now() - begun }
}

/** A request with the rules of a new location. */
function requestOf(
  dir: RawName,
  options: Pick<BrowseRequest, 'content' | 'hidden' | 'limit' | 'order' | 'recursive'> &
    Partial<Pick<BrowseRequest, 'names'>>,
): BrowseRequest {
  return { dir, rules: defaultRules, rulesRoot: displayName(dir), names: null, patience: null, silent: [], ...options }
}
