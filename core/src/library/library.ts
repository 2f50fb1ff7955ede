import type { StoredSettings } from '../config/index.ts'
import type { Device, LibraryId, ListedDevice } from '../domain/index.ts'
import type { EventBus } from '../events/index.ts'
import type { Copies, Files } from '../files/index.ts'
import type { Indexing, IntelligencePort } from '../indexing/index.ts'
import type { JobManager } from '../jobs/index.ts'
import type { Locations } from '../location/index.ts'
import type { Overview } from '../overview/index.ts'
import type { NameSearch, NameSearchDeps } from '../search/index.ts'
import type {
  DevicePolicy,
  PeerSidecars,
  Generator,
  References,
  SidecarLimits,
  SidecarPools,
  Sidecars,
} from '../sidecars/index.ts'
import type { UserDisk } from '../sources/index.ts'
import type { LibraryStore } from '../store/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import type { Foreground } from '../util/foreground.ts'
import { takeLock } from '../util/lock-file.ts'
import type { Logger } from '../util/logger.ts'
import type { Machine } from '../util/machine.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import type { LibraryVolumes, VolumeManager } from '../volume/index.ts'
import { listDevices, recordDevice } from './library-devices.ts'
import { libraryFiles, type Manifest, readManifest } from './manifest.ts'
import { openFeatures } from './open-features.ts'
import { prepareDatabase } from './prepare-database.ts'
import { changeOf, lookAtLibrary, type OnDisk } from './presence.ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { hasPartialId } from '../util/partial-id.ts'

export interface LibraryDeps {
  readonly path: string
  readonly readOnly: boolean
  readonly device: () => Device
  readonly volumes: VolumeManager
  readonly events: EventBus
  readonly intelligence: readonly IntelligencePort[]
  readonly sidecarPools: SidecarPools
  /** Computes the embedding of a query with the configured model. */
  readonly meaningOf: NonNullable<NameSearchDeps['meaningOf']>
  /** The generators, with the settings of the library. */
  readonly generators: (settings: StoredSettings) => readonly Generator[]
  /** The default choices of this device, combined with the settings of the library. */
  readonly sidecarPolicy: (settings: StoredSettings) => DevicePolicy
  readonly sidecarLimits: () => SidecarLimits
  /** The sidecars of a library on other devices; null if it has no other members. */
  readonly peerSidecarsOf: (library: LibraryId) => PeerSidecars | null
  readonly machine: Machine
  /** The files of Spacedrive itself. They cannot be a location, and no sidecars are made of them. */
  readonly privateFiles: PrivateFiles
  /** The disk on which the user's files are moved. */
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
  /** See `IndexingDeps.answerMs`. */
  readonly answerMs?: number | undefined
  readonly watch: boolean
  readonly debounceMs: number
  readonly keepEndedJobs: number
}

/** The current manifest of an open library. */
export interface CurrentManifest {
  manifest: Manifest
}

/** An open library: a folder with its database, its jobs, and the features that work on it. */
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
  readonly #current: CurrentManifest
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
    > & { current: CurrentManifest; parts: AsyncDisposableStack; device: () => Device; now: () => number },
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
    this.#current = of.current
    this.#parts = of.parts
    this.#device = of.device
    this.#now = of.now
  }

  get id(): LibraryId {
    return this.#current.manifest.id
  }

  get name(): string {
    return this.#current.manifest.name
  }

  get manifest(): Manifest {
    return this.#current.manifest
  }

  set manifest(manifest: Manifest) {
    this.#current.manifest = manifest
  }

  /**
   * Opens a library folder: takes its lock, migrates its database (after a backup), and resumes its jobs. Throws
   * `NotFound`, `Locked`, `VersionMismatch` or `Corrupt`.
   */
  static async open(deps: LibraryDeps): Promise<Library> {
    const { path, readOnly, device, settings, now, log } = deps
    const manifest = await readManifest(path, { readOnly })
    await using parts = new AsyncDisposableStack()
    if (!readOnly) parts.use(takeLock(libraryFiles(path).lock, `library ${manifest.name}`))
    await prepareDatabase({ path, name: manifest.name, readOnly, now, log })
    const current = { manifest }
    const { keeper, ...features } = await openFeatures({ deps, current, parts })
    const library = new Library({ ...features, path, readOnly, current, device, now, parts: parts.move() })
    await library.lookAtDisk()
    if (readOnly) return library
    features.jobs.start(library)
    keeper.start(features.locations)
    const background = (work: () => Promise<void>) =>
      void work().catch((err: unknown) => log.warn({ err: errorMessage(err) }, 'background work failed'))
    if (settings.watch) background(() => features.sidecars.upkeep.watch())
    background(() => features.sidecars.upkeep.indexTexts())
    return library
  }

  /** Whether its folder or the WAL of its database has disappeared since the last check. */
  async lookAtDisk(): Promise<'gone' | 'log' | null> {
    const now = await lookAtLibrary(this.path)
    const before = this.#onDisk ?? now
    // The first connection creates the WAL, which exists as long as a connection is open.
    this.#onDisk = { database: before.database, log: before.log ?? now.log }
    return now.database === null ? 'gone' : changeOf(before, now)
  }

  /** The devices that have opened this library. The data of each are from its last time. */
  listDevices(): Promise<ListedDevice[]> {
    return listDevices(this.store, this.#device().id)
  }

  /** A device of the library by id, name or slug. Throws `NotFound`. */
  async findDevice(reference: string): Promise<Device> {
    const devices = await this.listDevices()
    const found = devices.find(({ id, name, slug }) => [id, name, slug].includes(reference))
    if (found) return found
    const [partial, another] = devices.filter(({ id }) => hasPartialId(id, reference))
    if (partial && !another) return partial
    if (another) throw new CoreError('Conflict', `several devices have ids with ${reference}; use the name`)
    const names = devices.flatMap(({ name, slug }) => [name, slug])
    throw new CoreError(
      'NotFound',
      `no device ${JSON.stringify(reference)}; ${didYouMean(reference, names, 'spacedrive device list')}`,
    )
  }

  /** Updates this device's row in the library. */
  async recordDevice(): Promise<void> {
    if (!this.readOnly) await recordDevice(this.store, this.#device(), this.#now())
  }

  /** Stops all activity, in an order in which no data are lost, and releases the lock. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }
}
