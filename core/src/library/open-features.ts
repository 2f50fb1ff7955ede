import { EntryReader } from '../entries/index.ts'
import type { EventData, EventType } from '../events/index.ts'
import { Copies, Files } from '../files/index.ts'
import { indexContent, Indexing, indexLocation, type IntelligencePort } from '../indexing/index.ts'
import { JobManager } from '../jobs/index.ts'
import { checkRoot, LocationRecords, Locations } from '../location/index.ts'
import { Overview } from '../overview/index.ts'
import { indexSidecars, NameSearch } from '../search/index.ts'
import {
  convertReferences,
  fetchSidecars,
  findReferences,
  generateSidecars,
  References,
  Sidecars,
  SidecarWatch,
} from '../sidecars/index.ts'
import { LibraryStore, ReadThread } from '../store/index.ts'
import { errorMessage } from '../util/errors.ts'
import { LibraryVolumes } from '../volume/index.ts'
import { LocationKeeper } from '../watching/index.ts'
import { announceEntries } from './announce-entries.ts'
import { keepIdentity } from './identity.ts'
import { recordDevice } from './library-devices.ts'
import type { CurrentManifest, Library, LibraryDeps } from './library.ts'
import { libraryFiles } from './manifest.ts'

/**
 * The arguments of every open function. Each function adds its parts to `parts`, which closes them in reverse order.
 */
interface Opening {
  readonly deps: LibraryDeps
  readonly current: CurrentManifest
  readonly parts: AsyncDisposableStack
  readonly files: ReturnType<typeof libraryFiles>
  readonly store: LibraryStore
  readonly deviceRowId: number
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
}

type Base = Awaited<ReturnType<typeof openBase>>
type WithIndexing = Base & { readonly indexing: Indexing }
type WithSidecars = WithIndexing & ReturnType<typeof openSidecars>

/** Opens the parts of a library in the order of their dependencies. */
export async function openFeatures(of: Pick<Opening, 'deps' | 'current' | 'parts'>) {
  const opening = await openStore(of)
  const base = await openBase(opening)
  // Filled below, because sidecars and references also need the indexing parts, which are created first.
  const intelligence: IntelligencePort[] = [...of.deps.intelligence]
  const indexing = openIndexing(opening, base, intelligence)
  const { keeper, locations } = openLocations(opening, { ...base, indexing })
  const { references, sidecars } = openSidecars(opening, { ...base, indexing })
  intelligence.push(
    {
      prepare: () => {
        if (of.deps.generators(of.current.manifest.settings).length > 0) of.deps.sidecarPools.prepare()
      },
      queue: (location, signal) => sidecars.queue.fill(location, signal),
    },
    { queue: (_location, signal) => references.queue(signal) },
  )
  const views = openViews(opening, { ...base, indexing, references, sidecars })
  opening.parts.use(announceEntries({ ...opening, ...base }))
  const { deviceRowId, store } = opening
  const { jobs, volumes } = base
  return { deviceRowId, store, jobs, volumes, indexing, keeper, locations, references, sidecars, ...views }
}

async function openStore({ current, deps, parts }: Pick<Opening, 'deps' | 'current' | 'parts'>): Promise<Opening> {
  const { device, events, log, now, path, readOnly } = deps
  const files = libraryFiles(path)
  const emit = <T extends EventType>(type: T, data: EventData<T>) => events.emit(type, data, current.manifest.id)
  const store = parts.use(new LibraryStore({ file: files.database, readOnly, emit, log }))
  if (!readOnly) await keepIdentity(store, current.manifest)
  const deviceRowId = readOnly ? 0 : await recordDevice(store, device(), now())
  return { current, deps, parts, files, store, deviceRowId, emit }
}

/** Opens volumes, jobs, and the rows of locations and entries. */
async function openBase({ deps, deviceRowId, emit, files, parts, store }: Opening) {
  const { log, now, readOnly, settings } = deps
  const volumes = parts.use(await LibraryVolumes.open({ store, volumes: deps.volumes, deviceRowId, now, log }))
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
  const waiting = (locationId: string) => jobs.waiting().find(({ subject }) => subject === locationId)?.waiting ?? null
  const records = parts.use(new LocationRecords({ store, waiting }))
  const reader = new EntryReader({ store, locations: () => records.map })
  return { volumes, jobs, records, reader }
}

function openIndexing(
  { deps, emit, parts, store }: Opening,
  { jobs, records }: Base,
  intelligence: readonly IntelligencePort[],
): Indexing {
  const { log, now, settings, volumes } = deps
  const { answerMs, hashers, walkers } = settings
  return parts.use(
    new Indexing({
      store,
      jobs,
      locations: records,
      volumes,
      intelligence,
      emit,
      now,
      log,
      walkers,
      hashers,
      answerMs,
    }),
  )
}

