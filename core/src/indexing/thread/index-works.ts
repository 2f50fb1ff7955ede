import { setTimeout as delay } from 'node:timers/promises'
import { detectFromExtension } from '../../content/types/detect.ts'
import type { DatabaseSync } from '../../db/sqlite.ts'
import type { BulkHost, BulkWork, EntryChanges } from '../../store/index.ts'
import { nameKey } from '../../util/file-name.ts'
import { levelsBelow } from '../volume-path.ts'
import { browse as browseNow, browsePatiently } from './browse.ts'
import type { Touched } from './touched.ts'
import { EntryWriter } from './entry-writer.ts'
import { EphemeralIds } from './ephemeral-ids.ts'
import { explain as explainPath } from './explain.ts'
import { forget as forgetFolder } from './forget.ts'
import { identify as identifyOnce } from './identify.ts'
import { mendRules } from './invariants.ts'
import { NotedItems } from './noted-items.ts'
import type { RequestHost } from './request-host.ts'
import type {
  IdentifyReport,
  IdentifyRequest,
  IndexNote,
  IndexQuestion,
  IndexRequests,
  IndexWorkInput,
  RequestName,
} from './requests.ts'
import { createRoot } from './root.ts'
import { Scan } from './scan.ts'
import type { ScanHost, ScanReport } from './scan-request.ts'
import { verify as verifyFolders } from './verify.ts'
import { inTransaction } from './write-window.ts'

// The works of the index in the bulk thread of the store. Each export is one request of `IndexRequests`.

/** How long to wait for another location to report the same change. On an idle machine this is long enough. */
const GRACE_MS = 50

type Work<N extends RequestName> = BulkWork<IndexWorkInput<N>, IndexRequests[N]['report']>

/** The state that all requests of one thread share. */
interface Shared {
  readonly writer: EntryWriter
  readonly ids: EphemeralIds
}

interface Context extends Shared {
  readonly db: DatabaseSync
  readonly host: RequestHost
}

export const scan = work<'scan'>((request, { db, host, writer }) =>
  new Scan(db, writer, { ...request, beforeRemoving: () => grace(host) }, host).run(),
)

export const refresh = work<'refresh'>((request, context) => refreshFolders(request, context))

/**
 * Some changes fire no event: a second link to a file changes its ctime. If a row turns out to be outdated, it is
 * updated and its file is read once more.
 */
export const identify = work<'identify'>(async (request, context) => {
  const report = await identifyOnce(context.writer, request, context.host)
  return report.stale.length === 0 ? report : identifyStale(request, report, context)
})

export const verify = work<'verify'>((request, { db, host }) => verifyFolders(db, request, host))

export const browse = work<'browse'>((request, { host: { signal }, ids }) =>
  request.patience ? browsePatiently(request, { ids, signal }, request.patience) : browseNow(request, { ids, signal }),
)

export const explain = work<'explain'>((request, { db, host }) => explainPath(db, request, host))

/** Makes sure that a location's root has its rows. */
export const root = work<'root'>((request, { db, host, writer }) => createRoot(db, writer, request, host))

/** Repairs rows that break the rules of the index. */
export const mend = work<'mend'>((_request, { db, host, writer }) =>
  inTransaction({ writer, host }, () => mendRules(db, writer)),
)

export const forget = work<'forget'>((request, { db, host, writer }) => forgetFolder(db, writer, request, host))

function work<N extends RequestName>(
  run: (request: IndexRequests[N]['request'], context: Context) => Promise<IndexRequests[N]['report']>,
): Work<N> {
  return async (db, { request, suspects }, bulk) => {
    const shared = sharedOf(db, bulk)
    const items = suspects && notedItems(suspects, bulk)
    return run(request, { ...shared, db, host: hostOf(bulk, shared, items) })
  }
}

function sharedOf(db: DatabaseSync, { memory }: BulkHost): Shared {
  let shared = memory.get('indexing') as Shared | undefined
  if (!shared) {
    const writer = new EntryWriter(db, { typeOf: detectFromExtension, now: Date.now })
    memory.set('indexing', (shared = { writer, ids: new EphemeralIds(Date.now) }))
  }
  return shared
}

