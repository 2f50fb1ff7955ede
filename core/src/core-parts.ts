import { join } from 'node:path'
import { type Config, ConfigManager, type StoredSettings } from './config/index.ts'
import type { CoreOptions } from './core.ts'
import type { CoreHost } from './host.ts'
import { DeviceManager } from './device/index.ts'
import { generatedKinds } from './domain/index.ts'
import { EventBus } from './events/index.ts'
import { Archives, Comparisons, PlainView } from './files/index.ts'
import { browseAlone, listAlone, lookAtAlone, resolveFolder } from './indexing/index.ts'
import { type Library, LibraryManager, OwnDisk } from './library/index.ts'
import {
  DeviceFiles,
  Fetches,
  IrohTransport,
  Network,
  receiveFolder,
  serveFiles,
  sharedFolders,
  systemClock,
} from './network/index.ts'
import {
  addedEngines,
  type DevicePolicy,
  Documents,
  Engines,
  type Generator,
  makeGenerators,
  QueryEmbedder,
  SidecarPools,
} from './sidecars/index.ts'
import { Sources, userDisk } from './sources/index.ts'
import { suggestedPlaces } from './suggested-places.ts'
import { errorMessage } from './util/errors.ts'
import { Foreground } from './util/foreground.ts'
import { type Logger, silentLogger } from './util/logger.ts'
import { systemMachine } from './util/machine.ts'
import { isMetered } from './util/metered.ts'
import { PrivateFiles } from './util/private-files.ts'
import { removeTree } from './util/remove-tree.ts'
import { createVolumeDetector, VolumeManager } from './volume/index.ts'

export interface CoreParts {
  readonly dataDir: string
  readonly host: CoreHost
  readonly log: Logger
  readonly now: () => number
  readonly events: EventBus
  readonly config: ConfigManager
  readonly device: DeviceManager
  readonly volumes: VolumeManager
  readonly privateFiles: PrivateFiles
  readonly decoders: Decoders
  readonly comparisons: Comparisons
  /** The generators that the current configuration enables. */
  readonly generators: (settings?: StoredSettings) => readonly Generator[]
  readonly engines: Engines
  readonly libraries: LibraryManager
  readonly network: Network
  /** Reads files of this device and of other devices, by paths and addresses. */
  readonly sources: Sources<Library>
  readonly fetches: Fetches<Library>
}

/** The processes that read files which may be hostile. */
interface Decoders {
  readonly sidecarPools: SidecarPools
  readonly archives: Archives
  readonly documents: Documents
}

/** The parts that one open function uses. */
type Uses<N extends keyof CoreParts> = Pick<CoreParts, N>

/**
 * Opens all parts of an engine in order; each part gets the earlier ones that it needs. `stack` closes them in reverse
 * order.
 */
export async function openParts(options: CoreOptions, stack: AsyncDisposableStack): Promise<CoreParts> {
  const { dataDir, log = silentLogger, now = Date.now } = options
  const host = options.host ?? { version: '0.0.0', instance: 'default', logFile: null }
  const base = { dataDir, host, log, now }
  const events = stack.use(new EventBus({ log, now }))
  // The first deferred function runs last. So this event comes after the events of all other parts.
  stack.defer(() => events.emit('core.stopped', {}))
  const config = options.config ?? (await ConfigManager.open({ dataDir, log }))
  const device = await openDevice(base)
  const volumes = stack.use(await openVolumes(options, { log, events, config, device }))
  const privateFiles = new PrivateFiles(dataDir, () => sharedFolders({ chosen: config.values.network.receiveFolder }))
  // Created before the libraries, and so closed after them, because the libraries use the pools.
  const decoders = await openDecoders(options, { dataDir, log, config, volumes, privateFiles }, stack)
  const comparisons = stack.use(new Comparisons({ guard: privateFiles, look: volumes.look.bind(volumes) }))
  const queries = stack.use(new QueryEmbedder(() => config.values.embeddings))
  const folder = join(dataDir, 'engines')
  const generators = (settings: StoredSettings = {}) =>
    options.generators ?? makeGenerators(config.valuesOf(settings), addedEngines(folder))
  const pools = decoders.sidecarPools
  const engines = new Engines({ folder, temporary: join(dataDir, DECODERS), config, generators, pools, queries })
  let others: Network | null = null
  const used = { ...base, events, config, device, volumes, privateFiles, decoders, comparisons, generators, engines }
  const libraries = stack.use(await openLibraries(options, { ...used, queries, network: () => others }))
  // Created after the libraries, and so closed before them, because answers to other devices need the libraries.
  const network = stack.use(await openNetwork(options, { ...base, events, config, device, libraries }))
  others = network
  const opened = { ...used, libraries, network }
  return { ...opened, ...openSources(opened) }
}

function openDevice({ dataDir, host, log, now }: Uses<'dataDir' | 'host' | 'log' | 'now'>): Promise<DeviceManager> {
  // Several instances on one machine are separate devices, so each gets a name of its own.
  const name = host.instance === 'default' ? undefined : host.instance
  return DeviceManager.open({ dataDir, log, name, now })
}

function openVolumes(
  { volumeDetector }: Pick<CoreOptions, 'volumeDetector'>,
  { config, device, events, log }: Uses<'log' | 'events' | 'config' | 'device'>,
): Promise<VolumeManager> {
  const emit: EventBus['emit'] = (type, data, libraryId) => events.emit(type, data, libraryId)
  const detector = volumeDetector ?? createVolumeDetector({ machineId: device.info().id, log })
  return VolumeManager.open({ detector, emit, log, refreshMs: config.values.volumes.refreshMs })
}

