import { hasSetting } from './config/index.ts'
import { chmodSync, statSync } from 'node:fs'
import type { ConfigManager, ExplainedSetting, LibrarySettingsSource, Setting } from './config/index.ts'
import { type CoreParts, openParts } from './core-parts.ts'
import type { EventBus } from './events/index.ts'
import type { Device, Grant } from './domain/index.ts'
import { type DeviceManager, type Place } from './device/index.ts'
import { type Doctor, runDoctor } from './doctor/index.ts'
import type { Comparisons } from './files/index.ts'
import type { CoreHost } from './host.ts'
import type { IntelligencePort } from './indexing/index.ts'
import { type Library, libraryFiles, type LibraryManager } from './library/index.ts'
import {
  type Fetches,
  grantFolders,
  type GrantInput,
  type MakeTransport,
  type Network,
  type NetworkDeps,
} from './network/index.ts'
import { type Engines, type Generator, type SidecarPoolsOptions, type Sidecars, variantsOf } from './sidecars/index.ts'
import type { Sources, UserDisk } from './sources/index.ts'
import { suggestedPlaces } from './suggested-places.ts'
import type { PrivateFiles } from './util/private-files.ts'
import { CoreError, errorMessage } from './util/errors.ts'
import type { Logger } from './util/logger.ts'
import type { Machine } from './util/machine.ts'
import { SharedWork } from './util/shared-work.ts'
import { makeFolders } from './util/make-folders.ts'
import { pathError, pathErrorCode } from './util/path-error.ts'
import { readTail } from './util/read-tail.ts'
import type { VolumeDetector, VolumeManager } from './volume/index.ts'

export interface CoreOptions {
  /** Folder of all data of the engine: device, configuration, libraries. Created if it does not exist. */
  readonly dataDir: string
  readonly host?: CoreHost
  readonly log?: Logger
  /** The configuration, if the host has already read it; by default it is read from the data folder. */
  readonly config?: ConfigManager
  readonly now?: () => number
  /** Detects the volumes; by default, it asks the operating system. */
  readonly volumeDetector?: VolumeDetector
  /** How long a network mount may take to answer during indexing, in milliseconds; one minute by default. */
  readonly answerMs?: number
  /** The machine whose battery, load and free space are checked; by default this one. */
  readonly machine?: Machine
  /** Called at the end of each index run, to queue work for new contents. */
  readonly intelligence?: readonly IntelligencePort[]
  /** The available generators; by default all generators of this engine. */
  readonly generators?: readonly Generator[] | undefined
  /** The layer that confines decoders; by default the first one that works on this system. */
  readonly decoderBox?: SidecarPoolsOptions['layer']
  /** The disk on which the user's files are moved; by default the real one. */
  readonly userDisk?: UserDisk
  /** Creates the transport to other devices; by default Iroh. */
  readonly makeTransport?: MakeTransport
  /** The channel for discovery on the local network; multicast by default. */
  readonly makeLanChannel?: NetworkDeps['makeLanChannel']
}

/** One engine: a device, its libraries, and their shared parts. Several can live in one process. */
export class Core implements AsyncDisposable {
  readonly dataDir: string
  readonly host: CoreHost
  readonly log: Logger
  readonly events: EventBus
  readonly config: ConfigManager
  readonly device: DeviceManager
  readonly volumes: VolumeManager
  readonly libraries: LibraryManager
  /** Networking: connections to other devices. */
  readonly network: Network
  /** Reads files of this device and of other devices, by paths and addresses. */
  readonly sources: Sources<Library>
  /** Copies files of other devices to this device. */
  readonly fetches: Fetches<Library>
  /** Compares folders and files of this device by content. */
  readonly comparisons: Comparisons
  /** The files of Spacedrive itself, which are never served. */
  readonly privateFiles: PrivateFiles
  /** The generators, with the current configuration. */
  readonly generators: () => readonly Generator[]
  /** The engines of the generators. */
  readonly engines: Engines
  /** The start time by a monotonic clock. */
  readonly #startedAt: number
  readonly #parts: AsyncDisposableStack
  #doctor: SharedWork<Doctor> | null = null
  #closed: Promise<void> | null = null

  private constructor(of: CoreParts, parts: AsyncDisposableStack) {
    this.dataDir = of.dataDir
    this.host = of.host
    this.log = of.log
    this.events = of.events
    this.config = of.config
    this.device = of.device
    this.volumes = of.volumes
    this.libraries = of.libraries
    this.network = of.network
    this.generators = of.generators
    this.engines = of.engines
    this.privateFiles = of.privateFiles
    this.#startedAt = performance.now()
    this.#parts = parts
    this.sources = of.sources
    this.fetches = of.fetches
    this.comparisons = of.comparisons
  }

