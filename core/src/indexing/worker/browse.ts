import { setImmediate } from 'node:timers/promises'
import { HashPool } from '../../content/index.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, joinName, type RawName } from '../../util/file-name.ts'
import { sortKey } from '../../util/sort-key.ts'
import type { EphemeralIds } from './ephemeral-ids.ts'
import {
  birthtimeOf,
  FIELDS,
  FLAG_OTHER_FILE_SYSTEM,
  FLAGS,
  inodeOf,
  KIND,
  SIZE,
  statEntry,
  UnreadableDirectory,
} from './listing.ts'
import type { BrowsedEntry, BrowseReport, BrowseRequest } from './requests.ts'
import { Walker } from './walk.ts'

/** Folders read before other work of this thread gets its turn. */
const FOLDERS_PER_TURN = 16
/** Threads for `content`: a look should not take the machine. */
const HASH_THREADS = 2

interface Waiting {
  readonly dir: RawName
  readonly anchors: readonly string[]
}

/**
 * Looks into a folder, and below it where asked, without the index: the walk and the rules of a scan, with a list in
 * memory for its sink. What a rule would keep out is shown with the rule, and not entered.
 */
export async function browse(request: BrowseRequest, ids: EphemeralIds, signal: AbortSignal): Promise<BrowseReport> {
  const stats = statEntry(request.dir)
  if (!stats) throw new CoreError('NotFound', `${displayName(request.dir)} does not exist`)
  if (!stats.isDirectory()) throw new CoreError('InvalidInput', `${displayName(request.dir)} is not a folder`)
  const walker = new Walker({ root: displayName(request.dir), device: stats.dev, rules: request.rules })
  const report: BrowseReport = {
    entries: [],
    total: 0,
    counts: { files: 0, directories: 0, symlinks: 0, others: 0, bytes: 0 },
    warnings: [],
  }
  const waiting: Waiting[] = [{ dir: request.dir, anchors: walker.anchorsAt(request.dir) }]
  for (let turns = 1; waiting.length > 0; turns++) {
    if (turns % FOLDERS_PER_TURN === 0) await setImmediate()
    signal.throwIfAborted()
    lookInto(waiting.pop()!, walker, request, ids, report, waiting)
  }
  return request.content ? { ...report, entries: await withContent(report.entries, signal) } : report
}

function lookInto(
  { dir, anchors }: Waiting,
  walker: Walker,
  request: BrowseRequest,
  ids: EphemeralIds,
  report: BrowseReport,
  waiting: Waiting[],
): void {
  const hidden = new Map<string, string>()
  let listed
  try {
    listed = walker.list(dir, anchors, request.hidden ? (name, rule) => hidden.set(name, rule.name) : undefined)
  } catch (err) {
    if (!(err instanceof UnreadableDirectory)) throw err
    if (dir === request.dir)
      throw new CoreError(err.gone ? 'NotFound' : 'PermissionDenied', err.message, { cause: err })
    report.warnings.push({ path: displayName(dir), code: err.code, message: err.message })
    return
  }
  const { listing, context } = listed
  for (const entry of listing.unreadable) {
    report.warnings.push({ path: displayName(joinName(dir, entry.name)), code: entry.code, message: entry.message })
  }
  report.total += listing.names.length
  const order = listing.names
    .map((name, i) => ({ i, key: sortKey(name, listing.numbers[i * FIELDS + KIND] === 1) }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key))
  const below: Waiting[] = []
  for (const { i } of order) {
    const name = listing.names[i]!
    const numbers = listing.numbers.slice(i * FIELDS, (i + 1) * FIELDS)
    const hiddenBy = hidden.get(displayName(name)) ?? null
    count(report, numbers)
    if (report.entries.length < request.limit) {
      const birthtime = birthtimeOf({ numbers, at: 0 })
      const uuid = ids.of({ device: walker.device, inode: inodeOf(listing, i), birthtime })
      report.entries.push({ uuid, dir, name, numbers, content: null, hiddenBy } satisfies BrowsedEntry)
    }
    const enter = numbers[KIND] === 1 && hiddenBy === null && (numbers[FLAGS]! & FLAG_OTHER_FILE_SYSTEM) === 0
    if (request.recursive && enter) below.push({ dir: joinName(dir, name), anchors: context.anchors })
  }
  waiting.push(...below.toReversed())
}

function count({ counts }: BrowseReport, numbers: readonly number[]): void {
  const kind = (['files', 'directories', 'symlinks', 'others'] as const)[numbers[KIND]!]!
  counts[kind]++
  if (kind === 'files') counts.bytes += numbers[SIZE]!
}

async function withContent(entries: readonly BrowsedEntry[], signal: AbortSignal): Promise<BrowsedEntry[]> {
  await using pool = new HashPool({ threads: HASH_THREADS })
  const files = entries.filter((entry) => entry.numbers[KIND] === 0)
  const contents = new Map<BrowsedEntry, Uint8Array>()
  for (let at = 0; at < files.length; at += FILES_PER_BATCH) {
    const batch = files.slice(at, at + FILES_PER_BATCH)
    const paths = batch.map((entry) => joinName(entry.dir, entry.name))
    const { hashes, states } = await pool.sampled(paths, { signal })
    for (const [i, entry] of batch.entries())
      if (states[i]! <= TOO_FRESH) contents.set(entry, hashes.slice(i * 32, (i + 1) * 32))
  }
  return entries.map((entry) => ({ ...entry, content: contents.get(entry) ?? null }))
}

const FILES_PER_BATCH = 256
/** Index into `hashStates`; below it lies 'hashed'. */
const TOO_FRESH = 1
