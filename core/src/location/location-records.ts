import type { Location, LocationState } from '../domain/index.ts'
import type { LibraryStore } from '../store/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, nameBytes, parsePath, type RawName } from '../util/file-name.ts'
import type { Inode } from '../util/inode.ts'
import { blobToUuid } from '../util/uuid.ts'
import { type KnownLocation, LocationMap } from './location-map.ts'
import { didYouMean } from '../util/did-you-mean.ts'

export interface LocationRecordsDeps {
  readonly store: LibraryStore
  /** Why the jobs of a location cannot continue for now, as a sentence; null if they can. */
  readonly waiting: (locationId: string) => string | null
}

/** The rows of a library's locations: their settings and states. The map equals the database after every commit. */
export class LocationRecords implements Disposable {
  readonly #deps: LocationRecordsDeps
  readonly #subscription: Disposable
  #map: LocationMap

  constructor(deps: LocationRecordsDeps) {
    this.#deps = deps
    this.#map = LocationMap.load(deps.store.connection)
    this.#subscription = deps.store.changes.subscribe((changes) => {
      if (changes.touches('locations') || changes.entries.foldersMoved)
        this.#map = LocationMap.load(deps.store.connection)
    })
  }

  get map(): LocationMap {
    return this.#map
  }

  async list(): Promise<Location[]> {
    const locations = await Promise.all(this.#map.all().map((location) => this.toLocation(location)))
    return locations.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  async info(reference: string): Promise<Location> {
    return this.toLocation(this.require(reference))
  }

  /** The location with this id, name or path. Throws `NotFound`, or `Conflict` if several locations have the name. */
  require(reference: string): KnownLocation {
    const found = this.#map.find(parsePath(reference))
    if (found.length === 0)
      throw new CoreError('NotFound', `no location ${JSON.stringify(reference)}; ${this.#adviceOn(reference)}`)
    if (found.length > 1)
      throw new CoreError('Conflict', `${found.length} locations are called ${reference}; use the id or the path`)
    return found[0]!
  }

  #adviceOn(reference: string): string {
    const names = this.#map.all().flatMap(({ name, path }) => [name, displayName(path)])
    return didYouMean(reference, names, 'spacedrive location list')
  }

  /**
   * Records and announces a new state, if it differs from the old one. A paused location stays paused until it is
   * resumed.
   */
  async setState(location: KnownLocation, state: LocationState, error: string | null): Promise<void> {
    const current = this.#map.all().find((known) => known.id === location.id)
    if (current && current.state !== 'paused') await this.changeState(current, state, error)
  }

  /** Records and announces a new state, also of a paused location. */
  async changeState(location: KnownLocation, state: LocationState, error: string | null): Promise<void> {
    if (location.state === state && location.error === error) return
    await this.#deps.store.write(async ({ db, emit }) => {
      await db.updateTable('locations').set({ state, error }).where('id', '=', location.rowId).execute()
      emit('location.state-changed', { locationId: location.id, state, error })
    })
  }

  /** Records a successful scan: the rows show the state of the disk at the time `at`. */
  async scanned(location: KnownLocation, at: number): Promise<void> {
    await this.set(location, { last_scan_at: at })
    await this.setState(location, 'complete', null)
  }

  /** Records a replaced root, or a new mount point of the volume. */
  async rebase(location: KnownLocation, to: { path?: RawName; rootInode?: Inode }): Promise<KnownLocation> {
    return this.set(location, {
      ...(to.path === undefined ? {} : { path: nameBytes(to.path) }),
      ...(to.rootInode === undefined ? {} : { root_inode: to.rootInode }),
    })
  }

  async toLocation(known: KnownLocation): Promise<Location> {
    const row = this.#deps.store.connection
      .prepare(
        `select d.file_count, d.dir_count, d.symlink_count, d.other_count, d.total_size, v.uuid
         from directories d join volumes v on v.id = d.volume_id where d.id = ?`,
      )
      .get(known.directoryId)
    return {
      id: known.id,
      name: known.name,
      path: displayName(known.path),
      mode: known.mode,
      watch: known.watch,
      state: known.state,
      volumeId: row ? (blobToUuid(row['uuid'] as Uint8Array) as Location['volumeId']) : null,
      rules: [...known.rules.names],
      maxDepth: known.maxDepth,
      policy: known.policy,
      counts: {
        files: Number(row?.['file_count'] ?? 0),
        directories: Number(row?.['dir_count'] ?? 0),
        symlinks: Number(row?.['symlink_count'] ?? 0),
        others: Number(row?.['other_count'] ?? 0),
        bytes: Number(row?.['total_size'] ?? 0),
      },
      lastScanAt: known.lastScanAt === null ? null : new Date(known.lastScanAt).toISOString(),
      error: known.error ?? this.#deps.waiting(known.id),
    }
  }

  /** Changes columns of a location's row. */
  async set(location: KnownLocation, values: Partial<Record<string, unknown>>): Promise<KnownLocation> {
    await this.#deps.store.write(({ db }) =>
      db.updateTable('locations').set(values).where('id', '=', location.rowId).execute(),
    )
    return this.require(location.id)
  }

  /** Raises an event about a location. */
  async announce(type: 'location.added' | 'location.updated', location: Location): Promise<void> {
    await this.#deps.store.write(async ({ emit }) => emit(type, location))
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }
}