async function openDecoders(
  { decoderBox }: Pick<CoreOptions, 'decoderBox'>,
  { config, dataDir, log, privateFiles, volumes }: Uses<'dataDir' | 'log' | 'config' | 'volumes' | 'privateFiles'>,
  stack: AsyncDisposableStack,
): Promise<Decoders> {
  const temporary = join(dataDir, DECODERS)
  await removeLeftovers(temporary, log)
  const box = { temporary, ...(decoderBox && { layer: decoderBox }) }
  return {
    sidecarPools: stack.use(new SidecarPools({ ...box, speed: () => config.values.sidecars.speed })),
    archives: stack.use(new Archives({ ...box, guard: privateFiles, look: volumes.look.bind(volumes) })),
    documents: stack.use(new Documents({ ...box, guard: privateFiles, look: volumes.look.bind(volumes) })),
  }
}

/** The folder with the temporary files of decoders, in the data folder. */
const DECODERS = 'decoders'

interface LibrariesDeps extends Omit<
  CoreParts,
  'host' | 'engines' | 'libraries' | 'network' | 'sources' | 'fetches' | 'comparisons'
> {
  readonly queries: QueryEmbedder
  /** Null until networking is open. */
  readonly network: () => Network | null
}

function openLibraries(
  { answerMs, intelligence = [], machine = systemMachine(), userDisk: disk = userDisk }: CoreOptions,
  deps: LibrariesDeps,
): Promise<LibraryManager> {
  const { config, dataDir, decoders, device, events, generators, log, network, now, privateFiles, queries, volumes } =
    deps
  return LibraryManager.open({
    dataDir,
    device: () => device.info(),
    volumes,
    events,
    intelligence,
    sidecarPools: decoders.sidecarPools,
    meaningOf: (query, signal) => queries.embed(query, signal),
    generators,
    sidecarPolicy: (settings) => devicePolicy(config.valuesOf(settings)),
    sidecarLimits: () => config.values.sidecars,
    peerSidecarsOf: (library) => network()?.sidecars.elsewhere(library) ?? null,
    machine,
    privateFiles,
    userDisk: disk,
    foreground: new Foreground(),
    isMetered: () => isMetered(config.values.network.metered, machine),
    settings: { ...librarySettings(config.values), answerMs },
    now,
    log,
  })
}

function openNetwork(
  { makeLanChannel, makeTransport }: Pick<CoreOptions, 'makeLanChannel' | 'makeTransport'>,
  deps: Uses<'dataDir' | 'host' | 'log' | 'events' | 'config' | 'device' | 'libraries'>,
): Promise<Network> {
  const { config, dataDir, device, events, host, libraries, log } = deps
  return Network.open({
    dataDir,
    version: host.version,
    device: () => device.info(),
    settings: () => config.values.network,
    prefetch: (id) => {
      const library = libraries.opened().find((each) => each.id === id)
      return (library ? config.valuesOf(library.manifest.settings) : config.values).prefetch
    },
    events,
    libraries: () => libraries.opened(),
    adoptLibrary: (library) => libraries.adopt(library),
    log,
    makeTransport: makeTransport ?? ((endpoint) => IrohTransport.open(endpoint)),
    makeLanChannel,
  })
}

/** Opens the access to files: it finds the source for an address. Answers to other devices use the same sources. */
function openSources({
  config,
  dataDir,
  decoders: { archives, documents },
  device,
  libraries,
  network,
  now,
  privateFiles,
  volumes,
}: Omit<CoreParts, 'sources' | 'fetches' | 'comparisons'>): Pick<CoreParts, 'sources' | 'fetches'> {
  const look = volumes.look.bind(volumes)
  const disk = new OwnDisk({
    libraries,
    volumes,
    archives,
    documents,
    plain: new PlainView({
      archives,
      documents,
      resolveFolder,
      listFolder: listAlone,
      browse: browseAlone,
      lookAt: lookAtAlone,
      look,
    }),
    device: () => device.info(),
    guard: privateFiles,
    places: () => suggestedPlaces(),
  })
  const { contents } = disk
  const { grants, membership, registry, sessions, transfers } = network
  serveFiles({
    sessions,
    transfers,
    disk: disk.served,
    contents,
    grants,
    libraries: () => libraries.opened(),
    isMember: (library, id) => membership.isMember(library, id),
    privateFiles,
  })
  const sources = new Sources<Library>({
    own: () => device.info(),
    disk: (library) => disk.seenBy(library),
    isHere: (content) => contents.holding(content).length > 0,
    devices: new DeviceFiles({ sessions, registry, devices: () => network.devices(), clock: systemClock }),
  })
  const chosenFolder = () => receiveFolder({ chosen: config.values.network.receiveFolder })
  const fetches = new Fetches<Library>({
    sources,
    transfers,
    privateFiles,
    dataDir,
    receiveFolder: chosenFolder,
    now,
  })
  return { sources, fetches }
}

/** Removes temporary files of decoders that a killed daemon has left. No other process uses the data folder now. */
async function removeLeftovers(folder: string, log: Logger): Promise<void> {
  // An error is not fatal: decoders get new folders, and the next start tries again.
  await removeTree(folder).catch((err: unknown) =>
    log.warn({ folder, err: errorMessage(err) }, 'temporary files of decoders were not removed'),
  )
}

function devicePolicy({ sidecars: { device, maxFileBytes, ...chosen } }: Config): DevicePolicy {
  const kinds = generatedKinds.flatMap((kind) => (chosen[kind] === 'default' ? [] : [[kind, chosen[kind]] as const]))
  return { device, maxFileBytes, kinds: Object.fromEntries(kinds) }
}

function librarySettings({ indexing, watch, jobs }: Config) {
  return {
    walkers: indexing.walkers,
    hashers: indexing.hashers,
    watch: watch.enabled,
    debounceMs: watch.debounceMs,
    keepEndedJobs: jobs.keepEnded,
  }
}
