import type { BigIntStats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { Volume } from '../domain/index.ts'
import type { EventData, EventType } from '../events/catalog.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { fsPath, type RawName } from '../util/file-name.ts'
import type { Logger } from '../util/logger.ts'
import { orAborted } from './deadline.ts'
import type { DetectedVolume, Detection, VolumeDetector } from './detected-volume.ts'
import { separateTwins, type TwinMemory } from './fingerprint.ts'
import { type AnyPath, MountTable, type VolumePlace } from './mount-table.ts'
import { PatientStat } from './patient-stat.ts'
import { measureSpeed, SPEED_TEST_BYTES, type VolumeSpeed } from './speed-test.ts'
import { homeFolder } from '../util/home-folder.ts'

export interface VolumeManagerDeps {
  readonly detector: VolumeDetector
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
  readonly log: Logger
  readonly platform?: NodeJS.Platform
  /** Interval between full checks, mainly for free space. */
  readonly refreshMs?: number
  /** Interval between comparisons of the mount table. */
  readonly watchMs?: number
}

/** The changes that one check found. */
export interface VolumeChange {
  readonly added: readonly DetectedVolume[]
  readonly updated: readonly DetectedVolume[]
  readonly removed: readonly DetectedVolume[]
}

export interface VolumeStatistics {
  readonly volumes: number
  readonly online: number
  /** Space that several volumes share counts once. */
  readonly totalBytes: number
  readonly freeBytes: number
  readonly byKind: Readonly<Partial<Record<Volume['kind'], number>>>
}

export interface CacheStats {
  readonly paths: number
  readonly hits: number
  readonly misses: number
}

const REFRESH_MS = 30_000
/**
 * Reading `/proc/self/mountinfo` takes some tens of microseconds; after plugging in a disk, a user does not notice a second.
 */
const WATCH_MS = 1_000
/** After this time the system will not answer; the last known state stays. */
const DETECT_TIMEOUT_MS = 60_000
/** Smaller changes are the noise of a running system, and not worth an event. */
const SPACE_STEP_BYTES = 16 * 1024 * 1024
/** Limit on cached paths; at a few hundred bytes each, they take some megabytes. */
const MAX_CACHED_PATHS = 10_000

/** The current volumes of this machine. It is independent of libraries. */
export class VolumeManager implements AsyncDisposable {
  readonly #deps: VolumeManagerDeps
  readonly #platform: NodeJS.Platform
  readonly #closing = new AbortController()
  readonly #twins: TwinMemory = new Map()
  readonly #listeners = new Set<(change: VolumeChange) => void>()
  readonly #speeds = new Map<string, VolumeSpeed>()
  readonly #measuring = new Set<string>()
  readonly #places = new Map<string, VolumePlace | null>()
  readonly #stat = new PatientStat()
  #hits = 0
  #misses = 0
  #volumes = new Map<string, DetectedVolume>()
  /** The volumes as last announced. */
  readonly #announced = new Map<string, DetectedVolume>()
  #table: MountTable
  #token: string | null = null
  #running: Promise<void> | null = null
  #queued: Promise<void> | null = null
  #detecting: Promise<Detection> | null = null
  #refreshedAt = 0
  #timer: NodeJS.Timeout | null = null
  #lastFailure = ''

  private constructor(deps: VolumeManagerDeps) {
    this.#deps = deps
    this.#platform = deps.platform ?? process.platform
    this.#table = new MountTable({ volumes: [], pseudoMounts: [] }, this.#platform)
  }

  /**
   * Checks once and then keeps watching. If the system does not answer, this is logged and tried again, and the engine
   * still opens.
   */
  static async open(deps: VolumeManagerDeps): Promise<VolumeManager> {
    const manager = new VolumeManager(deps)
    await manager.#tryTo(() => manager.refresh())
    manager.#watch()
    return manager
  }

  /** Starts a new full check, because a running one may have begun too early. */
  refresh(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve()
    if (this.#queued) return this.#queued
    if (this.#running) {
      this.#queued = this.#running.catch(() => {}).then(() => this.#start())
      return this.#queued
    }
    return this.#start()
  }

  /**
   * Checks again if something was mounted or unmounted since the last check; otherwise cheap. True if it has checked.
   */
  async checkMounts(): Promise<boolean> {
    const token = await this.#deps.detector.mountToken?.()
    if (token !== undefined && token === this.#token && !this.#running) return false
    await this.refresh()
    return true
  }

  /** By mount point. Without `all`, only the volumes that users call a drive. */
  list({ all = false }: { readonly all?: boolean } = {}): DetectedVolume[] {
    const volumes = [...this.#volumes.values()].toSorted((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1))
    return all ? volumes : volumes.filter(isShownByDefault)
  }

  get(fingerprint: string): DetectedVolume | null {
    return this.#volumes.get(fingerprint) ?? null
  }

  /**
   * The volume of a path, by the longest mount above it; see `MountTable.find`. As of the last check: `checkMounts`
   * makes it current.
   */
  volumeForPath(path: AnyPath): VolumePlace | null {
    const key = typeof path === 'string' ? path : Buffer.from(path).toString('latin1') + '\0'
    const cached = this.#places.get(key)
    if (cached !== undefined) {
      this.#hits++
      return cached
    }
    this.#misses++
    const place = this.#table.find(path)
    if (this.#places.size >= MAX_CACHED_PATHS) this.#places.clear()
    this.#places.set(key, place)
    return place
  }

  /** The inverse of `volumeForPath`; null if that part of the volume cannot be reached now. */
  absolutePath(fingerprint: string, pathInVolume: AnyPath): Buffer | null {
    return this.#table.absolutePath(fingerprint, pathInVolume)
  }

  /** `lstat` that never waits long for a file system without an answer; see `PatientStat`. */
  look(path: RawName, signal?: AbortSignal): Promise<BigIntStats> {
    const volume = this.volumeForPath(fsPath(path))?.volume
    return this.#stat.look(path, { signal, fileSystem: volume?.mayHang ? volume.fingerprint : null })
  }

  sameVolume(a: AnyPath, b: AnyPath): boolean {
    const fingerprint = this.volumeForPath(a)?.volume.fingerprint
    return fingerprint !== undefined && fingerprint === this.volumeForPath(b)?.volume.fingerprint
  }

  isPathOnVolume(path: AnyPath, fingerprint: string): boolean {
    return this.volumeForPath(path)?.volume.fingerprint === fingerprint
  }

  /** Null if the path is on another volume. */
  relativePathOnVolume(path: AnyPath, fingerprint: string): Buffer | null {
    const place = this.volumeForPath(path)
    return place?.volume.fingerprint === fingerprint ? place.pathInVolume : null
  }

  /** Volumes with this much free space, most free space first. */
  volumesWithSpace(bytes: number): DetectedVolume[] {
    return this.list()
      .filter((volume) => volume.online && !volume.readOnly && volume.freeBytes >= bytes)
      .toSorted((a, b) => b.freeBytes - a.freeBytes)
  }

  /** Totals over the volumes that `list` shows. */
  statistics(): VolumeStatistics {
    const volumes = this.list()
    const pools = [...Map.groupBy(volumes, (volume) => volume.pool ?? volume.fingerprint).values()]
    const largest = (of: 'totalBytes' | 'freeBytes') =>
      pools.reduce((sum, pool) => sum + Math.max(...pool.map((volume) => volume[of])), 0)
    const byKind = Map.groupBy(volumes, (volume) => volume.kind)
    return {
      volumes: volumes.length,
      online: volumes.filter((volume) => volume.online).length,
      totalBytes: largest('totalBytes'),
      freeBytes: largest('freeBytes'),
      byKind: Object.fromEntries([...byKind].map(([kind, group]) => [kind, group.length])),
    }
  }

  /** Clears the caches of paths and devices; the next check asks for everything. */
  clearCache(): void {
    this.#places.clear()
    this.#hits = 0
    this.#misses = 0
    this.#deps.detector.forget?.()
  }

  cacheStats(): CacheStats {
    return { paths: this.#places.size, hits: this.#hits, misses: this.#misses }
  }

  /** Calls `listener` after every check that found a change. */
  onChange(listener: (change: VolumeChange) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /**
   * Measures a volume: see `measureSpeed`. `directories` are further folders on it to try, after the system's own.
   * Throws `NotFound`, `Offline`, `PermissionDenied` (also for a read-only volume), `Conflict`, `DiskFull`, `Timeout`,
   * `Cancelled`.
   */
  async speedTest(
    fingerprint: string,
    { signal, directories = [] }: { readonly signal?: AbortSignal; readonly directories?: readonly string[] } = {},
  ): Promise<VolumeSpeed> {
    const volume = this.#volumes.get(fingerprint)
    if (!volume) throw new CoreError('NotFound', `no volume ${fingerprint} is mounted`)
    if (!volume.online) throw new CoreError('Offline', `volume ${volume.name} does not answer`)
    if (volume.readOnly)
      throw new CoreError('PermissionDenied', `volume ${volume.name} is read-only and cannot be measured`)
    if (volume.totalBytes > 0 && volume.freeBytes < SPEED_TEST_BYTES)
      throw new CoreError('DiskFull', `volume ${volume.name} has no room to be measured`)
    if (this.#measuring.has(fingerprint))
      throw new CoreError('Conflict', `volume ${volume.name} is being measured already`)
    this.#measuring.add(fingerprint)
    try {
      const mountPoints = volume.mounts.map((mount) => mount.mountPoint)
      const places = await this.#onVolume([tmpdir(), homeFolder(), ...mountPoints, ...directories], fingerprint)
      const abort = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal
      const inMemory = volume.filesystem === 'tmpfs' || volume.filesystem === 'ramfs'
      const speed = await measureSpeed({ directories: places, inMemory, signal: abort })
      this.#speeds.set(fingerprint, speed)
      const current = this.#volumes.get(fingerprint)
      if (current) this.#volumes.set(fingerprint, { ...current, ...speed })
      return speed
    } finally {
      this.#measuring.delete(fingerprint)
    }
  }

  async #onVolume(directories: readonly string[], fingerprint: string): Promise<string[]> {
    const real = await Promise.all(directories.map((directory) => realpath(directory).catch(() => null)))
    return real.filter((path) => path !== null).filter((path) => this.isPathOnVolume(path, fingerprint))
  }

  /** Stops watching. The last known state stays readable. */
  async close(): Promise<void> {
    this.#closing.abort()
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    await Promise.allSettled([this.#running, this.#queued])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #watch(): void {
    if (this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => void this.#tick().then(() => this.#watch()), this.#deps.watchMs ?? WATCH_MS).unref()
  }

  async #tick(): Promise<void> {
    const due = performance.now() - this.#refreshedAt >= (this.#deps.refreshMs ?? REFRESH_MS)
    if (due) await this.#tryTo(() => this.refresh())
    else if (this.#deps.detector.mountToken) await this.#tryTo(() => this.checkMounts())
  }

  /** Watching continues after a failure; a repeated failure is logged once. */
  async #tryTo(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
      this.#lastFailure = ''
    } catch (err) {
      if (this.#closing.signal.aborted || errorMessage(err) === this.#lastFailure) return
      this.#lastFailure = errorMessage(err)
      this.#deps.log.warn({ err }, 'volumes could not be detected; the last known state stays')
    }
  }

  #start(): Promise<void> {
    this.#queued = null
    this.#refreshedAt = performance.now()
    this.#running = this.#look().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #look(): Promise<void> {
    if (this.#detecting) throw new CoreError('Timeout', 'the system has not answered yet which volumes are mounted')
    const limit = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(DETECT_TIMEOUT_MS)])
    const token = (await this.#deps.detector.mountToken?.()) ?? null
    this.#detecting = this.#deps.detector.detect(limit).finally(() => {
      this.#detecting = null
    })
    const detection = await orAborted(this.#detecting, limit, 'detecting volumes')
    this.#token = token
    this.#apply({ ...detection, volumes: separateTwins(detection.volumes, this.#twins) })
  }

  #apply(detection: Detection): void {
    const before = this.#volumes
    const volumes = detection.volumes.map((volume) => this.#withKnown(volume))
    this.#volumes = new Map(volumes.map((volume) => [volume.fingerprint, volume]))
    this.#table = new MountTable({ ...detection, volumes }, this.#platform)
    this.#places.clear()
    const added = volumes.filter((volume) => !this.#announced.has(volume.fingerprint))
    const updated = volumes.filter((volume) => differs(volume, this.#announced.get(volume.fingerprint)))
    const removed = [...before.values()].filter((volume) => !this.#volumes.has(volume.fingerprint))
    if (added.length + updated.length + removed.length > 0) this.#announce({ added, updated, removed })
  }

  /** Adds facts that detection does not return: measured speeds, and the space of a volume from its last answer. */
  #withKnown(volume: DetectedVolume): DetectedVolume {
    const before = this.#volumes.get(volume.fingerprint)
    const space = !volume.online && before ? { totalBytes: before.totalBytes, freeBytes: before.freeBytes } : {}
    return { ...volume, ...space, ...this.#speeds.get(volume.fingerprint) }
  }

  #announce(change: VolumeChange): void {
    const { emit, log } = this.#deps
    for (const volume of change.removed) this.#announced.delete(volume.fingerprint)
    for (const volume of [...change.added, ...change.updated]) this.#announced.set(volume.fingerprint, volume)
    for (const volume of change.removed) emit('volume.removed', { fingerprint: volume.fingerprint })
    for (const volume of change.added) emit('volume.added', untracked(volume))
    for (const volume of change.updated) emit('volume.updated', untracked(volume))
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (err) {
        log.error({ err }, 'a listener failed on a change of volumes')
      }
    }
  }
}

/** Whether users would call the volume a drive; of container file systems, only the root of the container we run in. */
export function isShownByDefault(volume: Pick<Volume, 'kind' | 'mountPoint'>): boolean {
  switch (volume.kind) {
    case 'system':
    case 'virtual':
      return false
    case 'container':
      return volume.mountPoint === '/'
    case 'primary':
    case 'external':
    case 'network':
    case 'unknown':
      return true
  }
}

/** The volume in the form of the interface, before a library adds its facts. */
export function untracked(volume: DetectedVolume): Volume {
  const { mounts: _mounts, hardwareId: _hardwareId, mayHang: _mayHang, pool: _pool, ...facts } = volume
  return { ...facts, id: null, tracked: false }
}

function differs(now: DetectedVolume, before: DetectedVolume | undefined): boolean {
  if (!before) return false
  const filled = Math.abs(now.freeBytes - before.freeBytes) >= SPACE_STEP_BYTES
  return filled || !isDeepStrictEqual({ ...now, freeBytes: 0 }, { ...before, freeBytes: 0 })
}
