import { access, constants, lstat, realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Location, LocationState, SidecarPolicy } from '../domain/index.ts'
import { defaultRules, RuleName, type RuleSettings } from '../domain/rules.ts'
import type { IndexMode, JobId } from '../domain/index.ts'
import type { LibraryStore } from '../store/index.ts'
import type { LibraryVolumes } from '../volume/index.ts'
import { CoreError } from '../util/errors.ts'
import { bytesToName, displayName, fsPath, nameBytes, nameKey, parsePath, type RawName } from '../util/file-name.ts'
import { type Inode, toInode } from '../util/inode.ts'
import { Lease } from '../util/lease.ts'
import type { Logger } from '../util/logger.ts'
import { pathError } from '../util/path-error.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import { blobToUuid, UuidFactory } from '../util/uuid.ts'
import { type KnownLocation, LocationMap } from './location-map.ts'

/** The parts of the indexer that locations need. */
export interface LocationIndexer {
  /** Queues a scan of a location. If one is already waiting, returns that one. */
  enqueueScan(
    location: KnownLocation,
    options?: { force?: boolean; everyRow?: boolean; reason?: string },
  ): Promise<{ id: JobId }>
  /**
   * Ends running and waiting work for a location: scans and the recording of changes. Throws `Timeout` if that hangs.
   */
  cancelScans(locationId: string): Promise<void>
  /** Creates the missing rows of a folder; returns its directory's id. */
  createRoot(dir: RawName, volumeId: number, volumePath: RawName): Promise<number>
  /** Removes the rows of a folder that is no longer a location, or leaves them to an enclosing location. */
  forget(directoryId: number): Promise<number>
}

export interface LocationWatching {
  /**
   * Watches a location if its settings ask for it and it is not watched yet. Then queues a scan, which finds earlier
   * changes.
   */
  watch(location: KnownLocation): Promise<void>
  unwatch(locationId: string): Promise<void>
}

export interface LocationsDeps {
  readonly store: LibraryStore
  readonly volumes: LibraryVolumes
  readonly indexer: LocationIndexer
  /** Why the jobs of a location cannot continue for now, as a sentence; null if they can. */
  readonly waiting: (locationId: string) => string | null
  readonly watching: LocationWatching
  /** The files of Spacedrive itself, which cannot be a location. */
  readonly privateFiles: Pick<PrivateFiles, 'refuse'>
  readonly now: () => number
  readonly log: Logger
  /** Runs `work` soon; a failure is logged. */
  readonly background: (work: () => Promise<void>) => void
}

export interface AddInput {
  readonly path: string
  readonly name?: string | undefined
  readonly mode?: IndexMode | undefined
  readonly rules?: readonly string[] | undefined
  readonly globs?: readonly string[] | undefined
  readonly maxDepth?: number | null
  readonly watch?: boolean
  readonly allowNested?: boolean
  readonly policy?: SidecarPolicy
}

type Added = { location: Location; job: { id: JobId } }

/** The locations of one library: the indexed folders, with their settings and states. */
export class Locations {
  readonly #deps: LocationsDeps
  readonly #uuids: UuidFactory
  /**
   * Held while locations are added or removed, so that checks against other locations stay valid until the change is
   * made.
   */
  readonly #changes = new Lease()
  #map = new LocationMap([])

  private constructor(deps: LocationsDeps) {
    this.#deps = deps
    this.#uuids = new UuidFactory(deps.now)
  }

  static async open(deps: LocationsDeps): Promise<Locations> {
    const locations = new Locations(deps)
    await locations.reload()
    return locations
  }

  get map(): LocationMap {
    return this.#map
  }

  /** Reads the locations again; called after every change of their rows. */
  async reload(): Promise<void> {
    this.#map = await this.#deps.store.read((db) => LocationMap.load(db))
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
      throw new CoreError('NotFound', `no location ${JSON.stringify(reference)}; see \`spacedrive location list\``)
    if (found.length > 1)
      throw new CoreError('Conflict', `${found.length} locations are called ${reference}; use the id or the path`)
    return found[0]!
  }

