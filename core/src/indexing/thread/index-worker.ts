import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { detectFromExtension } from '../../content/types/detect.ts'
import { databaseError } from '../../db/errors.ts'
import { openDatabase } from '../../db/sqlite.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { pathError } from '../../util/path-error.ts'
import { nameKey } from '../../util/file-name.ts'
import { giveWay } from '../../util/give-way.ts'
import { blobToUuid } from '../../util/uuid.ts'
import { levelsBelow } from '../volume-path.ts'
import { browse, browsePatiently } from './browse.ts'
import { EntryWriter, type Touched } from './entry-writer.ts'
import { EphemeralIds } from './ephemeral-ids.ts'
import { explain } from './explain.ts'
import { forget } from './forget.ts'
import { identify } from './identify.ts'
import type {
  Changes,
  FolderChanges,
  FromWorker,
  IdentifyReport,
  IdentifyRequest,
  IndexRequests,
  RequestName,
  ToWorker,
} from './requests.ts'
import { NotedItems } from './noted-items.ts'
import { createRoot } from './root.ts'
import { Scan } from './scan.ts'
import type { ScanHost, ScanReport } from './scan-request.ts'
import { verify } from './verify.ts'
import { inTransaction } from './write-window.ts'
import { type Mended, mendRules } from './invariants.ts'

/** The start parameters of the worker. */
export interface IndexWorkerData {
  readonly file: string
  readonly readOnly: boolean
  /** Whether the rows are checked and repaired before the first request that writes. */
  readonly mendsFirst: boolean
}

/** More changed entries than this in one transaction are announced as a change of the tree. */
const MAX_ANNOUNCED_ENTRIES = 200
/** Pages for a million entries' indexes, in KiB. */
const CACHE_KIB = 65_536
/** WAL pages before the worker writes them back: 64 MiB, few enough pauses and a log that stays small. */
const AUTOCHECKPOINT_PAGES = 8_192

/** Another location sends its changes at the same moment. On an idle machine they arrive within this time. */
const GRACE_MS = 50

/** Awaited before rows are removed: a file that moved to another location keeps its row if it is found there first. */
async function grace({ signal }: { signal: AbortSignal }): Promise<void> {
  await delay(GRACE_MS, undefined, { signal })
}

/** How a request talks while it runs. */
export interface RequestHost extends ScanHost {
  checkpoint(state: unknown): void
  phase(name: string): void
  /** Null if no items are noted. */
  readonly items: NotedItems | null
}

