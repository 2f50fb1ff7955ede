import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { z } from 'zod'
import type { EntryCounts, IndexMode, Location } from '../domain/location.ts'
import type { Job } from '../domain/job.ts'
import type { Entry, JobId } from '../domain/index.ts'
import type { JobManager, ProgressUpdate } from '../jobs/index.ts'
import type { LibraryStore } from '../library/store.ts'
import { assertPresent, checkRoot, type KnownLocation, type Locations, type RootState } from '../location/index.ts'
import { CoreError, type ErrorCode, errorCodes, errorMessage, systemCode } from '../util/errors.ts'
import { displayName, fsPath, nameBytes, parsePath, bytesToName, type RawName } from '../util/file-name.ts'
import type { Logger } from '../util/logger.ts'
import { type CloudPlace, cloudPlace, cloudRoots, type VolumeManager } from '../volume/index.ts'
import { browsedToEntries } from './browsed-entries.ts'
import { explainPath, type Explanation } from './explain.ts'
import { indexContent } from './index-content.ts'
import { indexLocation } from './index-location.ts'
import type { IndexWorker } from './index-worker-client.ts'
import { defaultRules } from './rules/index.ts'
import type { Difference, IdentifyReport, LocationScope } from './worker/requests.ts'
import type { DirtyDirectory, ScanReport } from './worker/scan-request.ts'

/** What later features plug in: asked at the end of every index run which work the new contents make. */
export interface IntelligencePort {
  /** Queues what can be derived from the contents of a location; returns how many pieces of work that is. */
  queue(location: KnownLocation, signal: AbortSignal): Promise<number>
}

export interface IndexingDeps {
  readonly store: LibraryStore
  readonly worker: IndexWorker
  readonly volumes: VolumeManager
  readonly intelligence: readonly IntelligencePort[]
  readonly now: () => number
  readonly log: Logger
  /** Threads that walk, and threads that hash. */
  readonly walkers: number
  readonly hashers: number
}

export interface ScanOptions {
  readonly force?: boolean
  readonly mode?: IndexMode
  readonly quickFirst?: boolean
  /** Scans with different reasons are never merged. */
  readonly reason?: string
}

interface RunHost {
  readonly signal: AbortSignal
  progress(update: ProgressUpdate): void
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
}

type IndexInput = z.output<(typeof indexLocation)['input']>

/** One index run, from its first look at the root to the record of its end. */
export interface IndexRun {
  readonly startedAt: number
  scan(startedAt: number): Promise<ScanReport>
  aggregate(): Promise<void>
  identify(after: number, onBatch: (after: number) => Promise<void>): Promise<IdentifyReport>
  queue(): Promise<number>
  end(): Promise<{ counts: EntryCounts }>
}

const NOTHING_IDENTIFIED: IdentifyReport = { identified: 0, bytes: 0, examined: 0, failed: 0, unsettled: 0 }

/** The index of one library: scans, looks without the index, comparisons with the disk, and the rules that leave things out. */
export class Indexing {
  readonly #deps: IndexingDeps
  #jobs: JobManager | null = null
  #locations: Locations | null = null

  constructor(deps: IndexingDeps) {
    this.#deps = deps
  }

  /** Jobs and locations know the indexer, and it knows them: they are told it once they are there. */
  connect(parts: { jobs: JobManager; locations: Locations }): void {
    this.#jobs = parts.jobs
    this.#locations = parts.locations
  }

  async enqueueScan(location: KnownLocation, options: ScanOptions = {}): Promise<{ id: JobId }> {
    this.#assertWritable()
    return this.#manager.enqueue(indexLocation, { locationId: location.id, ...options })
  }

  async cancelScans(locationId: string): Promise<void> {
    const jobs = this.#manager
    for (const status of ['running', 'queued', 'paused'] as const) {
      for (const job of jobs.list({ status, limit: 1_000 })) {
        if (job.name !== indexLocation.name && job.name !== indexContent.name) continue
        const { input } = jobs.info(job.id)
        if ((input as { locationId?: string }).locationId === locationId) await this.#cancel(job)
      }
    }
  }