  async add(input: AddInput): Promise<Added> {
    const { dir, inode } = await this.#validate(input.path)
    using _changing = await this.#changes.acquire()
    this.#refuseOverlap(dir, input.allowNested ?? false)
    const rules = toRules(input.rules, input.globs)
    const { volumeRowId, pathInVolume } = await this.#deps.volumes.ensure(fsPath(dir))
    const volumePath = bytesToName(Buffer.concat([pathInVolume, Buffer.from(pathInVolume.length > 0 ? '/' : '')]))
    const directoryId = await this.#deps.indexer.createRoot(dir, volumeRowId, volumePath)
    const same = this.#map.all().find((each) => each.directoryId === directoryId)
    if (same) {
      throw new CoreError(
        'AlreadyExists',
        `${displayName(dir)} is the folder of location ${same.name}, mounted a second time; it is indexed as ${displayName(same.path)}`,
      )
    }
    const row = {
      uuid: this.#uuids.next(),
      directory_id: directoryId,
      name: input.name ?? (basename(displayName(dir)) || displayName(dir)),
      path: nameBytes(dir),
      mode: input.mode ?? 'content',
      watch: (input.watch ?? true) ? 1 : 0,
      max_depth: input.maxDepth ?? null,
      rules: JSON.stringify(rules),
      sidecar_policy: JSON.stringify(input.policy ?? {}),
      state: 'pending',
      root_inode: inode,
      created_at: this.#deps.now(),
    }
    await this.#deps.store.write(({ db }) => db.insertInto('locations').values(row).execute())
    await this.reload()
    const known = this.require(blobToUuid(row.uuid))
    const location = await this.toLocation(known)
    await this.#announce('location.added', location)
    // Watched only after the scan: setting up thousands of watches would only delay the first scan.
    const job = await this.#deps.indexer.enqueueScan(known)
    return { location, job: { id: job.id } }
  }

  /** Adds the folder as a location, or scans it again if it is one already. */
  async scan(input: { path: string; mode?: IndexMode | undefined; watch: boolean }): Promise<Added> {
    const path = parsePath(input.path)
    const real = await realpath(fsPath(path)).catch(() => null)
    const known = this.#map.find(real ?? path)[0]
    if (!known) return this.add({ path: input.path, mode: input.mode, watch: input.watch })
    if (input.mode && input.mode !== known.mode) await this.#set(known, { mode: input.mode })
    return this.rescan({ location: known.id, force: false })
  }