function serve(port: NonNullable<typeof parentPort>, { file, readOnly, mendsFirst }: IndexWorkerData): void {
  // A person may be waiting for a listing, so this thread and the walking and hashing threads it starts get low
  // priority.
  giveWay()
  const now = Date.now
  const db = openDatabase(file, { cacheKiB: CACHE_KIB, readOnly })
  if (!readOnly) db.exec(`pragma wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`)
  const writer = new EntryWriter(db, { typeOf: detectFromExtension, now })
  const ephemeral = new EphemeralIds(now)
  const leases = new LeaseClient((message) => port.postMessage(message))
  const running = new Map<number, AbortController>()
  const noted = new Map<number, NotedItems>()

  port.on('message', (message: ToWorker) => {
    if ('granted' in message) leases.granted(message.granted)
    else if ('cancel' in message) running.get(message.cancel)?.abort()
    else if ('begun' in message) noted.get(message.id)?.begun(message.begun)
    else void run(message)
  })

  async function run({ id, name, request, suspects }: Extract<ToWorker, { name: RequestName }>): Promise<void> {
    const controller = new AbortController()
    running.set(id, controller)
    if (suspects) noted.set(id, new NotedItems(suspects, send, { id, signal: controller.signal }))
    try {
      if (mendsFirst && !readOnly && WRITERS.has(name)) await (mended ??= mendAtStart(id, controller.signal))
      const report = await handlers[name](request as never, hostOf(id, controller.signal))
      send({ id, report })
    } catch (err) {
      send({ id, error: describe(databaseError(err, file)) })
    } finally {
      running.delete(id)
      noted.delete(id)
    }
  }

  /** Repairs anything that an earlier process left unfinished or broken, before other requests build on it. */
  let mended: Promise<void> | null = null

  async function mendAtStart(id: number, signal: AbortSignal): Promise<void> {
    try {
      send({ mended: await mend(hostOf(id, signal)) })
    } catch (err) {
      mended = null
      throw err
    }
  }

  function refresh(
    { scope, dirty, patience, silent }: IndexRequests['refresh']['request'],
    host: RequestHost,
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
   * Some changes fire no event: a second link to a file changes its ctime. If a row turns out to be outdated, it is
   * updated and its file is read once more.
   */
  async function identifyAll(request: IdentifyRequest, host: RequestHost): Promise<IdentifyReport> {
    const report = await identify(writer, request, host)
    if (report.stale.length === 0) return report
    const { scope, patience, silent } = request
    const folders = [...Map.groupBy(report.stale, ({ dir }) => nameKey(dir)).values()]
    const dirty = folders.map((files) => ({
      dir: files[0]!.dir,
      names: files.map(({ name }) => name),
      depth:
        scope.maxDepth === null ? Number.POSITIVE_INFINITY : scope.maxDepth - levelsBelow(scope.dir, files[0]!.dir),
    }))
    await refresh({ scope, dirty, patience, silent }, host)
    const ids = report.stale.map(({ id }) => id)
    const again = await identify(writer, { ...request, whole: false, after: 0, ids }, host)
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

  function mend(host: RequestHost): Promise<Mended> {
    return inTransaction({ writer, host }, () => mendRules(db, writer))
  }

  const handlers: {
    [N in RequestName]: (request: IndexRequests[N]['request'], host: RequestHost) => Promise<IndexRequests[N]['report']>
  } = {
    scan: (request, host) => new Scan(db, writer, { ...request, beforeRemoving: () => grace(host) }, host).run(),
    refresh: (request, host) => refresh(request, host),
    identify: (request, host) => identifyAll(request, host),
    verify: (request, host) => verify(db, request, host),
    browse: (request, { signal }) => {
      const host = { ids: ephemeral, signal }
      return request.patience ? browsePatiently(request, host, request.patience) : browse(request, host)
    },
    explain: (request, host) => explain(db, request, host),
    async checkpoint(_request, host) {
      using _lease = await host.lease()
      db.exec('pragma wal_checkpoint(passive)')
      return null
    },
    select: async ({ sql, params }) => db.prepare(sql).all(...params),
    async change({ sql, params }, host) {
      using _lease = await host.lease()
      return { changes: Number(db.prepare(sql).run(...params).changes) }
    },
    // Loaded on demand, because most runs of this thread do not need it.
    texts: async (request, host) => {
      const { indexTexts } = await import('../../search/text/index-texts.ts')
      const { indexVectors } = await import('../../search/vectors/index-vectors.ts')
      const report = await indexTexts(db, request, host)
      await indexVectors(db, request, host)
      return report
    },
    root: (request, host) => createRoot(db, writer, request, host),
    mend: (_request, host) => mend(host),
    forget: (request, host) => forget(db, writer, request, host),
  }

  function hostOf(id: number, signal: AbortSignal): RequestHost {
    let phase = ''
    return {
      signal,
      now,
      // A read-only library has no writers; SQLite would refuse a write anyway.
      lease: async () => (readOnly ? { [Symbol.dispose]: () => {} } : leases.acquire()),
      committed: (touched) => {
        send({ changes: changesOf(touched) })
        if (touched.corrected > 0) send({ corrected: touched.corrected })
      },
      warn: (warning) => send({ id, warning }),
      progress: (done, total, bytes) => send({ id, progress: { phase, done, total, bytes } }),
      ids: ephemeral,
      items: noted.get(id) ?? null,
      checkpoint: (state) => send({ id, checkpoint: state }),
      phase: (name) => {
        phase = name
      },
    }
  }

  function changesOf(touched: Touched): Changes {
    const upserted = Float64Array.from([...touched.added, ...touched.modified])
    const removed = Float64Array.from(touched.removed.map((row) => row.id))
    const few = upserted.length + removed.length <= MAX_ANNOUNCED_ENTRIES
    const { directories, locations } = touched
    return { upserted, removed, directories, locations, folders: few ? foldersOf(touched) : null }
  }

  function foldersOf(touched: Touched): FolderChanges[] {
    const folders = new Map<number, { created: string[]; modified: string[]; deleted: string[] }>()
    const folder = (id: number | null) => {
      const key = id ?? 0
      let changes = folders.get(key)
      if (!changes) folders.set(key, (changes = { created: [], modified: [], deleted: [] }))
      return changes
    }
    const byId = db.prepare('select uuid, parent_id from entries where id = ?')
    const gone = new Set(touched.removed.map((row) => row.id))
    const added = new Set(touched.added)
    for (const id of new Set([...touched.added, ...touched.modified])) {
      const row = gone.has(id) ? undefined : byId.get(id)
      if (!row) continue
      const changes = folder(row['parent_id'] as number | null)
      const uuid = blobToUuid(row['uuid'] as Uint8Array)
      if (added.has(id)) changes.created.push(uuid)
      else changes.modified.push(uuid)
    }
    for (const row of touched.removed) if (!added.has(row.id)) folder(row.parentId).deleted.push(blobToUuid(row.uuid))
    return [...folders].map(([directoryId, changes]) => ({ directoryId, ...changes }))
  }

  function send(message: FromWorker): void {
    port.postMessage(message)
  }
}

/** Requests that read rows of the tree in order to write others. */
const WRITERS: ReadonlySet<RequestName> = new Set(['scan', 'refresh', 'root', 'forget', 'identify'])

/** Asks the main thread for the write lease. */
class LeaseClient {
  readonly #send: (message: FromWorker) => void
  readonly #waiting = new Map<number, () => void>()
  #next = 1

  constructor(send: (message: FromWorker) => void) {
    this.#send = send
  }

  async acquire(): Promise<Disposable> {
    const id = this.#next++
    await new Promise<void>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#send({ lease: id })
    })
    return { [Symbol.dispose]: () => this.#send({ release: id }) }
  }

  granted(id: number): void {
    this.#waiting.get(id)?.()
    this.#waiting.delete(id)
  }
}

function describe(err: unknown): { code: string; message: string; details: unknown; stack: string } {
  const stack = err instanceof Error ? (err.stack ?? '') : ''
  if (err instanceof CoreError) return { code: err.code, message: err.message, details: err.details, stack }
  if (err instanceof Error && err.name === 'AbortError')
    return { code: 'Cancelled', message: 'cancelled', details: null, stack }
  // A folder can lose its permissions between two calls of the system: that is no fault of this program.
  const path = err instanceof Error && 'path' in err && typeof err.path === 'string' ? err.path : null
  const known = path === null ? err : pathError(err, path)
  if (known instanceof CoreError) return { code: known.code, message: known.message, details: known.details, stack }
  return { code: 'Internal', message: errorMessage(err), details: null, stack }
}

if (parentPort) serve(parentPort, workerData as IndexWorkerData)
