import type { JobId } from '../domain/ids.ts'
import { assertPresent, checkRoot, type KnownLocation } from '../location/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { nameBytes, nameKey, type RawName } from '../util/file-name.ts'
import { orAborted } from '../volume/index.ts'
import { indexContent } from './index-content.ts'
import { nextStamp, scanRequest } from './index-run.ts'
import type { IndexingParts } from './indexing-parts.ts'
import { depthAt, toScope } from './location-scope.ts'
import { patienceSettings } from './patience.ts'

/** A folder that has changed. */
export interface ChangedFolder {
  readonly dir: RawName
  /** The changed names; null if any name in the folder may have changed. */
  readonly names: readonly RawName[] | null
  /** Whether everything below the folder may have changed too. */
  readonly subtree: boolean
}

interface Recording {
  readonly stop: AbortController
  readonly done: Promise<void>
}

/** Records changes that the watcher or a comparison reported, and queues the identification of changed contents. */
export class ChangeRecorder {
  readonly #parts: IndexingParts
  readonly #running = new Map<string, Set<Recording>>()
  /** Locations for which another run of identification is queued when the current run ends. */
  readonly #following = new Set<string>()

  constructor(parts: IndexingParts) {
    this.#parts = parts
  }

  /** Updates the rows of folders; with `subtree`, also of everything below. Contents are identified later. */
  async record(location: KnownLocation, changed: readonly ChangedFolder[], signal?: AbortSignal): Promise<void> {
    const stop = new AbortController()
    const { promise: done, resolve: settled } = Promise.withResolvers<void>()
    const recording = { stop, done }
    const all = this.#running.get(location.id) ?? new Set()
    this.#running.set(location.id, all.add(recording))
    try {
      await this.#record(location, changed, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal)
    } finally {
      settled()
      all.delete(recording)
      if (all.size === 0) this.#running.delete(location.id)
    }
    if (location.mode !== 'shallow') await this.#identifySoon(location)
  }

  /** Stops all recording for a location. Throws `Timeout` if the limit is reached first. */
  async stop(locationId: string, limit: AbortSignal): Promise<void> {
    const running = [...(this.#running.get(locationId) ?? [])]
    for (const { stop } of running) stop.abort()
    await orAborted(Promise.all(running.map(({ done }) => done)), limit, 'stopping to record changes')
  }

  /** Resolves when all files that are pending now have been identified, or could not be read. */
  async identified({ id: locationId }: KnownLocation, signal: AbortSignal): Promise<void> {
    const { jobs } = this.#parts
    const { id, merged } = await jobs.enqueue(indexContent, { locationId })
    await jobs.wait(id, signal)
    if (!merged) return
    const next = await jobs.enqueue(indexContent, { locationId })
    await jobs.wait(next.id, signal)
  }

  /**
   * Queues identification. If a run has already begun, it may have passed the files that just changed, so another run
   * is queued after it.
   */
  async #identifySoon({ id: locationId }: KnownLocation): Promise<void> {
    const { jobs } = this.#parts
    const { id, wasRunning } = await jobs.enqueue(indexContent, { locationId })
    if (wasRunning && !this.#following.has(locationId)) {
      this.#following.add(locationId)
      this.#follow(id, locationId).catch((err: unknown) => {
        // The library was closed, or the location was removed. The next start checks all files.
        this.#parts.log.debug({ location: locationId, err: errorMessage(err) }, 'no further identification queued')
      })
    }
  }

  async #follow(id: JobId, locationId: string): Promise<void> {
    try {
      await this.#parts.jobs.wait(id)
    } finally {
      this.#following.delete(locationId)
    }
    const location = this.#parts.locations.map.all().find((known) => known.id === locationId)
    if (location && location.state !== 'paused') await this.#identifySoon(location)
  }

  async #record(location: KnownLocation, changed: readonly ChangedFolder[], signal: AbortSignal): Promise<void> {
    const dirty = changed.toSorted((a, b) => nameBytes(a.dir).length - nameBytes(b.dir).length)
    // The mount table comes first: an unmounted volume leaves an empty folder, but nothing was deleted.
    assertPresent(location, await checkRoot(location, { ...this.#parts, signal }))
    const folders = dirty.map(({ dir, names }) => ({ dir, names, depth: depthAt(location, dir) }))
    await this.#parts.worker.request(
      'refresh',
      { scope: toScope(location), dirty: folders, ...patienceSettings(this.#parts, location.path) },
      { signal, onWarning: this.#warner(location) },
    )
    for (const { dir, subtree } of dirty) if (subtree) await this.#scanBelow(location, dir, signal)
  }

  async #scanBelow(location: KnownLocation, dir: RawName, signal: AbortSignal): Promise<void> {
    const request = scanRequest(this.#parts, location, {
      dir,
      recursive: true,
      startedAt: await nextStamp(this.#parts),
      // If the root is suddenly empty, trust that only if the user asks for it, as `force` does.
      force: nameKey(dir) !== nameKey(location.path),
      threads: 0,
      trustFingerprints: true,
      trustTimes: false,
    })
    if (!request) return
    const options = { signal, onWarning: this.#warner(location) }
    await this.#parts.worker.request('scan', request, options).catch((err: unknown) => {
      // The folder is gone again: an event of its parent reports that.
      if (!(err instanceof CoreError && (err.code === 'Offline' || err.code === 'Conflict'))) throw err
    })
  }

  #warner(location: KnownLocation) {
    return (warning: { code: string; message: string; path: string }) =>
      this.#parts.log.warn({ location: location.id, ...warning }, 'change not recorded')
  }
}
