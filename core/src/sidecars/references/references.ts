import { setImmediate as nextTurn } from 'node:timers/promises'
import { HashPool } from '../../content/index.ts'
import { ThreadPool } from '../../workers/thread-pool.ts'
import { companionKinds, type ContentId, type EntryId, JobId, type SidecarKind } from '../../domain/index.ts'
import type { EntryReader } from '../../entries/index.ts'
import type { JobManager } from '../../jobs/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import type { KnownLocation, LocationMap } from '../../location/index.ts'
import type { UserDisk } from '../../sources/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { displayName, nameKey, parsePath, type RawName } from '../../util/file-name.ts'
import type { Logger } from '../../util/logger.ts'
import { type DevicePolicy, wantsCompanions } from '../queue/policy.ts'
import { VARIANT } from '../files/paths.ts'
import type { SidecarWatch } from '../audit/sidecar-watch.ts'
import { contentRow } from '../rows/row.ts'
import { auditReferences, type ReferenceProblem } from './audit-references.ts'
import { ConversionRows } from './conversion-rows.ts'
import { Conversions, type MovePreview } from './conversions.ts'
import { convertReferences } from './convert-references.ts'
import { type FindHost, findReferences } from './find-references.ts'
import type { Finding, KnownFile, ReadTarget, ReferencePlan, ReferenceReply, ReferenceRequest } from './messages.ts'
import { HAS_COMPANIONS } from './plan-references.ts'
import { ReferenceRows } from './reference-rows.ts'
import { rawFolder } from './place-file.ts'
import { placedPath } from './placed-path.ts'

/** A folder whose files were moved. Its own rows are updated, but not those of its subfolders. */
interface FolderToRefresh {
  readonly dir: RawName
  readonly names: null
  readonly subtree: false
}

export interface ReferencesDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  /** The library's folder of sidecars. */
  readonly root: string
  readonly jobs: () => JobManager
  readonly locations: () => LocationMap
  readonly policy: () => DevicePolicy
  /** Updates the index for folders of a location. */
  readonly refresh: (location: KnownLocation, folders: readonly FolderToRefresh[], signal: AbortSignal) => Promise<void>
  /** Watches the files that have become files of the library. */
  readonly watch: SidecarWatch
  readonly disk: UserDisk
  readonly now: () => number
  readonly log: Logger
}

/** The files to move, and the direction: into the library or out of it. */
export interface Moves {
  readonly direction: 'in' | 'out'
  readonly contentId?: ContentId
  readonly kind?: SidecarKind
  /** The earlier job whose moves are undone. */
  readonly job?: string
  /** The original path of a file. */
  readonly path?: string
}

/** If the thread has no work for this long, its memory is freed. */
const IDLE_MS = 60_000
/** Files that are read before the results are recorded. Only a header of each is read. */
const FILES_PER_READ = 64
/**
 * Limit on reading a batch. Reading a header takes milliseconds, and a batch from a slow disk takes seconds; if it
 * takes longer than this, it hangs.
 */
const READ_DEADLINE_MS = 120_000
/** Number of threads that hash whole files. */
const HASH_THREADS = 2
/** Rows written in one transaction: some milliseconds of the main thread. */
const ROWS_PER_WRITE = 100

/** Tracks files of the user that belong to other files, in their places: the videos of Live Photos, and XMP files. */
export class References implements AsyncDisposable {
  readonly rows: ReferenceRows
  readonly conversions: Conversions
  readonly #deps: ReferencesDeps
  readonly #thread: ThreadPool<ReferenceRequest, ReferenceReply>
  readonly #closing = new AbortController()
  #isFollowing = false

  constructor(deps: ReferencesDeps) {
    this.#deps = deps
    this.rows = new ReferenceRows(deps.store, deps.now)
    const { disk, locations, log, now, reader, root, store, watch } = deps
    this.conversions = new Conversions({
      reader,
      root,
      locations,
      disk,
      log,
      references: this.rows,
      rows: new ConversionRows(store, now),
      refresh: (folders, signal) => this.#refresh(folders, signal),
      watch,
    })
    const entry = new URL('./references-worker.ts', import.meta.url)
    this.#thread = new ThreadPool({ entry, name: 'references', threads: 1, perThread: 1, idleMs: IDLE_MS })
  }