  async update(input: {
    location: string
    name?: string | undefined
    mode?: IndexMode | undefined
    rules?: readonly string[] | undefined
    globs?: readonly string[] | undefined
    watch?: boolean | undefined
    policy?: SidecarPolicy
  }): Promise<Location> {
    const before = this.require(input.location)
    const rules =
      input.rules || input.globs
        ? {
            ...before.rules,
            ...(input.rules ? { names: toNames(input.rules) } : {}),
            ...(input.globs ? { globs: [...input.globs] } : {}),
          }
        : before.rules
    const watch = input.watch ?? before.watch
    const mode = input.mode ?? before.mode
    const after = await this.#set(before, {
      name: input.name ?? before.name,
      mode,
      watch: watch ? 1 : 0,
      rules: JSON.stringify(rules),
      ...(input.policy && { sidecar_policy: JSON.stringify(input.policy) }),
    })
    const rulesChanged = JSON.stringify(rules) !== JSON.stringify(before.rules)
    const active = after.state !== 'paused'
    if (active && (watch !== before.watch || rulesChanged)) await this.#deps.watching.unwatch(after.id)
    const reason = `settings ${mode} ${JSON.stringify(rules)}`
    if (active && (mode !== before.mode || rulesChanged)) await this.#deps.indexer.enqueueScan(after, { reason })
    if (active) this.#watchSoon(after)
    const location = await this.toLocation(after)
    await this.#announce('location.updated', location)
    return location
  }

  async pause(reference: string): Promise<Location> {
    const location = this.require(reference)
    await this.setState(location, 'paused', null)
    await this.#deps.watching.unwatch(location.id)
    await this.#deps.indexer.cancelScans(location.id)
    return this.info(location.id)
  }

  async resume(reference: string): Promise<Location> {
    const location = this.require(reference)
    if (location.state !== 'paused') return this.toLocation(location)
    await this.#changeState(location, 'pending', null)
    const resumed = this.require(location.id)
    await this.#deps.indexer.enqueueScan(resumed, { reason: 'resumed' })
    this.#watchSoon(resumed)
    return this.info(location.id)
  }

  async rescan(input: { location: string; force: boolean }): Promise<Added> {
    const location = this.require(input.location)
    if (location.state === 'paused') {
      throw new CoreError(
        'Conflict',
        `location ${location.name} is paused; resume it with \`spacedrive location resume\``,
      )
    }
    const job = await this.#deps.indexer.enqueueScan(location, { force: input.force, everyRow: true })
    return { location: await this.toLocation(location), job: { id: job.id } }
  }

  /** Removes a location. Its rows are removed step by step; after an interruption, `finishRemovals` continues. */
  async remove(reference: string): Promise<{ locationId: string; removedEntries: number }> {
    using _changing = await this.#changes.acquire()
    const location = this.require(reference)
    await this.#deps.watching.unwatch(location.id)
    const around = this.#around(location)
    await this.#deps.store.write(async ({ db, emit }) => {
      await db.deleteFrom('locations').where('id', '=', location.rowId).execute()
      emit('location.removed', { locationId: location.id })
    })
    await this.reload()
    // From here on, new work no longer finds the location.
    const hasStopped = await this.#hasStopped(location)
    const removedEntries = hasStopped ? await this.#deps.indexer.forget(location.directoryId) : 0
    // The rules of the enclosing location may accept more, or fewer, entries.
    if (around) await this.#deps.indexer.enqueueScan(around, { reason: `without ${location.id}` })
    return { locationId: location.id, removedEntries }
  }

  /** Ends the work on a location; false if its file system does not answer and the work hangs. */
  async #hasStopped({ id, path }: KnownLocation): Promise<boolean> {
    try {
      await this.#deps.indexer.cancelScans(id)
      return true
    } catch (err) {
      if (!(err instanceof CoreError && err.code === 'Timeout')) throw err
      this.#deps.log.warn(
        { path: displayName(path) },
        'its file system does not answer: its rows go with the next start',
      )
      return false
    }
  }

  /** Finishes interrupted removals of locations; runs at the start, before any scan. */
  async finishRemovals(): Promise<void> {
    using _changing = await this.#changes.acquire()
    const rows = await this.#deps.store.read((db) =>
      db
        .selectFrom('entries')
        .innerJoin('directories', 'directories.id', 'entries.id')
        .select('entries.id')
        .where('entries.parent_id', 'is', null)
        .where('entries.id', 'not in', (eb) => eb.selectFrom('locations').select('directory_id'))
        .execute(),
    )
    for (const { id } of rows) {
      const removedEntries = await this.#deps.indexer.forget(id)
      this.#deps.log.info({ removedEntries }, 'an interrupted removal of a location was finished')
    }
  }

  /**
   * Records and announces a new state, if it differs from the old one. A paused location stays paused until it is
   * resumed.
   */
  async setState(location: KnownLocation, state: LocationState, error: string | null): Promise<void> {
    const current = this.#map.all().find((known) => known.id === location.id)
    if (current && current.state !== 'paused') await this.#changeState(current, state, error)
  }

  async #changeState(location: KnownLocation, state: LocationState, error: string | null): Promise<void> {
    if (location.state === state && location.error === error) return
    await this.#deps.store.write(async ({ db, emit }) => {
      await db.updateTable('locations').set({ state, error }).where('id', '=', location.rowId).execute()
      emit('location.state-changed', { locationId: location.id, state, error })
    })
    await this.reload()
  }

  /** Records a successful scan: all rows are as of `at`. */
  async scanned(location: KnownLocation, at: number): Promise<void> {
    await this.#set(location, { last_scan_at: at })
    await this.setState(location, 'complete', null)
    this.#watchSoon(this.require(location.id))
  }

  /** Watches and scans locations at their new paths, after the index has recorded that their roots moved. */
  async followRoots(): Promise<void> {
    const before = new Map(this.#map.all().map(({ id, path }) => [id, nameKey(path)]))
    await this.reload()
    for (const location of this.#map.all()) {
      if (!before.has(location.id) || before.get(location.id) === nameKey(location.path)) continue
      await this.#deps.watching.unwatch(location.id)
      if (location.state === 'offline') await this.setState(location, 'pending', null)
      await this.#announce('location.updated', await this.toLocation(location))
      if (location.state === 'paused') continue
      await this.#deps.indexer.enqueueScan(location, { reason: `now at ${displayName(location.path)}` })
      this.#watchSoon(location)
    }
  }

  /** Accepts a replaced root, or a new mount point of the volume. */
  async rebase(location: KnownLocation, to: { path?: RawName; rootInode?: Inode }): Promise<KnownLocation> {
    return this.#set(location, {
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

  async #set(location: KnownLocation, values: Partial<Record<string, unknown>>): Promise<KnownLocation> {
    await this.#deps.store.write(({ db }) =>
      db.updateTable('locations').set(values).where('id', '=', location.rowId).execute(),
    )
    await this.reload()
    return this.require(location.id)
  }

  async #announce(type: 'location.added' | 'location.updated', location: Location): Promise<void> {
    await this.#deps.store.write(async ({ emit }) => emit(type, location))
  }

  #watchSoon(location: KnownLocation): void {
    this.#deps.background(() => this.#deps.watching.watch(location))
  }

  /** The innermost location around another one. */
  #around(location: KnownLocation): KnownLocation | null {
    return this.#map.all().find((other) => other.id !== location.id && this.#isInside(location.path, other)) ?? null
  }

  #isInside(path: RawName, location: KnownLocation): boolean {
    return new LocationMap([location]).locate(path) !== null
  }

  #refuseOverlap(dir: RawName, allowNested: boolean): void {
    for (const location of this.#map.all()) {
      if (nameKey(location.path) === nameKey(dir)) {
        throw new CoreError(
          'AlreadyExists',
          `${displayName(dir)} is already a location, called ${location.name}; \`spacedrive location rescan\` looks at it again`,
        )
      }
    }
    if (allowNested) return
    const outer = this.#map.locate(dir)?.location
    const inner = this.#map.below(dir)[0]
    if (!outer && !inner) return
    const relation = outer
      ? `lies in the location ${displayName(outer.path)}, which indexes it already`
      : `has the location ${displayName(inner!.path)} in it`
    throw new CoreError('Conflict', `${displayName(dir)} ${relation}; add it all the same with --allow-nested`)
  }

  async #validate(path: string): Promise<{ dir: RawName; inode: Inode }> {
    const given = parsePath(path)
    try {
      const dir = bytesToName(await realpath(fsPath(given), 'buffer'))
      const stats = await lstat(fsPath(dir), { bigint: true })
      if (!stats.isDirectory()) throw new CoreError('InvalidInput', `${path} is not a folder`)
      await access(fsPath(dir), constants.R_OK | constants.X_OK)
      if (/\.sdlibrary(\/|$)/.test(displayName(dir))) {
        throw new CoreError('InvalidInput', `${path} is part of a library; a library does not index itself`)
      }
      await this.#deps.privateFiles.refuse(dir)
      return { dir, inode: toInode(stats.ino) }
    } catch (err) {
      throw pathError(err, path)
    }
  }
}

function toRules(names: readonly string[] | undefined, globs: readonly string[] | undefined): RuleSettings {
  return { names: names ? toNames(names) : [...defaultRules.names], globs: [...(globs ?? [])] }
}

function toNames(names: readonly string[]): RuleSettings['names'] {
  return names.map((name) => {
    const parsed = RuleName.safeParse(name)
    if (!parsed.success)
      throw new CoreError('InvalidInput', `no rule ${JSON.stringify(name)}; there are ${RuleName.options.join(', ')}`)
    return parsed.data
  })
}