  static async open(options: CoreOptions): Promise<Core> {
    await using parts = new AsyncDisposableStack()
    makeDataDir(options.dataDir)
    const opened = await openParts(options, parts)
    const { config, events, host, network } = opened
    const core = new Core(opened, parts.move())
    config.onChange((setting) => core.#followSetting(setting, core.libraries.opened()))
    if (config.values.network.enabled) await network.startIfPossible()
    events.emit('core.started', { version: host.version })
    return core
  }

  /** Renames this device. Open libraries show the new name at once, other libraries when they are opened. */
  async renameDevice(name: string): Promise<Device> {
    const device = await this.device.rename(name)
    for (const library of this.libraries.opened()) await library.recordDevice()
    return device
  }

  /** Tells of a changed setting, and applies it: in all open libraries, or in the one that it belongs to. */
  #followSetting({ group, key, onlyPaces }: Setting, libraries: readonly Library[]): void {
    this.events.emit('config.changed', { key })
    if (onlyPaces) this.#changeSidecars(libraries, (sidecars) => sidecars.runner.resume())
    else if (SIDECAR_GROUPS.has(group))
      this.#changeSidecars(libraries, (sidecars, signal) => sidecars.queue.refill(signal))
    if (group === 'network') this.#changeNetwork(key)
  }

