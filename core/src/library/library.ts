import { existsSync, mkdirSync, statSync } from 'node:fs'
import type { Device, LibraryId } from '../domain/index.ts'
import { Device as DeviceShape } from '../domain/index.ts'
import { migrate, migrationState, kyselyOver, openDatabase } from '../db/index.ts'
import type { EventBus, EventData, EventType } from '../events/index.ts'
import { EntryReader, Files } from '../files/index.ts'
import { indexContent, Indexing, indexLocation, type IntelligencePort, IndexWorker } from '../indexing/index.ts'
import type { Changes } from '../indexing/index.ts'
import { JobManager } from '../jobs/index.ts'
import { LocationKeeper, Locations } from '../location/index.ts'
import { NameSearch } from '../search/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { displayName } from '../util/file-name.ts'
import type { Logger } from '../util/logger.ts'
import { takeLock } from '../util/lock-file.ts'
import { uuidToBlob } from '../util/uuid.ts'
import { LibraryVolumes, type VolumeManager } from '../volume/index.ts'
import { backUp } from './backup.ts'
import { migrations } from './db/migrations/index.ts'
import { libraryFiles, type Manifest, readManifest } from './manifest.ts'
import { LibraryStore } from './store.ts'

export interface LibraryDeps {
  readonly path: string
  readonly readOnly: boolean
  readonly device: Device
  readonly volumes: VolumeManager
  readonly events: EventBus
  readonly intelligence: readonly IntelligencePort[]
  readonly settings: LibrarySettings
  readonly now: () => number
  readonly log: Logger
}

/** What the configuration says about how a library works. */
export interface LibrarySettings {
  readonly walkers: number
  readonly hashers: number
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
  readonly deviceRowId: number
  readonly #parts: AsyncDisposableStack
  #manifest: Manifest

  private constructor(
    of: Pick<
      Library,
      'path' | 'readOnly' | 'store' | 'jobs' | 'volumes' | 'locations' | 'indexing' | 'files' | 'search' | 'deviceRowId'
    > & { manifest: Manifest; parts: AsyncDisposableStack },
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
    this.deviceRowId = of.deviceRowId
    this.#manifest = of.manifest
    this.#parts = of.parts
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
   * Opens a library folder: takes its lock, brings its database up to date (after a backup), and goes on with its jobs.
   * Throws `NotFound`, `Locked`, `VersionMismatch` or `Corrupt`.
   */
  static async open(deps: LibraryDeps): Promise<Library> {
    const { path, readOnly, device, volumes, events, settings, now, log } = deps
    const files = libraryFiles(path)
    const manifest = await readManifest(path)
    await using parts = new AsyncDisposableStack()
    if (!readOnly) parts.use(takeLock(files.lock, `library ${manifest.name}`))
    if (!readOnly) await bringUpToDate(path, manifest.name, log)
    const emit = <T extends EventType>(type: T, data: EventData<T>) => events.emit(type, data, manifest.id)
    const store = parts.use(new LibraryStore({ file: files.database, readOnly, emit }))
    const deviceRowId = readOnly ? 0 : await recordDevice(store, device, now())
    const libraryVolumes = parts.use(await LibraryVolumes.open({ store, volumes, deviceRowId, now, log }))
    const onChanges = (changes: Changes) => announce(changes)
    const worker = parts.use(
      new IndexWorker({ file: files.database, readOnly, log, lease: () => store.lease(), onChanges }),
    )
    const { intelligence } = deps
    const { walkers, hashers, debounceMs } = settings
    const indexing = new Indexing({ store, worker, volumes, intelligence, now, log, walkers, hashers })
    const jobs = parts.use(
      await JobManager.open<Library>({
        file: readOnly ? ':memory:' : files.jobs,
        logDir: files.jobLogs,
        definitions: [indexLocation, indexContent],
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
      now,
      log,
      background,
    })
    indexing.connect({ jobs, locations })
    const reader = new EntryReader({ store, locations: () => locations.map })
    const fileViews = new Files({ store, reader, locations: () => locations.map, indexing, volumes, device, log })
    const search = parts.use(
      new NameSearch({
        file: files.database,
        log,
        now,
        locations: () => locations.map,
        toEntries: async (ids) => reader.byIds(ids),
        folder: (folder, signal) => fileViews.searched(folder, signal),
      }),
    )
    function announce(changes: Changes): void {
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
      parts: parts.move(),
    })
    if (!readOnly) {
      jobs.start(library)
      keeper.start(locations)
    }
    return library
  }

  /** The devices that have opened this library. */
  async listDevices(): Promise<Device[]> {
    const rows = await this.store.read((db) => db.selectFrom('devices').selectAll().orderBy('name').execute())
    return rows.map((row) =>
      DeviceShape.parse({ ...(JSON.parse(row.details) as object), name: row.name, slug: row.slug }),
    )
  }

  /** Stops what runs, in the order that loses nothing, and gives the lock back. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }
}

async function bringUpToDate(path: string, name: string, log: Logger): Promise<void> {
  const files = libraryFiles(path)
  mkdirSync(files.sidecars, { recursive: true })
  // SQLite would take an empty file for a new database; the jobs' is made after it.
  if (existsSync(files.jobs) && !((statSync(files.database, { throwIfNoEntry: false })?.size ?? 0) > 0))
    throw new CoreError('Corrupt', `${files.database} is empty or gone`)
  const db = openDatabase(files.database)
  try {
    const kysely = kyselyOver<unknown>(db)
    const { pending } = await migrationState(kysely, migrations)
    if (pending.length > 0 && pending.length < Object.keys(migrations).length) {
      const backup = await backUp({ database: files.database, dir: files.backups })
      log.info({ backup: backup.path, pending }, 'backed up before the database changes its form')
    }
    await migrate(kysely, migrations, `library ${name}`)
  } finally {
    db.close()
  }
}

async function recordDevice(store: LibraryStore, device: Device, now: number): Promise<number> {
  return store.write(async ({ db }) => {
    const values = { name: device.name, details: JSON.stringify(device), last_seen_at: now }
    const known = await db
      .selectFrom('devices')
      .select('id')
      .where('uuid', '=', uuidToBlob(device.id))
      .executeTakeFirst()
    if (known) {
      await db.updateTable('devices').set(values).where('id', '=', known.id).execute()
      return known.id
    }
    const slug = await freeSlug(device.slug, async (candidate) => {
      const taken = await db.selectFrom('devices').select('id').where('slug', '=', candidate).executeTakeFirst()
      return taken !== undefined
    })
    const added = { ...values, uuid: uuidToBlob(device.id), slug, created_at: now }
    const { id } = await db.insertInto('devices').values(added).returning('id').executeTakeFirstOrThrow()
    return id
  })
}

async function freeSlug(slug: string, isTaken: (slug: string) => Promise<boolean>): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? slug : `${slug}-${n}`
    if (!(await isTaken(candidate))) return candidate
  }
}