function hostOf(bulk: BulkHost, { ids }: Shared, items: NotedItems | null): RequestHost {
  let phase = ''
  const tell = (note: IndexNote) => bulk.note(note)
  return {
    signal: bulk.signal,
    now: Date.now,
    lease: () => bulk.lease(),
    committed(touched) {
      bulk.publish({ changesets: touched.changesets, entries: entriesOf(touched) })
      if (touched.corrected > 0) tell({ kind: 'corrected', folders: touched.corrected })
    },
    warn: (warning) => tell({ kind: 'warning', warning }),
    progress: (done, total, bytes) => tell({ kind: 'progress', progress: { phase, done, total, bytes } }),
    ids,
    items,
    checkpoint: (state) => tell({ kind: 'checkpoint', state }),
    phase: (name) => {
      phase = name
    },
  }
}

function notedItems(suspects: NonNullable<IndexWorkInput<RequestName>['suspects']>, bulk: BulkHost): NotedItems {
  return new NotedItems({
    suspects,
    signal: bulk.signal,
    begin: async (items) => Number(await bulk.ask({ begin: items } satisfies IndexQuestion)),
    end: (ticket) => bulk.note({ kind: 'end', ticket } satisfies IndexNote),
  })
}

/** Null if no entry was touched. An entry that one transaction adds and removes is not reported. */
function entriesOf({ added, directories, identified, modified, moved, removed }: Touched): EntryChanges | null {
  if (added.length + modified.length + identified.length + removed.length === 0 && !directories) return null
  const isNew = new Set(removed.length > 0 ? added : [])
  const isGone = new Set(removed.map(({ id }) => id))
  const left = (ids: readonly number[]) =>
    Float64Array.from(isGone.size > 0 ? ids.filter((id) => !isGone.has(id)) : ids)
  return {
    created: left(added),
    changed: left(modified),
    identified: left(identified),
    deleted: Float64Array.from([...isGone].filter((id) => !isNew.has(id))),
    moved,
    foldersMoved: directories,
  }
}

async function identifyStale(
  request: IdentifyRequest,
  report: IdentifyReport,
  context: Context,
): Promise<IdentifyReport> {
  const { patience, scope, silent } = request
  const folders = [...Map.groupBy(report.stale, ({ dir }) => nameKey(dir)).values()]
  const dirty = folders.map((files) => ({
    dir: files[0]!.dir,
    names: files.map(({ name }) => name),
    depth: scope.maxDepth === null ? Number.POSITIVE_INFINITY : scope.maxDepth - levelsBelow(scope.dir, files[0]!.dir),
  }))
  await refreshFolders({ scope, dirty, patience, silent }, context)
  const ids = report.stale.map(({ id }) => id)
  const again = await identifyOnce(context.writer, { ...request, whole: false, after: 0, ids }, context.host)
  const settled = new Set(ids.filter((id) => !again.left.includes(id)))
  return {
    ...report,
    identified: report.identified + again.identified,
    bytes: report.bytes + again.bytes,
    examined: report.examined + again.examined,
    failed: report.failed + again.failed,
    unsettled: report.unsettled - settled.size,
    left: report.left.filter((id) => !settled.has(id)),
  }
}

function refreshFolders(
  { scope, dirty, patience, silent }: IndexRequests['refresh']['request'],
  { db, host, writer }: Context,
): Promise<ScanReport> {
  const request = {
    ...scope,
    rulesRoot: String(scope.dir),
    recursive: true,
    startedAt: Number.POSITIVE_INFINITY,
    trustFingerprints: true,
    trustTimes: false,
    force: true,
    threads: 0,
    patience,
    silent,
    beforeRemoving: () => grace(host),
  }
  return new Scan(db, writer, request, host).refresh(dirty)
}

/**
 * Awaited before rows are removed. If a file moved to another location, that location can find it first, and the file
 * keeps its row.
 */
async function grace({ signal }: ScanHost): Promise<void> {
  await delay(GRACE_MS, undefined, { signal })
}