function openLocations({ deps, emit, parts, store }: Opening, { indexing, records, volumes }: WithIndexing) {
  const { log, now, privateFiles, settings } = deps
  const keeper = parts.use(
    new LocationKeeper({
      store,
      records,
      volumes: deps.volumes,
      log,
      debounceMs: settings.debounceMs,
      enabled: settings.watch,
      emit,
      refresh: (location, dirty, signal) => indexing.refresh(location, dirty, signal),
      enqueueScan: (location, options) => indexing.enqueueScan(location, options),
    }),
  )
  const locations = parts.use(
    new Locations({
      store,
      records,
      volumes,
      checkRoot: (location) => checkRoot(location, { store, volumes: deps.volumes }),
      indexer: indexing,
      watching: keeper,
      privateFiles,
      now,
      log,
      background: (work) =>
        void work().catch((err: unknown) => log.warn({ err: errorMessage(err) }, 'background work failed')),
    }),
  )
  return { keeper, locations }
}

function openSidecars(opening: Opening, { indexing, jobs, reader, records }: WithIndexing) {
  const { current, deps, emit, files, parts, store } = opening
  const policy = () => deps.sidecarPolicy(current.manifest.settings)
  const { foreground, isMetered, log, machine, now, privateFiles } = deps
  const common = { store, reader, root: files.sidecars, jobs: () => jobs, locations: () => records.map, now, log }
  const watch = parts.use(new SidecarWatch({ root: files.sidecars, log }))
  const references = parts.use(
    new References({
      ...common,
      refresh: (location, folders, signal) => indexing.refresh(location, folders, signal),
      policy,
      disk: deps.userDisk,
      watch,
    }),
  )
  // A separate thread: parsing a large text must not delay listings or statistics.
  const texts = parts.use(new ReadThread({ file: files.database, name: 'texts' }))
  const sidecars = parts.use(
    new Sidecars({
      ...common,
      privateFiles,
      references,
      pools: deps.sidecarPools,
      watch,
      generators: () => deps.generators(current.manifest.settings),
      select: (sql, ...params) => store.bulk.select(sql, ...params),
      change: (sql, ...params) => store.bulk.change(sql, ...params),
      read: (url, reading, input, signal) => texts.run(url, reading, input, signal),
      indexTexts: (check, signal) => indexSidecars(store.bulk, { root: files.sidecars, check }, signal),
      policy,
      limits: deps.sidecarLimits,
      peers: () => deps.peerSidecarsOf(current.manifest.id),
      machine,
      foreground,
      isMetered,
      emit,
    }),
  )
  return { references, sidecars }
}

/** Opens the parts that only read: listings, copies, overview and search. */
function openViews(
  { deps, files, parts, store }: Opening,
  { indexing, reader, records, sidecars, volumes }: WithSidecars,
) {
  const { device, foreground, log, now } = deps
  const listings = parts.use(new ReadThread({ file: files.database, name: 'listings' }))
  const fileViews = new Files({
    store,
    reader,
    locations: () => records.map,
    indexing,
    volumes: deps.volumes,
    // A getter, because the device's name may change.
    get device() {
      return device()
    },
    sidecarsOf: (contentId) => sidecars.views.list(contentId),
    thumbsOf: (contentIds) => sidecars.views.thumbs(contentIds),
    read: (url, reading, input, signal) => foreground.during(() => listings.run(url, reading, input, signal)),
    log,
  })
  // A separate thread: statistics may take a second, and must not delay listings.
  const figures = parts.use(new ReadThread({ file: files.database, name: 'figures' }))
  const view = {
    store,
    reader,
    folder: (at: string) => fileViews.folder(at),
    addThumbs: (entries: Parameters<Files['addThumbs']>[0]) => fileViews.addThumbs(entries),
    read: figures.run.bind(figures),
    now,
  }
  const locations = () => records.map
  const search = parts.use(
    new NameSearch({
      file: files.database,
      changes: store.changes,
      sidecars: files.sidecars,
      now,
      locations,
      toEntries: async (ids) => reader.byIds(ids),
      meaningOf: deps.meaningOf,
      addThumbs: view.addThumbs,
      folder: (folder, signal) => fileViews.searched(folder, signal),
    }),
  )
  return {
    files: fileViews,
    copies: new Copies({ ...view, volumes: deps.volumes }),
    overview: new Overview({ ...view, locations, volumes }),
    search,
  }
}
