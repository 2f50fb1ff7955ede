import type { Device, LibraryId, ListedDevice } from '../domain/index.ts'
import type { EventBus, EventData, EventType } from '../events/index.ts'
import { EntryReader } from '../entries/index.ts'
import { Copies, Files } from '../files/index.ts'
import { indexContent, Indexing, indexLocation, type IntelligencePort, IndexWorker } from '../indexing/index.ts'
import type { Changes } from '../indexing/index.ts'
import { JobManager } from '../jobs/index.ts'
import { type KnownLocation, Locations } from '../location/index.ts'
import { LocationKeeper } from '../watching/index.ts'
import { NameSearch, type NameSearchDeps } from '../search/index.ts'
import {
  convertReferences,
  type DevicePolicy,
  type Elsewhere,
  findReferences,
  fetchSidecars,
  generateSidecars,
  type Generator,
  References,
} from '../sidecars/index.ts'
import { type SidecarLimits, type SidecarPools, Sidecars } from '../sidecars/index.ts'
import { Overview } from '../overview/index.ts'
import type { UserDisk } from '../sources/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { displayName } from '../util/file-name.ts'
import type { Logger } from '../util/logger.ts'
import type { Foreground } from '../util/foreground.ts'
import type { Machine } from '../util/machine.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import { takeLock } from '../util/lock-file.ts'
import { LibraryVolumes, type VolumeManager } from '../volume/index.ts'
import { listDevices, recordDevice } from './library-devices.ts'
import { keepIdentity } from './identity.ts'
import { libraryFiles, type Manifest, readManifest } from './manifest.ts'
import { prepareDatabase } from './prepare-database.ts'
import { changeOf, lookAtLibrary, type OnDisk } from './presence.ts'
import { LibraryStore, ReadThread } from '../store/index.ts'

export interface LibraryDeps {
  readonly path: string
  readonly readOnly: boolean
  readonly device: () => Device
  readonly volumes: VolumeManager
  readonly events: EventBus
  readonly intelligence: readonly IntelligencePort[]
  readonly sidecarPools: SidecarPools
  /** The embedding of a query in the selected model. */
  readonly meaningOf: NonNullable<NameSearchDeps['meaningOf']>
  readonly generators: () => readonly Generator[]
  readonly sidecarPolicy: () => DevicePolicy
  readonly sidecarLimits: () => SidecarLimits
  /** The sidecars of a library on other devices; null if the library is on no other device. */
  readonly sidecarsElsewhere: (library: LibraryId) => Elsewhere | null
  readonly machine: Machine
  /** The files of Spacedrive itself. They cannot be a location or the source of a sidecar. */
  readonly privateFiles: PrivateFiles
  /** The disk on which files of users are moved. */
  readonly userDisk: UserDisk
  /** Whether the network connection is metered. */
  readonly isMetered: () => Promise<boolean>
  /** Knows whether a user is waiting for this process. */
  readonly foreground: Foreground
  readonly settings: LibrarySettings
  readonly now: () => number
  readonly log: Logger
}

/** The settings of a library. */
export interface LibrarySettings {
  readonly walkers: number
  readonly hashers: number
  /** See `IndexingDeps`. */
  readonly answerMs?: number | undefined
  readonly watch: boolean
  readonly debounceMs: number
  readonly keepEndedJobs: number
}

/** One open library: a folder with its database, its jobs, and the features that work on it. */
export class Library implements AsyncDisposable {
  readonly path: string
  readonly readOnly: boolean
  readonly store: LibraryStore
  readonly jobs: JobManager
  readonly volumes: LibraryVolumes
  readonly locations: Locations
  readonly indexing: Indexing
  readonly files: Files
  readonly search: NameSearch
  readonly copies: Copies
  readonly overview: Overview
  readonly sidecars: Sidecars
  readonly references: References
  readonly deviceRowId: number
  readonly #parts: AsyncDisposableStack
  readonly #device: () => Device
  readonly #now: () => number
  #manifest: Manifest
  #onDisk: OnDisk | null = null

  private constructor(
    of: Pick<
      Library,
      | 'path'
      | 'readOnly'
      | 'store'
      | 'jobs'
      | 'volumes'
      | 'locations'
      | 'indexing'
      | 'files'
      | 'search'
      | 'copies'
      | 'overview'
      | 'sidecars'
      | 'references'
      | 'deviceRowId'
    > & { manifest: Manifest; parts: AsyncDisposableStack; device: () => Device; now: () => number },
  ) {
    this.path = of.path
    this.readOnly = of.readOnly
    this.store = of.store
    this.jobs = of.jobs
    this.volumes = of.volumes
    this.locations = of.locations
    this.indexing = of.indexing
    this.files = of.files
    this.search = of.search
    this.copies = of.copies
    this.overview = of.overview
    this.sidecars = of.sidecars
    this.references = of.references
    this.deviceRowId = of.deviceRowId
    this.#manifest = of.manifest
    this.#parts = of.parts
    this.#device = of.device
    this.#now = of.now
  }

