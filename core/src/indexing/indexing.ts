import type { IndexMode, Location } from '../domain/location.ts'
import type { Job } from '../domain/job.ts'
import type { Entry, JobId } from '../domain/index.ts'
import type { FolderListing, FolderListingOptions } from '../entries/index.ts'
import type { KnownLocation } from '../location/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, nameKey, parentOf, parsePath, type RawName } from '../util/file-name.ts'
import { type ChangedFolder, ChangeRecorder } from './change-recorder.ts'
import { indexLocation } from './index-location.ts'
import type { IndexInput } from './index-input.ts'
import { beginRun, identifyPending, type IndexRun } from './index-run.ts'
import type { IndexingDeps, IndexingParts, RunHost } from './indexing-parts.ts'
import { directoryIdOf, encodePath, folderAt, resolveFolder, toScope } from './location-scope.ts'
import { browse, listFolder, look, type LookOptions, quickScan, type QuickScan } from './look-at-disk.ts'
import { patienceFor } from './patience.ts'
import { mendIndex, verifyIndex, type Verification } from './verify-index.ts'
import type { Mended } from './thread/invariants.ts'
import type { Explanation, IdentifyReport } from './thread/requests.ts'
import { IndexThread } from './index-thread.ts'
import { WaitingFiles } from './waiting-files.ts'

/** Limit on waiting for work to stop. Work that runs longer is waiting for a file system that may never answer. */
const STOP_MS = 30_000

export interface ScanOptions {
  /** The folder to scan, with everything below it; see `encodePath`. The whole location by default. */
  readonly path?: string | null
  readonly force?: boolean
  readonly mode?: IndexMode
  readonly quickFirst?: boolean
  /** Compares every row and trusts no fingerprint. */
  readonly everyRow?: boolean
  /** Scans with different reasons are never merged. */
  readonly reason?: string
}

/**
 * The index of one library: scans, listings of folders that are not indexed, comparisons with the disk, and the rules
 * that exclude entries.
 */
export class Indexing implements Disposable {
  readonly #parts: IndexingParts
  readonly #recorder: ChangeRecorder
  readonly #subscription: Disposable