  async #cancel(job: Job): Promise<void> {
    await this.#manager.cancel(job.id).catch((err: unknown) => {
      // It ended by itself meanwhile.
      if (!(err instanceof CoreError && err.code === 'Conflict')) throw err
    })
    await this.#manager.wait(job.id)
  }

  async createRoot(dir: RawName, volumeId: number, volumePath: RawName): Promise<number> {
    const { directoryId } = await this.#deps.worker.request('root', { dir, volumeId, volumePath })
    return directoryId
  }

  async forget(directoryId: number, keepRoot: boolean): Promise<number> {
    const { removed } = await this.#deps.worker.request('forget', { directoryId, keepRoot })
    return removed
  }

  /** Brings folders the watcher has named up to date; folders with `subtree` with all that lies below them. */
  async refresh(
    location: KnownLocation,
    dirty: readonly { dir: RawName; names: readonly RawName[] | null; subtree: boolean }[],
    signal?: AbortSignal,
  ): Promise<void> {
    const scope = toScope(location)
    const toDirty = ({ dir, names }: (typeof dirty)[number]): DirtyDirectory => ({
      dir,
      names,
      depth: depthAt(location, dir),
    })
    const shallowFirst = dirty.toSorted((a, b) => nameBytes(a.dir).length - nameBytes(b.dir).length)
    const onWarning = (warning: { code: string; message: string; path: string }) =>
      this.#deps.log.warn({ location: location.id, ...warning }, 'change not recorded')
    // The mount table first: what an unmounted volume leaves behind is not what was deleted.
    assertPresent(location, await this.#checkRoot(location))
    await this.#deps.worker.request('refresh', { scope, dirty: shallowFirst.map(toDirty) }, { signal, onWarning })
    for (const { dir, subtree } of shallowFirst) if (subtree) await this.#scanBelow(location, dir, signal)
    if (location.mode !== 'shallow') await this.#manager.enqueue(indexContent, { locationId: location.id })
  }

  async #scanBelow(location: KnownLocation, dir: RawName, signal: AbortSignal | undefined): Promise<void> {
    const directoryId = this.#directoryId(location, dir)
    if (directoryId === null) return
    const request = this.#scanRequest(location, {
      dir,
      directoryId,
      recursive: true,
      startedAt: await this.#nextStamp(),
      // An emptied root is believed only when a person says so.
      force: displayName(dir) !== displayName(location.path),
      threads: 0,
    })
    await this.#deps.worker.request('scan', request, { signal }).catch((err: unknown) => {
      // It went away again: the folder above hears of it.
      if (!(err instanceof CoreError && (err.code === 'Offline' || err.code === 'Conflict'))) throw err
    })
  }

  /** Checks the root and prepares a run of `indexing.location`. Throws `Offline`, `Conflict` or `NotFound`. */
  async begin(input: IndexInput, host: RunHost): Promise<IndexRun> {
    const { location, dir } = await this.#openRoot(input)
    const { signal } = host
    const threads = this.#deps.walkers
    const mode = input.mode ?? location.mode
    const { worker } = this.#deps
    const warn = (warning: { code: string; message: string; path: string }) =>
      host.warn({ ...warning, code: toErrorCode(warning.code) })
    const onProgress = ({ done, total, bytes }: { done: number; total: number | null; bytes: number }) =>
      host.progress({ done, total, bytes })
    const isWhole = input.path === null && input.scope === 'recursive'
    const scan = async (startedAt: number, trustTimes: boolean): Promise<ScanReport> => {
      const directoryId = this.#directoryId(location, dir)
      if (directoryId === null) throw new CoreError('NotFound', `${displayName(dir)} is not in the index`)
      const of = {
        dir,
        directoryId,
        recursive: input.scope === 'recursive',
        startedAt,
        force: input.force,
        threads,
        trustTimes,
      }
      return worker.request('scan', this.#scanRequest(location, of), { signal, onProgress, onWarning: warn })
    }
    return {
      startedAt: await this.#nextStamp(),
      scan: async (startedAt) => {
        if (isWhole) await this.#require.setState(location, 'scanning', null)
        try {
          if (input.quickFirst) {
            host.progress({ phase: 'times' })
            await scan(startedAt, true)
          }
          host.progress({ phase: 'discover' })
          const report = await scan(startedAt, false)
          host.progress({ done: report.seen.entries, total: report.seen.entries, bytes: report.seen.bytes })
          return report
        } catch (err) {
          await this.#recordFailure(location, err)
          throw err
        }
      },
      aggregate: async () => {
        host.progress({ phase: 'aggregate' })
        await worker.request('checkpoint', null, { signal })
      },
      identify: async (after, onBatch) => {
        if (mode === 'shallow') return NOTHING_IDENTIFIED
        host.progress({ phase: 'identify' })
        return this.#identify(location, mode, { after, onBatch, host }).catch(async (err: unknown) => {
          await this.#recordFailure(location, err)
          throw err
        })
      },
      queue: async () => {
        host.progress({ phase: 'queue' })
        let queued = 0
        for (const port of this.#deps.intelligence) queued += await port.queue(location, signal)
        return queued
      },
      end: async () => {
        if (isWhole) await this.#require.scanned(location, this.#deps.now())
        const { counts } = await this.#require.info(location.id)
        return { counts }
      },
    }
  }

  /** A time later than every folder was recorded at: a clock that was set back must not make a scan pass over folders. */
  async #nextStamp(): Promise<number> {
    const [row] = await this.select('select max(scanned_at) as latest from directories')
    return Math.max(this.#deps.now(), Number(row?.['latest'] ?? 0) + 1)
  }

  /** What a scan that did not end well means for its location. */
  async #recordFailure(location: KnownLocation, err: unknown): Promise<void> {
    const code = err instanceof CoreError ? err.code : 'Internal'
    if (code === 'Cancelled' || code === 'Unavailable') return this.#require.setState(location, 'pending', null)
    const isAway = code === 'Offline' || code === 'Conflict'
    await this.#require.setState(location, isAway ? 'offline' : 'error', errorMessage(err))
  }

  /** Content identity for what waits for it in a location. */
  async identifyPending(locationId: string, host: RunHost): Promise<IdentifyReport> {
    const location = this.#require.require(locationId)
    if (location.mode === 'shallow' || location.state === 'offline') return NOTHING_IDENTIFIED
    const report = await this.#identify(location, location.mode, { after: 0, onBatch: async () => {}, host })
    for (const port of this.#deps.intelligence) await port.queue(location, host.signal)
    return report
  }

  async #identify(
    location: KnownLocation,
    mode: IndexMode,
    { after, onBatch, host }: { after: number; onBatch: (after: number) => Promise<void>; host: RunHost },
  ): Promise<IdentifyReport> {
    let saved: Promise<void> = Promise.resolve()
    const report = await this.#deps.worker.request(
      'identify',
      { scope: toScope(location), mode, threads: this.#deps.hashers, cloud: this.#cloudPlace(location), after },
      {
        signal: host.signal,
        onProgress: ({ phase, done, total, bytes }) => host.progress({ phase, done, total, bytes }),
        onWarning: (warning) => host.warn({ ...warning, code: toErrorCode(warning.code) }),
        onCheckpoint: (state) => {
          saved = saved.then(() => onBatch((state as { after: number }).after))
          // Waited for at the end; a checkpoint that fails earlier must not be nobody's.
          saved.catch(() => {})
        },
      },
    )
    await saved
    return report
  }

  #cloudPlace(location: KnownLocation): CloudPlace {
    const path = displayName(location.path)
    const filesystem = this.#deps.volumes.volumeForPath(path)?.volume.filesystem ?? ''
    return cloudPlace(path, filesystem, cloudRoots({ platform: process.platform, home: homedir(), env: process.env }))
  }

  /** Runs a query that takes longer than the main thread may stand still, in the index worker. */
  select(sql: string, ...params: SQLInputValue[]): Promise<Record<string, SQLOutputValue>[]> {
    return this.#deps.worker.request('select', { sql, params })
  }

  /** Scans one folder at once; see the operation. */
  async quickScan(input: { path: string; scope: 'current' | 'recursive'; ephemeral: boolean }, signal: AbortSignal) {
    const begun = performance.now()
    const dir = await resolveFolder(input.path)
    const place = input.ephemeral || this.#deps.store.readOnly ? null : this.#require.map.locate(dir)
    if (place && this.#directoryId(place.location, dir) !== null) {
      const { id } = await this.#manager.enqueue(indexLocation, {
        locationId: place.location.id,
        path: encodePath(dir),
        scope: input.scope,
      })
      const job = await this.#manager.wait(id, signal)
      if (job.status !== 'completed')
        throw new CoreError(toErrorCode(job.error?.code), job.error?.message ?? `the scan was ${job.status}`)
      const { warningList } = this.#manager.info(id)
      return {
        path: displayName(dir),
        persisted: true,
        counts: this.#countsOf(this.#directoryId(place.location, dir)!),
        tookMs: performance.now() - begun,
        job: { id },
        warnings: warningList.map(({ path, code, message }) => ({ path: path ?? displayName(dir), code, message })),
      }
    }
    const report = await this.#deps.worker.request(
      'browse',
      { dir, rules: defaultRules, recursive: input.scope === 'recursive', content: false, limit: 0, hidden: false },
      { signal },
    )
    const tookMs = performance.now() - begun
    return {
      path: displayName(dir),
      persisted: false,
      counts: report.counts,
      tookMs,
      job: null,
      warnings: report.warnings,
    }
  }

  /** Looks into any folder; see the operation. */
  async browse(
    input: { path: string; scope: 'current' | 'recursive'; content: boolean; limit: number },
    signal: AbortSignal,
  ) {
    const begun = performance.now()
    const dir = await resolveFolder(input.path)
    const { items, total } = await this.look(dir, { ...input, recursive: input.scope === 'recursive' }, signal)
    return { path: displayName(dir), items, total, tookMs: performance.now() - begun }
  }

  /** The entries of a folder as the disk has them, with the rule that keeps an entry out of the index where one does. */
  async look(
    dir: RawName,
    options: { recursive: boolean; content: boolean; limit: number },
    signal: AbortSignal,
  ): Promise<{ items: Entry[]; total: number }> {
    const rules = this.#require.map.locate(dir)?.location.rules ?? defaultRules
    const { recursive, content, limit } = options
    const report = await this.#deps.worker.request(
      'browse',
      { dir, rules, recursive, content, limit, hidden: true },
      { signal },
    )
    return { items: browsedToEntries(report.entries), total: report.total }
  }

  async indexPath(input: { location: string; scope: 'current' | 'recursive'; mode?: IndexMode | undefined }): Promise<{
    location: Location
    job: { id: JobId }
  }> {
    const locations = this.#require
    const named = locations.map.find(parsePath(input.location))
    const dir = named.length > 0 ? null : await resolveFolder(input.location)
    const location = dir === null ? locations.require(input.location) : locations.map.locate(dir)?.location
    if (!location) {
      throw new CoreError('NotFound', `${input.location} lies in no location; add one with \`spacedrive location add\``)
    }
    this.#assertWritable()
    const { id } = await this.#manager.enqueue(indexLocation, {
      locationId: location.id,
      path: dir === null ? null : encodePath(dir),
      scope: input.scope,
      mode: input.mode ?? null,
    })
    return { location: await locations.toLocation(location), job: { id } }
  }

  /** Compares the index with the disk; see the operation. */
  async verify(
    input: { path: string; content: boolean; fix: boolean },
    signal: AbortSignal,
  ): Promise<{ checked: number; differences: Difference[]; total: number; fixed: number; tookMs: number }> {
    const begun = performance.now()
    const { location, dir } = await this.#placeToVerify(input.path)
    const scopes = [location, ...this.#require.map.below(dir)].map(toScope)
    const compare = () => this.#deps.worker.request('verify', { scopes, dir, content: input.content }, { signal })
    let report = await compare()
    let fixed = 0
    if (input.fix && report.total > 0) {
      const before = report.total
      await this.#repair(report.folders, signal)
      report = await compare()
      fixed = before - report.total
    }
    return {
      checked: report.checked,
      differences: report.differences,
      total: report.total,
      fixed,
      tookMs: performance.now() - begun,
    }
  }

  async explain(path: string): Promise<Explanation> {
    return explainPath(parsePath(path), { map: this.#require.map, store: this.#deps.store })
  }

  async #repair(folders: readonly RawName[], signal: AbortSignal): Promise<void> {
    const byLocation = new Map<KnownLocation, { dir: RawName; names: null; subtree: boolean }[]>()
    for (const dir of folders) {
      const location = this.#require.map.locate(dir)?.location
      if (!location) continue
      const dirty = byLocation.get(location) ?? []
      dirty.push({ dir, names: null, subtree: false })
      byLocation.set(location, dirty)
    }
    for (const [location, dirty] of byLocation) await this.refresh(location, dirty, signal)
    await this.#manager.idle()
  }

  async #placeToVerify(reference: string): Promise<{ location: KnownLocation; dir: RawName }> {
    const named = this.#require.map.find(parsePath(reference))
    const dir = named.length > 0 ? this.#require.require(reference).path : await resolveFolder(reference)
    const location = this.#require.map.locate(dir)?.location
    if (!location) throw new CoreError('NotFound', `${reference} lies in no location`)
    assertPresent(location, await this.#checkRoot(location))
    return { location, dir }
  }

  async #openRoot(input: IndexInput): Promise<{ location: KnownLocation; dir: RawName }> {
    const locations = this.#require
    let location = locations.require(input.locationId)
    if (location.state === 'paused') throw new CoreError('Conflict', `location ${location.name} is paused`)
    const root = await this.#checkRoot(location)
    if (root.state === 'moved') location = await locations.rebase(location, { path: bytesToName(root.path) })
    else if (root.state === 'replaced' && input.force)
      location = await locations.rebase(location, { rootInode: root.inode })
    else if (root.state !== 'present') {
      await locations.setState(location, 'offline', root.reason)
      assertPresent(location, root)
    }
    return { location, dir: input.path === null ? location.path : parsePath(input.path) }
  }

  async #checkRoot(location: KnownLocation): Promise<RootState> {
    const volume = await this.#deps.store.read((db) =>
      db
        .selectFrom('volumes')
        .select(['fingerprint', 'name'])
        .where('id', '=', location.volumeId)
        .executeTakeFirstOrThrow(),
    )
    return checkRoot(location, volume, this.#deps.volumes)
  }

  #scanRequest(
    location: KnownLocation,
    of: {
      dir: RawName
      directoryId: number
      recursive: boolean
      startedAt: number
      force: boolean
      threads: number
      trustTimes?: boolean
    },
  ) {
    return {
      ...of,
      trustTimes: of.trustTimes ?? false,
      volumeId: location.volumeId,
      volumePath: pathInVolume(location, of.dir),
      rulesRoot: displayName(location.path),
      rules: location.rules,
      maxDepth: location.maxDepth === null ? null : depthAt(location, of.dir),
    }
  }

  #directoryId(location: KnownLocation, dir: RawName): number | null {
    const row = this.#deps.store.connection
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(location.volumeId, nameBytes(pathInVolume(location, dir)))
    return row ? Number(row['id']) : null
  }

  #countsOf(directoryId: number): EntryCounts {
    const row = this.#deps.store.connection
      .prepare('select file_count, dir_count, symlink_count, other_count, total_size from directories where id = ?')
      .get(directoryId)!
    return {
      files: Number(row['file_count']),
      directories: Number(row['dir_count']),
      symlinks: Number(row['symlink_count']),
      others: Number(row['other_count']),
      bytes: Number(row['total_size']),
    }
  }

  /** Nothing runs in a library that is open read-only: a job would wait for ever. */
  #assertWritable(): void {
    if (this.#deps.store.readOnly) throw new CoreError('PermissionDenied', 'the library is open read-only')
  }

  get #manager(): JobManager {
    if (!this.#jobs) throw new Error('the indexer is not connected')
    return this.#jobs
  }

  get #require(): Locations {
    if (!this.#locations) throw new Error('the indexer is not connected')
    return this.#locations
  }
}