  /** Applies a changed setting of sidecar generation. */
  #changeSidecars(
    libraries: readonly Library[],
    change: (sidecars: Sidecars, signal: AbortSignal) => Promise<unknown>,
  ): void {
    for (const library of libraries) {
      if (library.readOnly) continue
      void change(library.sidecars, new AbortController().signal).catch((err: unknown) => {
        this.log.warn(
          { library: library.name, err: errorMessage(err) },
          'cannot queue sidecars after the change of settings',
        )
      })
    }
  }

  /** Starts or stops networking, now and at every later start. Throws the errors of `Network.start`. */
  async setNetworking({ enabled, password = null }: { enabled: boolean; password?: string | null }): Promise<void> {
    if (enabled) await this.network.start(password)
    else await this.network.stop()
    await this.config.set('network.enabled', String(enabled))
  }

  /** Applies changed settings to networking: turns it on or off, or restarts it. */
  #changeNetwork(key: string): void {
    const { enabled } = this.config.values.network
    if (key === 'network.receive' && this.config.values.network.receive === 'off') this.network.nearby.hide()
    if (key === 'network.receive' || key === 'network.receiveFolder') return
    if (key === 'network.maxBytesPerSecond') return void this.network.transfers.followSettings()
    const change = () => (enabled ? this.network.startIfPossible() : this.network.stop())
    void (key === 'network.enabled' ? change() : this.network.restart()).catch((err: unknown) => {
      this.log.warn({ err }, `networking did not follow the configuration: ${errorMessage(err)}`)
    })
  }

  /** All settings, or one of them, with the values for a library; without a library, those of this installation. */
  settings(key: string | undefined, library: Library | null): ExplainedSetting[] {
    return this.config.get(key, sourceOf(library))
  }

  /**
   * Changes a setting: in the library's file if it belongs to libraries, else in that of this installation. Without a
   * library, the value is the default of all libraries. Throws `InvalidInput`, also if the setting's own check fails.
   */
  async changeSetting(
    { key, value: text }: { key: string; value: string },
    library: Library | null,
  ): Promise<ExplainedSetting & { restartNeeded: boolean }> {
    const { setting, value } = this.config.parse(key, text)
    const fault = await setting.check(value, {
      variantsOf: (kind) => variantsOf(kind, this.generators()),
      ocrLanguages: () => this.engines.ocrLanguages(),
    })
    if (fault !== null) throw new CoreError('InvalidInput', fault)
    if (!library || !setting.ofLibrary) return this.config.set(key, text)
    await this.libraries.setSetting(library, { ...setting, value })
    this.#followSetting(setting, [library])
    return { ...this.config.explain(key, sourceOf(library)), restartNeeded: false }
  }

  /**
   * Removes the value that a library, or else this installation, has for a setting, so that the next source holds again.
   * Throws `NotFound` if it has none.
   */
  async resetSetting(key: string, library: Library | null): Promise<ExplainedSetting & { restartNeeded: boolean }> {
    const setting = this.config.setting(key)
    if (!library || !hasSetting(library.manifest.settings, setting)) return this.config.unset(key)
    await this.libraries.setSetting(library, { ...setting, value: undefined })
    this.#followSetting(setting, [library])
    return { ...this.config.explain(key, sourceOf(library)), restartNeeded: false }
  }

  status() {
    const current = this.libraries.currentInfo()
    const jobs = { running: 0, queued: 0, paused: 0 }
    for (const library of this.libraries.opened()) {
      const counts = library.jobs.counts()
      jobs.running += counts.running
      jobs.queued += counts.queued
      jobs.paused += counts.paused
    }
    return {
      version: this.host.version,
      instance: this.host.instance,
      dataDir: this.dataDir,
      pid: process.pid,
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      library: current && { id: current.id, name: current.name },
      libraries: this.libraries.list().length,
      jobs,
      network: { state: this.network.state },
      memory: { rssBytes: process.memoryUsage.rss() },
      damaged: this.#damaged(),
      notices: this.#notices(),
    }
  }

  /** One notice for each file of the data folder that could not be read at the start. */
  #damaged(): string[] {
    const { config, device, libraries } = this
    return [device.notice, libraries.listNotice, ...config.notices].filter((each) => each !== null)
  }

  #notices(): string[] {
    const { copiedFrom } = this.device
    const copied = `the data folder is a copy of that of ${copiedFrom}; give this device a name of its own with \`spacedrive device rename <name>\``
    const failed = this.libraries.failed().map(({ error, name }) => `library ${name} could not be opened: ${error}`)
    const waiting = this.libraries
      .opened()
      .flatMap(({ jobs, name }) => jobs.waiting().map((job) => `library ${name}, job ${job.name}: ${job.waiting}`))
    const held = this.libraries.opened().flatMap(({ name, sidecars }) => {
      const byReason = Map.groupBy(sidecars.runner.held, ({ reason }) => reason)
      return [...byReason].map(
        ([reason, kinds]) => `library ${name}, ${kinds.map(({ kind }) => kind).join(', ')}: ${reason}`,
      )
    })
    return [
      ...(copiedFrom === null ? [] : [copied]),
      ...this.#damaged(),
      ...failed,
      ...this.libraries.notices(),
      ...held,
      ...waiting,
      ...this.network.notices(),
      ...(this.host.notices?.() ?? []),
    ]
  }

  /** Gives a paired device a grant, or withdraws it. */
  grant(input: GrantInput): Promise<Grant> {
    const { libraries, network } = this
    const locations = () => libraries.opened().map((library) => library.locations.map)
    return grantFolders({ grants: network.grants, registry: network.registry, locations }, input)
  }

  async logTail(lines: number): Promise<{ file: string | null; lines: string[] }> {
    const file = this.host.logFile
    return { file, lines: file === null ? [] : await readTail(file, lines) }
  }

  /** Suggested folders of this machine. */
  places(): Promise<Place[]> {
    return suggestedPlaces()
  }

  /** Callers that ask during a run share its result, because a run checks whole databases and starts every engine. */
  async doctor(signal: AbortSignal): Promise<Doctor> {
    const forget = () => {
      if (this.#doctor === run) this.#doctor = null
    }
    const { dataDir, device, generators, libraries, network } = this
    const deps = { dataDir, device, generators, libraries, network, failures: () => this.host.failures?.() ?? [] }
    const run = (this.#doctor ??= new SharedWork((left) => runDoctor(deps, left).finally(forget), forget))
    return run.wait(signal)
  }

  /** Jobs store their state, libraries close, and locks are released. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#parts.disposeAsync()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function makeDataDir(dataDir: string): void {
  try {
    makeFolders(dataDir)
  } catch (cause) {
    const code = pathErrorCode(cause) ?? 'PermissionDenied'
    const why = code === 'PermissionDenied' ? '' : `: ${errorMessage(pathError(cause, dataDir))}`
    throw new CoreError(code, `the data folder ${dataDir} cannot be made${why}; choose another with --data-dir`, {
      cause,
    })
  }
  closeToOthers(dataDir)
}

/**
 * Makes the data folder private, because it contains this device's keys. An existing folder may be accessible to other
 * users.
 */
function closeToOthers(dataDir: string): void {
  const isOpen = () => (statSync(dataDir).mode & 0o077) !== 0
  if (process.platform === 'win32' || !isOpen()) return
  try {
    chmodSync(dataDir, 0o700)
    if (!isOpen()) return
  } catch {
    // The folder belongs to another user, or its file system is read-only, so nothing can be changed.
  }
  throw new CoreError(
    'PermissionDenied',
    `other users can enter the data folder ${dataDir}; run \`chmod 700\` on it, or choose your own folder with --data-dir`,
  )
}

/** The groups of settings for sidecar generation. */
const SIDECAR_GROUPS: ReadonlySet<string> = new Set(['sidecars', 'thumbnails', 'ocr', 'embeddings', 'transcript'])

function sourceOf(library: Library | null): LibrarySettingsSource | undefined {
  return library ? { settings: library.manifest.settings, file: libraryFiles(library.path).manifest } : undefined
}
