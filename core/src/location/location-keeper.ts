import type { EventData, EventType } from '../events/catalog.ts'
import type { LibraryStore } from '../library/store.ts'
import { bytesToName, displayName, type RawName } from '../util/file-name.ts'
import { errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { VolumeManager } from '../volume/index.ts'
import type { KnownLocation } from './location-map.ts'
import type { Locations } from './locations.ts'
import { checkRoot } from './root-check.ts'
import { type DirtyFolder, TreeWatcher, type WatchProblem } from './watch/index.ts'

/** How often the roots are looked at: an unmount shows itself as a rename or not at all. */
const ROOT_CHECK_MS = 2_000

export interface LocationKeeperDeps {
  readonly store: LibraryStore
  readonly volumes: VolumeManager
  readonly log: Logger
  readonly debounceMs: number
  /** False: nothing is watched, whatever a location says. */
  readonly enabled: boolean
  emit<T extends EventType>(type: T, data: EventData<T>): void
  refresh(location: KnownLocation, dirty: readonly DirtyFolder[], signal: AbortSignal): Promise<void>
  enqueueScan(location: KnownLocation, options?: { quickFirst?: boolean; reason?: string }): Promise<unknown>
}

/**
 * Keeps the locations of a library true while it is open: watches them, records what the watcher names, and notices
 * when a root goes away or comes back.
 */
export class LocationKeeper implements AsyncDisposable {
  readonly #deps: LocationKeeperDeps
  readonly #closing = new AbortController()
  readonly #watched = new Set<string>()
  #watcher: TreeWatcher | null = null
  #locations: Locations | null = null
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> = Promise.resolve()

  constructor(deps: LocationKeeperDeps) {
    this.#deps = deps
  }

  /** Begins to watch. What changed while nobody looked is found by a scan of each location. */
  start(locations: Locations): void {
    this.#locations = locations
    for (const location of locations.map.all()) {
      if (location.state === 'paused') continue
      if (location.watch) this.#inBackground(() => this.watch(location))
      else this.#inBackground(() => this.#deps.enqueueScan(location, { quickFirst: true }))
    }
    this.#timer = setInterval(() => this.checkSoon(), ROOT_CHECK_MS).unref()
  }

  async watch(location: KnownLocation): Promise<void> {
    if (!location.watch || !this.#deps.enabled || this.#closing.signal.aborted || this.#watched.has(location.id)) return
    this.#watched.add(location.id)
    const volume = this.#deps.volumes.volumeForPath(displayName(location.path))?.volume
    const isRemote = volume?.kind === 'network' || /^(fuse|9p)/.test(volume?.filesystem ?? '')
    const backend = isRemote ? 'polling' : 'native'
    const { path, rules, maxDepth } = location
    this.#watcher ??= this.#start()
    try {
      const { directories } = await this.#watcher.watch({ key: location.id, path, rules, maxDepth, backend })
      this.#deps.log.info({ location: location.id, directories, backend }, 'location watched')
      await this.#deps.enqueueScan(location, { quickFirst: true, reason: 'watched' })
    } catch (err) {
      this.#watched.delete(location.id)
      if (this.#closing.signal.aborted) return
      this.#deps.log.warn({ location: location.id, err: errorMessage(err) }, 'location not watched')
      this.checkSoon()
    }
  }

  async unwatch(locationId: string): Promise<void> {
    if (!this.#watched.delete(locationId)) return
    await this.#watcher?.unwatch(locationId)
  }

  /** Looks at all roots soon; a look that is under way is waited for first. */
  checkSoon(): void {
    this.#checking = this.#checking
      .then(() => this.#checkRoots())
      .catch((err: unknown) => {
        if (!this.#closing.signal.aborted) this.#deps.log.warn({ err: errorMessage(err) }, 'roots not checked')
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
      if (this.#closing.signal.aborted) return
      this.#deps.log.warn(
        { location: locationId, err: errorMessage(err) },
        'changes not recorded; the location is scanned again',
      )
      this.checkSoon()
      await this.#deps.enqueueScan(location, { reason: 'changes lost' })
    }
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

  async #checkRoots(): Promise<void> {
    for (const location of this.#locations?.map.all() ?? []) {
      if (this.#closing.signal.aborted) return
      if (location.state === 'paused') continue
      await this.#checkOne(location)
    }
  }

  async #checkOne(location: KnownLocation): Promise<void> {
    const locations = this.#locations!
    const volume = await this.#deps.store.read((db) =>
      db.selectFrom('volumes').select(['fingerprint', 'name']).where('id', '=', location.volumeId).executeTakeFirst(),
    )
    if (!volume || this.#closing.signal.aborted) return
    const root = await checkRoot(location, volume, this.#deps.volumes)
    if (root.state === 'offline' || root.state === 'replaced') {
      if (location.state === 'offline' && location.error === root.reason) return
      this.#deps.log.warn({ location: location.id, reason: root.reason }, 'location offline')
      await this.unwatch(location.id)
      await locations.setState(location, 'offline', root.reason)
      return
    }
    const found = root.state === 'moved' ? await locations.rebase(location, { path: toPath(root.path) }) : location
    if (location.state === 'offline' || root.state === 'moved') {
      await locations.setState(found, 'pending', null)
      this.#deps.log.info({ location: location.id }, 'location is back')
      await this.#deps.enqueueScan(this.#find(location.id)!, { quickFirst: true })
    }
    if (location.lastScanAt !== null) await this.watch(this.#find(location.id) ?? found)
  }

  #find(locationId: string): KnownLocation | undefined {
    return this.#locations?.map.all().find((location) => location.id === locationId)
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