  get id(): LibraryId {
    return this.#manifest.id
  }

  get name(): string {
    return this.#manifest.name
  }

  get manifest(): Manifest {
    return this.#manifest
  }

  set manifest(manifest: Manifest) {
    this.#manifest = manifest
  }

  /**
   * Opens a library folder: takes its lock, migrates its database (after a backup), and resumes its jobs. Throws
   * `NotFound`, `Locked`, `VersionMismatch` or `Corrupt`.
   */
  static async open(deps: LibraryDeps): Promise<Library> {
    const { path, readOnly, device, volumes, events, settings, now, log } = deps
    const files = libraryFiles(path)
    const manifest = await readManifest(path, { readOnly })
    await using parts = new AsyncDisposableStack()
    if (!readOnly) parts.use(takeLock(files.lock, `library ${manifest.name}`))
    await prepareDatabase({ path, name: manifest.name, readOnly, now, log })
    const emit = <T extends EventType>(type: T, data: EventData<T>) => events.emit(type, data, manifest.id)
    const store = parts.use(new LibraryStore({ file: files.database, readOnly, emit }))
    if (!readOnly) await keepIdentity(store, manifest)
    const deviceRowId = readOnly ? 0 : await recordDevice(store, device(), now())
    const libraryVolumes = parts.use(await LibraryVolumes.open({ store, volumes, deviceRowId, now, log }))
    const onChanges = (changes: Changes) => announce(changes)
    const worker = parts.use(
      new IndexWorker({ file: files.database, readOnly, log, lease: () => store.lease(), onChanges }),
    )
    const intelligence = [
      ...deps.intelligence,
      { queue: (location: KnownLocation, signal: AbortSignal) => sidecars.queue(location, signal) },
      { queue: (_location: KnownLocation, signal: AbortSignal) => references.queue(signal) },
      // Media metadata changes no entry, so the overview must be told separately.
      { queue: async () => (overview.changed(), 0) },
    ]
    const { walkers, hashers, answerMs, debounceMs } = settings
    const indexing = new Indexing({
      store,
      worker,
      volumes,
      intelligence,
      emit,
      now,
      log,
      walkers,
      hashers,
      answerMs,
    })
    const jobs = parts.use(
      await JobManager.open<Library>({
        file: readOnly ? null : files.jobs,
        logDir: files.jobLogs,
        definitions: [indexLocation, indexContent, generateSidecars, fetchSidecars, findReferences, convertReferences],
        emit,
        log,
        now,
        limits: { keptJobs: settings.keepEndedJobs },
      }),
    )
    const keeper = parts.use(
      new LocationKeeper({
        store,
        volumes,
        log,
        debounceMs,
        enabled: settings.watch,
        emit,
        refresh: (location, dirty, signal) => indexing.refresh(location, dirty, signal),
        enqueueScan: (location, options) => indexing.enqueueScan(location, options),
      }),
    )
    const background = (work: () => Promise<void>) =>
      void work().catch((err: unknown) => log.warn({ err: errorMessage(err) }, 'background work failed'))
    const locations = await Locations.open({
      store,
      volumes: libraryVolumes,
      indexer: indexing,
      watching: keeper,
      privateFiles: deps.privateFiles,
      waiting: (locationId) => jobs.waiting().find(({ subject }) => subject === locationId)?.waiting ?? null,
      now,
      log,
      background,
    })
    indexing.connect({ jobs, locations })
    const reader = new EntryReader({ store, locations: () => locations.map })
    const references = parts.use(
      new References({
        store,
        reader,
        root: files.sidecars,
        refresh: (location, folders, signal) => indexing.refresh(location, folders, signal),
        jobs: () => jobs,
        locations: () => locations.map,
        policy: deps.sidecarPolicy,
        disk: deps.userDisk,
        now,
        log,
      }),
    )
    // Parsing a large text must not delay listings or statistics.
    const texts = parts.use(new ReadThread({ file: files.database, name: 'texts', log }))
    const sidecars = parts.use(
      new Sidecars({
        store,
        reader,
        privateFiles: deps.privateFiles,
        references,
        pools: deps.sidecarPools,
        generators: deps.generators,
        root: files.sidecars,
        select: (sql, ...params) => indexing.select(sql, ...params),
        change: (sql, ...params) => indexing.change(sql, ...params),
        read: (url, reading, input, signal) => texts.run(url, reading, input, signal),
        indexTexts: async (check, signal) => void (await indexing.indexTexts(files.sidecars, { check }, signal)),
        jobs: () => jobs,
        locations: () => locations.map,
        policy: deps.sidecarPolicy,
        limits: deps.sidecarLimits,
        elsewhere: () => deps.sidecarsElsewhere(manifest.id),
        machine: deps.machine,
        foreground: deps.foreground,
        isMetered: deps.isMetered,
        now,
        log,
        emit,
      }),
    )
    const listings = parts.use(new ReadThread({ file: files.database, name: 'listings', log }))
    const fileViews = new Files({
      store,
      reader,
      locations: () => locations.map,
      indexing,
      volumes,
      // A getter, because the device's name may change.
      get device() {
        return device()
      },
      sidecarsOf: (contentId) => sidecars.list(contentId),
      thumbsOf: (contentIds) => sidecars.thumbs(contentIds),
      read: (url, reading, input, signal) => deps.foreground.during(() => listings.run(url, reading, input, signal)),
      log,
    })
    // Statistics have their own thread, because they may take a second and must not delay listings.
    const figures = parts.use(new ReadThread({ file: files.database, name: 'figures', log }))
    const copies = new Copies({
      store,
      reader,
      volumes,
      folder: (at) => fileViews.folder(at),
      addThumbs: (entries) => fileViews.addThumbs(entries),
      read: (url, reading, input) => figures.run(url, reading, input),
      now,
    })
    const overview = new Overview({
      store,
      reader,
      locations: () => locations.map,
      volumes: libraryVolumes,
      folder: (at) => fileViews.folder(at),
      addThumbs: (entries) => fileViews.addThumbs(entries),
      read: (url, reading, input) => figures.run(url, reading, input),
      now,
    })
    const search = parts.use(
      new NameSearch({
        file: files.database,
        sidecars: files.sidecars,
        log,
        now,
        locations: () => locations.map,
        toEntries: async (ids) => reader.byIds(ids),
        meaningOf: deps.meaningOf,
        addThumbs: (entries) => fileViews.addThumbs(entries),
        folder: (folder, signal) => fileViews.searched(folder, signal),
      }),
    )
    function announce(changes: Changes): void {
      indexing.changed(changes)
      if (changes.locations) background(() => locations.followRoots())
      fileViews.changed()
      copies.changed()
      overview.changed()
      search.applyChanges(changes)
      for (const folder of changes.folders ?? []) {
        const place = reader.folder(folder.directoryId)
        if (!place) continue
        const { created, modified, deleted } = folder
        emit('entries.changed', {
          locationId: place.location.id,
          path: displayName(place.dir),
          created: created as never,
          modified: modified as never,
          deleted: deleted as never,
        })
      }
      if (changes.folders === null)
        for (const { id, path: root } of locations.map.all())
          emit('tree.changed', { locationId: id, path: displayName(root) })
    }
    const library = new Library({
      path,
      readOnly,
      manifest,
      store,
      jobs,
      volumes: libraryVolumes,
      locations,
      indexing,
      deviceRowId,
      files: fileViews,
      search,
      copies,
      overview,
      sidecars,
      references,
      device,
      now,
      parts: parts.move(),
    })
    await library.lookAtDisk()
    if (!readOnly) {
      jobs.start(library)
      keeper.start(locations)
      if (settings.watch) background(() => sidecars.watch())
      background(() => sidecars.indexTexts())
    }
    return library
  }

  /** Whether its folder or the log of its database has disappeared since the last check. */
  async lookAtDisk(): Promise<'gone' | 'log' | null> {
    const now = await lookAtLibrary(this.path)
    const before = this.#onDisk ?? now
    // The log is created by the first connection and exists as long as one is open.
    this.#onDisk = { database: before.database, log: before.log ?? now.log }
    return now.database === null ? 'gone' : changeOf(before, now)
  }

  /** The devices that have opened this library, each with its data from the last time. */
  listDevices(): Promise<ListedDevice[]> {
    return listDevices(this.store, this.#device().id)
  }

  /** A device of the library by id, name or slug. Throws `NotFound`. */
  async findDevice(reference: string): Promise<Device> {
    const devices = await this.listDevices()
    const found = devices.find(({ id, name, slug }) => [id, name, slug].includes(reference))
    if (found) return found
    throw new CoreError('NotFound', `no device ${JSON.stringify(reference)}; see \`spacedrive device list\``)
  }

  /** Updates this device's row in the library. */
  async recordDevice(): Promise<void> {
    if (!this.readOnly) await recordDevice(this.store, this.#device(), this.#now())
  }

  /** Stops all activity in an order that loses no data, and releases the lock. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }
}