  constructor(deps: IndexingDeps) {
    const { log, store } = deps
    const waiting = new WaitingFiles()
    const worker = new IndexThread({ bulk: store.bulk, readOnly: store.readOnly, log })
    this.#parts = { ...deps, waiting, worker }
    this.#recorder = new ChangeRecorder(this.#parts)
    this.#subscription = store.changes.subscribe(({ entries, touchesEntries }) => {
      if (!touchesEntries) return
      waiting.note(entries.created, { moved: entries.foldersMoved })
      waiting.note(entries.changed, { moved: false })
    })
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }

  /**
   * Queues a scan that sees the current state of the disk. If a scan with the same reason is queued and has not begun,
   * returns that scan.
   */
  async enqueueScan(location: KnownLocation, options: ScanOptions = {}): Promise<{ id: JobId }> {
    this.#assertWritable()
    const { jobs } = this.#parts
    for (let reason = options.reason ?? 'asked'; ; reason += ', again') {
      const { id, merged } = await jobs.enqueue(indexLocation, { locationId: location.id, ...options, reason })
      // A job that has already begun, perhaps before a restart, may have passed the changed files. In that case, queue
      // another one.
      if (!merged || jobs.info(id).startedAt === null) return { id }
    }
  }

  /**
   * The folder to scan so that `dir` is covered: `dir` itself, or the nearest folder above it that is indexed and
   * exists. The result is the `path` for `enqueueScan`; null means the whole location. Throws if the file system does
   * not answer.
   */
  async folderToScan(location: KnownLocation, dir: RawName): Promise<string | null> {
    for (let folder = dir; nameKey(folder) !== nameKey(location.path); folder = parentOf(folder)) {
      if (directoryIdOf(this.#parts.store, location, folder) === null) continue
      if (await isThere(folder)) return encodePath(folder)
    }
    return null
  }

  /**
   * Stops the running and queued work for a location: scans, identification, and the recording of changes. Throws
   * `Timeout`.
   */
  async cancelScans(locationId: string): Promise<void> {
    const limit = AbortSignal.timeout(STOP_MS)
    const jobs = this.#parts.jobs.activeOn(locationId).map((job) => this.#cancel(job, limit))
    await Promise.all([this.#recorder.stop(locationId, limit), ...jobs])
  }

  /** Makes sure that a folder has a row in the index. Returns the row id of its directory. */
  async createRoot(dir: RawName, volumeId: number, volumePath: RawName): Promise<number> {
    const { directoryId } = await this.#parts.worker.request('root', {
      dir,
      volumeId,
      volumePath,
      patience: patienceFor(this.#parts, dir),
    })
    return directoryId
  }

  /** Removes the rows of a folder that is no longer a location. Returns the number of removed rows. */
  async forget(directoryId: number): Promise<number> {
    const { removed } = await this.#parts.worker.request('forget', { directoryId })
    return removed
  }

  /** Updates the folders that the watcher reported. Folders with `subtree` are updated with everything below them. */
  refresh(location: KnownLocation, changed: readonly ChangedFolder[], signal?: AbortSignal): Promise<void> {
    return this.#recorder.record(location, changed, signal)
  }

  /** Checks the root and prepares a run of `indexing.location`. Throws `Offline`, `Conflict` or `NotFound`. */
  begin(input: IndexInput, host: RunHost): Promise<IndexRun> {
    return beginRun(this.#parts, input, host)
  }

  /** Identifies the content of all pending files of a location. */
  identifyPending(locationId: string, host: RunHost): Promise<IdentifyReport> {
    return identifyPending(this.#parts, locationId, host)
  }

  /** Scans one folder at once; see the operation. */
  quickScan(input: Parameters<typeof quickScan>[0], signal: AbortSignal): Promise<QuickScan> {
    return quickScan(input, this.#parts, signal)
  }

  /** Lists any folder, indexed or not; see the operation. */
  browse(input: Parameters<typeof browse>[0], signal: AbortSignal): ReturnType<typeof browse> {
    return browse(input, this.#parts, signal)
  }

  /** The entries of a folder on the disk. If a rule keeps an entry out of the index, the entry names the rule. */
  look(dir: RawName, options: LookOptions, signal: AbortSignal): Promise<{ items: Entry[]; total: number }> {
    return look(dir, options, this.#parts, signal)
  }

  /** A sorted listing of a folder on the disk. */
  listFolder(dir: RawName, options: FolderListingOptions, signal: AbortSignal): Promise<FolderListing> {
    return listFolder(dir, options, this.#parts, signal)
  }

  /** Queues a run for a location or for a folder in it; see the operation. */
  async indexPath(input: { location: string; scope: 'current' | 'recursive'; mode?: IndexMode | undefined }): Promise<{
    location: Location
    job: { id: JobId }
  }> {
    const { locations, jobs } = this.#parts
    const dir = await folderAt(input.location, locations)
    const location = dir === null ? locations.require(input.location) : locations.map.locate(dir)?.location
    if (!location) {
      throw new CoreError(
        'NotFound',
        `${input.location} lies in no location; add one with \`spacedrive location add <folder>\``,
      )
    }
    this.#assertWritable()
    const { id } = await jobs.enqueue(indexLocation, {
      locationId: location.id,
      path: dir === null ? null : encodePath(dir),
      scope: input.scope,
      mode: input.mode ?? null,
      everyRow: true,
    })
    return { location: await locations.toLocation(location), job: { id } }
  }

  /** Compares the index with the disk; see the operation. */
  async verify(input: { path: string; content: boolean; fix: boolean }, signal: AbortSignal): Promise<Verification> {
    if (input.fix) this.#assertWritable()
    return verifyIndex(input, { parts: this.#parts, recorder: this.#recorder }, signal)
  }

  /** Repairs all rows that break the rules of the index: parents, paths, references and sums. */
  async mend(signal: AbortSignal): Promise<Mended> {
    this.#assertWritable()
    return mendIndex(this.#parts, signal)
  }

  /** Explains whether a path is in the index, and if not, why. */
  async explain(path: string): Promise<Explanation> {
    const raw = parsePath(path)
    const location = this.#parts.locations.map.locate(raw)?.location
    if (location) {
      const { worker } = this.#parts
      const patience = patienceFor(this.#parts, raw)
      return worker.request('explain', { path: raw, scope: toScope(location), location: location.name, patience })
    }
    return { path: displayName(raw), indexed: false, hiddenAt: null, rule: null, reason: 'it lies in no location' }
  }

  async #cancel(job: Job, limit: AbortSignal): Promise<void> {
    const { jobs } = this.#parts
    await jobs.cancel(job.id).catch((err: unknown) => {
      // The job ended by itself before the cancellation.
      if (!(err instanceof CoreError && err.code === 'Conflict')) throw err
    })
    await jobs.wait(job.id, limit)
  }

  /** Rejects work in a library that is open read-only: no job runs there, so the caller would wait forever. */
  #assertWritable(): void {
    if (this.#parts.store.readOnly) throw new CoreError('PermissionDenied', 'the library is open read-only')
  }
}

/** Throws what `resolveFolder` throws, except `NotFound`. */
async function isThere(dir: RawName): Promise<boolean> {
  try {
    await resolveFolder(encodePath(dir))
    return true
  } catch (err) {
    if (err instanceof CoreError && err.code === 'NotFound') return false
    throw err
  }
}
