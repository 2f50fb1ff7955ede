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
  /** Space that several volumes share is counted once. */
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
 * Interval between comparisons of the mount table. Reading it takes some tens of microseconds, and users do not notice
 * a delay of a second after they plug in a disk.
 */
const WATCH_MS = 1_000
/** If the system has not answered after this time, it will not. The last known state is kept. */
const DETECT_TIMEOUT_MS = 60_000
/** Smaller changes of the free space are normal on a running system, and are not worth an event. */
const SPACE_STEP_BYTES = 16 * 1024 * 1024
/** Limit on cached paths. At a few hundred bytes each, they take some megabytes. */
const MAX_CACHED_PATHS = 10_000

/** The current volumes of this machine, which do not depend on libraries. */
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
   * Checks the volumes once, and then watches them. If the system does not answer, this is logged and retried, but the
   * engine opens nevertheless.
   */
  static async open(deps: VolumeManagerDeps): Promise<VolumeManager> {
    const manager = new VolumeManager(deps)
    await manager.#tryTo(() => manager.refresh())
    manager.#watch()
    return manager
  }

  /** Starts a new full check. A check that is already running does not count, because it may have begun too early. */
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
   * Checks the volumes again if the mount table has changed since the last check; otherwise, it is cheap. Returns
   * whether it has checked.
   */
  async checkMounts(): Promise<boolean> {
    const token = await this.#deps.detector.mountToken?.()
    if (token !== undefined && token === this.#token && !this.#running) return false
    await this.refresh()
    return true
  }

  /** The volumes, sorted by mount point. Without `all`, only those that users would call a drive. */
  list({ all = false }: { readonly all?: boolean } = {}): DetectedVolume[] {
    const volumes = [...this.#volumes.values()].toSorted((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1))
    return all ? volumes : volumes.filter(isShownByDefault)
  }

  get(fingerprint: string): DetectedVolume | null {
    return this.#volumes.get(fingerprint) ?? null
  }

  /**
   * The volume of a path, by the longest mount above it; see `MountTable.find`. The result is as of the last check;
   * call `checkMounts` before, to get the current state.
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

  /** An `lstat` that does not wait long if a file system does not answer; see `PatientStat`. */
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

  /** The path relative to the volume's root; null if the path is on another volume. */
  relativePathOnVolume(path: AnyPath, fingerprint: string): Buffer | null {
    const place = this.volumeForPath(path)
    return place?.volume.fingerprint === fingerprint ? place.pathInVolume : null
  }

  /** Volumes with at least this much free space, those with the most first. */
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

  /** Clears the caches of paths and devices, so that the next check asks for everything. */
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
   * Measures a volume: see `measureSpeed`. `directories` are more folders on it to try, after the system's own. Throws
   * `NotFound`, `Offline`, `PermissionDenied` (also for a read-only volume), `Conflict`, `DiskFull`, `Timeout`,
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

  /** Runs a check. If it fails, watching continues. If it fails repeatedly, only the first failure is logged. */
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

  /** Adds facts that detection does not return: measured speeds, and the space that a volume last reported. */
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

/**
 * Whether users would call the volume a drive. Of the file systems of containers, only the root of our own container
 * counts.
 */
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

/** Converts a volume to the form of answers, before a library adds its facts. */
export function untracked(volume: DetectedVolume): Volume {
  const { mounts: _mounts, hardwareId: _hardwareId, mayHang: _mayHang, pool: _pool, ...facts } = volume
  return { ...facts, id: null, tracked: false }
}

function differs(now: DetectedVolume, before: DetectedVolume | undefined): boolean {
  if (!before) return false
  const filled = Math.abs(now.freeBytes - before.freeBytes) >= SPACE_STEP_BYTES
  return filled || !isDeepStrictEqual({ ...now, freeBytes: 0 }, { ...before, freeBytes: 0 })
}