export function toScope(location: KnownLocation): LocationScope {
  const { path, directoryId, volumeId, volumePath, rules, maxDepth } = location
  return { dir: path, directoryId, volumeId, volumePath, rules, maxDepth }
}

/** The path of a folder of a location in its volume; ends in a slash, or is empty. */
function pathInVolume(location: KnownLocation, dir: RawName): RawName {
  const below = Buffer.from(nameBytes(dir)).subarray(nameBytes(location.path).length)
  const relative = below[0] === 0x2f ? below.subarray(1) : below
  const slash = Buffer.from(relative.length > 0 ? '/' : '')
  return bytesToName(Buffer.concat([nameBytes(location.volumePath), relative, slash]))
}

/** How many levels below a folder of a location are indexed. */
function depthAt(location: KnownLocation, dir: RawName): number {
  if (location.maxDepth === null) return Number.POSITIVE_INFINITY
  const below = displayName(dir).slice(displayName(location.path).length)
  return location.maxDepth - below.split('/').filter(Boolean).length
}

async function resolveFolder(path: string): Promise<RawName> {
  try {
    return bytesToName(await realpath(fsPath(parsePath(path)), 'buffer'))
  } catch (err) {
    const code = systemCode(err)
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new CoreError('NotFound', `${path} does not exist`, { cause: err })
    if (code === 'EACCES')
      throw new CoreError('PermissionDenied', `${path} cannot be reached by this user`, { cause: err })
    throw new CoreError('Unavailable', `${path} cannot be opened: ${code ?? 'unknown error'}`, { cause: err })
  }
}

function encodePath(path: RawName): string {
  return typeof path === 'string' ? path : `base64:${Buffer.from(path).toString('base64')}`
}

function toErrorCode(code: string | undefined): ErrorCode {
  return (errorCodes as readonly string[]).includes(code ?? '') ? (code as ErrorCode) : 'Unavailable'
}
