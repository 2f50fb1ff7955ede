import type { EventData, EventType } from '../events/catalog.ts'
import type { LibraryStore } from '../store/index.ts'
import { bytesToName, displayName, type RawName } from '../util/file-name.ts'
import { errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { VolumeManager } from '../volume/index.ts'
import type { KnownLocation } from '../location/index.ts'
import type { LocationRecords, Locations } from '../location/index.ts'
import { checkRoot } from '../location/index.ts'
import { TreeWatcher } from './tree-watcher.ts'
import type { DirtyFolder, WatchProblem } from './watch-backend.ts'

/** Interval between checks of the roots: the watcher sees an unmount as a rename or not at all. */
const ROOT_CHECK_MS = 2_000

export interface LocationKeeperDeps {
  readonly store: LibraryStore
  readonly records: LocationRecords
  readonly volumes: VolumeManager
  readonly log: Logger
  readonly debounceMs: number
  /** False: no location is watched, even if its settings ask for it. */
  readonly enabled: boolean
  emit<T extends EventType>(type: T, data: EventData<T>): void
  refresh(location: KnownLocation, dirty: readonly DirtyFolder[], signal: AbortSignal): Promise<void>
  enqueueScan(location: KnownLocation, options?: { quickFirst?: boolean; reason?: string }): Promise<unknown>
}

/**
 * Keeps the locations of a library up to date while it is open: watches them, passes changes to the indexer, and
 * notices when a root goes away or comes back.
 */
export class LocationKeeper implements AsyncDisposable {
  readonly #deps: LocationKeeperDeps
  readonly #closing = new AbortController()
  /**
   * Locations that are watched or being set up. The value identifies the attempt, which a later attempt may replace.
   */
  readonly #watched = new Map<string, symbol>()
  /** The last reported reason why a location cannot be watched. */
  readonly #unwatchable = new Map<string, string>()
  /** Change time of an offline location's root at the last attempt to scan it. */
  readonly #tried = new Map<string, bigint>()
  /**
   * Locations in which changes were lost. They are scanned as soon as a scan can be queued; a full disk prevents that.
   */
  readonly #owed = new Set<string>()
  #watcher: TreeWatcher | null = null
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> = Promise.resolve()
  #checkWaits = false

  constructor(deps: LocationKeeperDeps) {
    this.#deps = deps
  }

  /** Begins to watch. A scan of each location finds the changes made before. */
  start(locations: Pick<Locations, 'finishRemovals'>): void {
    const { records } = this.#deps
    this.#inBackground(async () => {
      await locations.finishRemovals()
      for (const location of records.map.all()) {
        // An offline location is watched again when a check of the roots finds that it is back.
        if (location.state === 'paused' || location.state === 'offline') continue
        if (location.watch) this.#inBackground(() => this.watch(location))
        else this.#inBackground(() => this.#deps.enqueueScan(location, { quickFirst: true }))
      }
      this.checkSoon()
    })
    this.#timer = setInterval(() => this.checkSoon(), ROOT_CHECK_MS).unref()
  }

  async watch({ id }: KnownLocation): Promise<void> {
    const location = this.#find(id)
    if (!location?.watch || location.state === 'paused' || this.#watched.has(id)) return
    if (!this.#deps.enabled || this.#closing.signal.aborted) return
    const attempt = Symbol(id)
    this.#watched.set(id, attempt)
    const volume = this.#deps.volumes.volumeForPath(displayName(location.path))?.volume
    const isRemote = volume?.kind === 'network' || /^(fuse|9p)/.test(volume?.filesystem ?? '')
    const backend = isRemote ? 'polling' : 'native'
    const { path, rules, maxDepth } = location
    this.#watcher ??= this.#start()
    try {
      const { directories } = await this.#watcher.watch({ key: id, path, rules, maxDepth, backend })
      this.#unwatchable.delete(id)
      this.#deps.log.info({ location: id, directories, backend }, 'location watched')
    } catch (err) {
      // Retried with the next check of the roots.
      if (this.#watched.get(id) === attempt) this.#watched.delete(id)
      this.#tellUnwatchable(location, err)
      return
    }
    if (this.#watched.get(id) === attempt)
      await this.#deps.enqueueScan(location, { quickFirst: true, reason: 'watched' })
  }

  async unwatch(locationId: string): Promise<void> {
    if (!this.#watched.delete(locationId)) return
    await this.#watcher?.unwatch(locationId)
  }

  /**
   * Checks all roots soon. If a check is running, the new one waits for it; if one is already waiting, nothing is
   * added.
   */
  checkSoon(): void {
    if (this.#checkWaits) return
    this.#checkWaits = true
    this.#checking = this.#checking.then(() => {
      this.#checkWaits = false
      return this.#checkRoots()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    clearInterval(this.#timer)
    await this.#checking
    await this.#watcher?.[Symbol.asyncDispose]()
  }

  #start(): TreeWatcher {
    return TreeWatcher.start({
      log: this.#deps.log,
      onBatch: (batch) => this.#record(batch.key, batch.dirs),
      onProblem: (problem) => this.#tell(problem),
      limits: { quietMs: this.#deps.debounceMs },
    })
  }

  async #record(locationId: string, dirty: readonly DirtyFolder[]): Promise<void> {
    const location = this.#find(locationId)
    if (!location || location.state === 'paused' || this.#closing.signal.aborted) return
    try {
      await this.#deps.refresh(location, dirty, this.#closing.signal)
    } catch (err) {
      const current = this.#find(locationId)
      if (!current || current.state === 'paused' || this.#closing.signal.aborted) return
      this.#deps.log.warn(
        { location: locationId, err: errorMessage(err) },
        'changes not recorded; the location is scanned again',
      )
      this.#owed.add(locationId)
      this.checkSoon()
    }
  }

  /** Reports each reason once, because it is retried every two seconds. */
  #tellUnwatchable({ id, path }: KnownLocation, err: unknown): void {
    const message = errorMessage(err)
    if (this.#closing.signal.aborted || this.#unwatchable.get(id) === message) return
    this.#unwatchable.set(id, message)
    this.#deps.log.warn({ location: id, err: message }, 'location not watched')
    const help = 'changes are found by a rescan of the location'
    this.#deps.emit('watcher.degraded', { locationId: id, path: displayName(path), message, help })
  }

  #tell(problem: WatchProblem): void {
    const location = this.#find(problem.key)
    if (!location) return
    this.#deps.log.warn({ location: location.id, kind: problem.kind, help: problem.help }, problem.message)
    if (problem.kind === 'root-gone') {
      this.#watched.delete(location.id)
      this.checkSoon()
      return
    }
    this.#deps.emit('watcher.degraded', {
      locationId: location.id,
      path: displayName(problem.path),
      message: problem.message,
      help: problem.help,
    })
  }

  /** Checks all roots in parallel, so that one without an answer does not delay the others. Never rejects. */
  async #checkRoots(): Promise<void> {
    if (this.#closing.signal.aborted) return
    const active = this.#deps.records.map.all().filter(({ state }) => state !== 'paused')
    const check = (location: KnownLocation) =>
      this.#checkOne(location).catch((err: unknown) => {
        if (this.#closing.signal.aborted) return
        this.#deps.log.warn({ location: location.id, err: errorMessage(err) }, 'root not checked')
      })
    await Promise.all(active.map(check))
  }

  async #checkOne(location: KnownLocation): Promise<void> {
    const locations = this.#deps.records
    const { store, volumes } = this.#deps
    const root = await checkRoot(location, { store, volumes, signal: this.#closing.signal })
    if (root.state !== 'present') this.#tried.delete(location.id)
    if (root.state === 'offline' || root.state === 'replaced') {
      if (location.state === 'offline' && location.error === root.reason) return
      this.#deps.log.warn({ location: location.id, reason: root.reason }, 'location offline')
      await this.unwatch(location.id)
      await locations.setState(location, 'offline', root.reason)
      return
    }
    // A scan refused the root in this state, for example emptied, and would refuse it again.
    if (location.state === 'offline' && root.state === 'present') {
      if (this.#tried.get(location.id) === root.changedAt) return
      this.#tried.set(location.id, root.changedAt)
    }
    const found = root.state === 'moved' ? await locations.rebase(location, { path: toPath(root.path) }) : location
    if (location.state === 'offline' || root.state === 'moved') {
      await locations.setState(found, 'pending', null)
      this.#deps.log.info({ location: location.id }, 'location is back')
      await this.#deps.enqueueScan(this.#find(location.id)!, { quickFirst: true })
    }
    await this.#scanIfOwed(this.#find(location.id) ?? found)
    if (location.lastScanAt !== null) await this.watch(this.#find(location.id) ?? found)
  }

  async #scanIfOwed(location: KnownLocation): Promise<void> {
    if (!this.#owed.delete(location.id)) return
    try {
      await this.#deps.enqueueScan(location, { reason: 'changes lost' })
    } catch (err) {
      this.#owed.add(location.id)
      throw err
    }
  }

  #find(locationId: string): KnownLocation | undefined {
    return this.#deps.records.map.all().find((location) => location.id === locationId)
  }

  #inBackground(work: () => Promise<unknown>): void {
    work().catch((err: unknown) => {
      if (!this.#closing.signal.aborted) this.#deps.log.warn({ err: errorMessage(err) }, 'scan not queued')
    })
  }
}

function toPath(path: Buffer): RawName {
  return bytesToName(new Uint8Array(path))
}