  /**
   * Updates references in the background after files were added, changed or removed. Returns the number of steps that
   * are known so far.
   */
  async queue(signal: AbortSignal): Promise<number> {
    const { jobs, store } = this.#deps
    if (store.connection.prepare(HAS_COMPANIONS).get()!['found'] === 0) return 0
    const { hash, put, read, remove } = await this.#plan(new Set(), signal)
    const steps = hash.length + put.length + read.length + remove.length
    if (steps === 0) return 0
    const { id, wasRunning } = await jobs().enqueue(findReferences, {})
    // The running job may have passed the latest changes, so another job follows it.
    if (wasRunning) this.#follow(jobs().wait(id, this.#closing.signal))
    return steps
  }

  #follow(running: Promise<unknown>): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    running
      .finally(() => {
        this.#isFollowing = false
      })
      .then(() => this.queue(this.#closing.signal))
      .catch((err: unknown) => {
        if (!this.#closing.signal.aborted)
          this.#deps.log.warn({ err: errorMessage(err) }, 'the search for companion files was not repeated')
      })
  }

  /** The body of the job `findReferences`. */
  async find(host: FindHost): Promise<{ found: number; removed: number }> {
    const { progress, signal } = host
    const counts = { found: 0, removed: 0 }
    /** Contents that could not be read in this run. */
    const skip = new Set<number>()
    for (;;) {
      const { hash, put, read, remove } = await this.#plan(skip, signal)
      if (read.length > 0) {
        progress({ phase: 'read', done: 0, total: read.length })
        await this.#read(read, skip, host)
      } else if (hash.length + put.length + remove.length === 0) {
        return counts
      } else {
        progress({ phase: 'record', done: 0, total: hash.length + put.length })
        // Remove first: if a video belongs to another photo now, its old reference must go before the new one is
        // added.
        for (const some of batches(remove)) await this.rows.remove(some)
        for (const some of batches(put)) {
          signal.throwIfAborted()
          counts.found += await this.rows.put(some)
          await nextTurn()
        }
        counts.removed += remove.length
        await this.#hash(hash, skip, host, (done) => progress({ done: done + put.length }))
      }
    }
  }

  /**
   * Tracks an existing file as a sidecar of a content, without moving it. The sidecar is ready at once, and the file
   * is never written to. Throws `NotFound`, `InvalidInput`, `AlreadyExists` if the library has such a sidecar,
   * `Offline` and `Conflict`.
   */
  async create(
    of: { contentId: ContentId; entryId: EntryId; kind: SidecarKind; variant: string; format: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { contentId, entryId, format, kind, variant } = of
    // Lower case only, because on some disks, names that differ only in case are the same file.
    if (!VARIANT.test(variant) || variant !== variant.toLowerCase() || !/^[a-z0-9]{1,16}$/.test(format))
      throw new CoreError(
        'InvalidInput',
        `${variant}.${format} is no name of a sidecar; one is default.mov, in small letters`,
      )
    const { reader, store } = this.#deps
    const contentRowId = await contentRow(store, contentId)
    const entryRowId = await this.rows.entryRow(entryId)
    const entry = reader.byIds([entryRowId]).get(entryRowId)
    if (entry?.kind !== 'file') throw new CoreError('NotFound', `${entryId} is not a file in a location`)
    if (!entry.online) throw new CoreError('Offline', `${entry.path} is offline; connect its volume`)
    await using pool = new HashPool({ threads: 1 })
    const result = await pool.full(placedPath(entry), { signal })
    if (!('hash' in result) || result.size !== entry.size)
      throw new CoreError(
        'Conflict',
        `${entry.path} has changed since it was indexed; rescan its location, then try again`,
      )
    const wanted = { contentId: contentRowId, kind, variant, format, entryId: entryRowId, size: entry.size, by: '' }
    await this.rows.put([{ ...wanted, checksum: result.hash }], { engine: false })
    const sources = await this.rows.sourcesOf(contentId)
    if (sources.get(`${kind} ${variant}.${format}`) !== entryRowId)
      throw new CoreError('AlreadyExists', `the library has a file of its own for ${kind} ${variant}.${format}`)
  }

  /** The paths of a content's references, by kind, variant and format. */
  async pathsOf(contentId: ContentId): Promise<Map<string, string>> {
    const sources = await this.rows.sourcesOf(contentId)
    const entries = this.#deps.reader.byIds([...sources.values()])
    return new Map(
      [...sources].flatMap(([key, rowId]) => {
        const entry = entries.get(rowId)
        return entry ? [[key, entry.path] as const] : []
      }),
    )
  }

  /** Selects finished moves by what a user names: a job, or an original path. Null if there are none. */
  async movedFrom(name: string): Promise<Pick<Moves, 'job' | 'path'> | null> {
    for (const of of [...(JobId.safeParse(name).success ? [{ job: name }] : []), { path: name }]) {
      const filter = 'path' in of ? { path: parsePath(of.path) } : of
      if ((await this.conversions.previewOut(filter, this.#closing.signal)).upTo > 0) return of
    }
    return null
  }

  /** Lists the files that `convert` would move. Changes nothing. */
  preview({ direction, path, ...filter }: Moves, signal: AbortSignal): Promise<MovePreview> {
    if (direction === 'in') return this.conversions.previewIn(filter, signal)
    return this.conversions.previewOut({ ...filter, ...(path !== undefined && { path: parsePath(path) }) }, signal)
  }

  /** Moves references into the library, or back, in a job. Only rows that the preview covers are moved. */
  async convert(
    moves: Moves,
    { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
  ): Promise<MovePreview & { job: { id: JobId } | null }> {
    const preview = await this.preview(moves, signal)
    const isNeeded = preview.files > 0 || (await this.conversions.isInterrupted())
    if (dryRun || !isNeeded) return { ...preview, job: null }
    const { id } = await this.#deps.jobs().enqueue(convertReferences, { ...moves, upTo: preview.upTo })
    return { ...preview, job: { id } }
  }

  /** Moves a content's references into the library. Resolves when the move is complete. */
  async convertToOwned(contentId: ContentId, signal: AbortSignal): Promise<MovePreview> {
    const { job, ...preview } = await this.convert({ direction: 'in', contentId }, { dryRun: false, signal })
    if (job) await this.#deps.jobs().wait(job.id, signal)
    return preview
  }

  /** Compares references with their files. */
  audit(signal: AbortSignal): AsyncGenerator<ReferenceProblem | { checked: true }> {
    return auditReferences({ reader: this.#deps.reader, rows: this.rows }, signal)
  }

  /**
   * Makes the references match the files: updates the index for files that have changed, reads unreadable files again,
   * and pairs files again.
   */
  async reconcile(signal: AbortSignal): Promise<void> {
    const folders: RawName[] = []
    for await (const found of this.audit(signal)) if (!('checked' in found)) folders.push(rawFolder(found.file))
    await this.#refresh(folders, signal)
    await this.rows.forgetErrors()
    await this.queue(signal)
  }

  /** Updates the index for folders; folders outside every location are skipped. */
  async #refresh(folders: readonly RawName[], signal: AbortSignal): Promise<void> {
    const { locations, refresh } = this.#deps
    const byLocation = new Map<KnownLocation, Map<string, FolderToRefresh>>()
    // Their parent folders too, because the folders themselves may be new or removed.
    for (const dir of folders.flatMap((folder) => [rawFolder(folder), folder])) {
      const location = locations().locate(dir)?.location
      if (!location || !isOnline(location)) continue
      const changed = byLocation.get(location) ?? new Map<string, FolderToRefresh>()
      byLocation.set(location, changed.set(nameKey(dir), { dir, names: null, subtree: false }))
    }
    for (const [location, changed] of byLocation) await refresh(location, [...changed.values()], signal)
  }

  /** Ends the thread and all waiting work. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#thread[Symbol.asyncDispose]()
  }

  async #plan(skip: ReadonlySet<number>, signal: AbortSignal): Promise<ReferencePlan> {
    const { locations, policy, store } = this.#deps
    const places = locations()
      .all()
      .map((location) => ({
        volumeId: location.volumeId,
        volumePath: location.volumePath,
        path: location.path,
        online: isOnline(location),
        kinds: companionKinds.filter((kind) => wantsCompanions(kind, policy(), location.policy)),
      }))
    const reply = await this.#thread.run({ task: 'plan', file: store.file, places, skip: [...skip] }, { signal })
    if (reply.task !== 'plan') throw new Error('the thread answered another question')
    return reply.plan
  }

  async #read(targets: readonly ReadTarget[], skip: Set<number>, host: FindHost): Promise<void> {
    const { items, progress, signal, warn } = host
    let done = 0
    for (const some of groupsOf(targets, FILES_PER_READ, skip, host)) {
      signal.throwIfAborted()
      await using _begun = await items.begin(some.map(itemOf))
      const findings = await this.#readSome(some, signal)
      const found = findings.filter((finding) => finding !== null)
      await this.rows.record(found)
      for (const [i, finding] of findings.entries()) if (!finding) skip.add(some[i]!.contentId)
      for (const { contentId, error } of found) {
        if (error === null) continue
        const path = some.find((target) => target.contentId === contentId)?.path
        warn({ code: 'Corrupt', message: error, path: path && displayName(path) })
      }
      progress({ done: (done += some.length) })
    }
  }

  /**
   * Reads a batch of files. If a file crashes the thread or never answers, all files of the batch are left out of this
   * run.
   */
  async #readSome(targets: readonly ReadTarget[], signal: AbortSignal): Promise<readonly (Finding | null)[]> {
    try {
      const reply = await this.#thread.run({ task: 'read', targets }, { signal, deadlineMs: READ_DEADLINE_MS })
      if (reply.task !== 'read') throw new Error('the thread answered another question')
      return reply.findings
    } catch (err) {
      if (err instanceof CoreError && err.code === 'Cancelled') throw err
      this.#deps.log.warn({ err: errorMessage(err), files: targets.length }, 'files could not be read')
      return targets.map(() => null)
    }
  }

  async #hash(
    files: readonly KnownFile[],
    skip: Set<number>,
    host: FindHost,
    onDone: (done: number) => void,
  ): Promise<void> {
    if (files.length === 0) return
    const { items, signal } = host
    await using pool = new HashPool({ threads: HASH_THREADS })
    let done = 0
    const hash = async (file: KnownFile) => {
      signal.throwIfAborted()
      await using _begun = await items.begin([itemOf(file)])
      const result = await pool.full(file.path, { signal })
      const isKnown = 'hash' in result && result.size === file.size && result.mtime === file.modifiedMs
      if (isKnown) await this.rows.keepWholeHash(file.contentId, result.hash)
      else skip.add(file.contentId)
      onDone(++done)
    }
    for (const some of groupsOf(files, HASH_THREADS, skip, host)) await Promise.all(some.map(hash))
  }
}

/**
 * Splits the files into groups. First come groups of `atOnce` files. Then, one at a time, come the files that were
 * being read when the process crashed. A file with repeated crashes is left out of this run, with a warning.
 */
function groupsOf<T extends KnownFile>(
  files: readonly T[],
  atOnce: number,
  skip: Set<number>,
  { items, warn }: FindHost,
): T[][] {
  const usual: T[] = []
  const suspects: { readonly file: T; readonly stops: number }[] = []
  for (const file of files) {
    const verdict = items.verdict(itemOf(file))
    if (verdict.when === 'now') usual.push(file)
    else if (verdict.when === 'last') suspects.push({ file, stops: verdict.stops })
    else {
      skip.add(file.contentId)
      warn({ code: 'Internal', message: `not read: ${verdict.reason}`, path: displayName(file.path) })
    }
  }
  const groups: T[][] = []
  for (let at = 0; at < usual.length; at += atOnce) groups.push(usual.slice(at, at + atOnce))
  return [...groups, ...suspects.toSorted((a, b) => a.stops - b.stops).map(({ file }) => [file])]
}

function itemOf({ contentId }: KnownFile): string {
  return `companion of content ${contentId}`
}

export function isOnline({ state }: KnownLocation): boolean {
  return state !== 'offline'
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += ROWS_PER_WRITE) yield items.slice(at, at + ROWS_PER_WRITE)
}
