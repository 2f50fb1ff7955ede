import { access, constants, lstat, opendir, realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Location, SidecarPolicy } from '../domain/index.ts'
import { defaultRules, RuleName, type RuleSettings } from '../domain/rules.ts'
import type { IndexMode, JobId } from '../domain/index.ts'
import type { ChangeSet, LibraryStore } from '../store/index.ts'
import type { LibraryVolumes } from '../volume/index.ts'
import { emptiedMessage } from '../util/emptied-message.ts'
import { CoreError } from '../util/errors.ts'
import { bytesToName, displayName, fsPath, nameBytes, nameKey, parsePath, type RawName } from '../util/file-name.ts'
import { type Inode, toInode } from '../util/inode.ts'
import { Lease } from '../util/lease.ts'
import type { Logger } from '../util/logger.ts'
import { pathError } from '../util/path-error.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import { blobToUuid, UuidFactory } from '../util/uuid.ts'
import { type KnownLocation, LocationMap } from './location-map.ts'
import type { LocationRecords } from './location-records.ts'
import type { RootState } from './root-check.ts'
import { shellWord } from '../util/shell-word.ts'

/** The parts of the indexer that locations need. */
export interface LocationIndexer {
  /** Queues a scan of a location. If one is already waiting, returns that one. */
  enqueueScan(
    location: KnownLocation,
    options?: { path?: string | null; force?: boolean; everyRow?: boolean; reason?: string },
  ): Promise<{ id: JobId }>
  /** See `Indexing.folderToScan`. */
  folderToScan(location: KnownLocation, dir: RawName): Promise<string | null>
  /**
   * Stops running and queued work for a location: scans and the recording of changes. Throws `Timeout` if the work
   * hangs.
   */
  cancelScans(locationId: string): Promise<void>
  /** Creates the missing row of a folder. Returns the row id of its directory. */
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
  readonly records: LocationRecords
  readonly checkRoot: (location: KnownLocation) => Promise<RootState>
  readonly indexer: LocationIndexer
  readonly watching: LocationWatching
  /** Refuses the folders of Spacedrive itself, which cannot be locations. */
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
/** The settings of a location, as the command line names them. */
const CHANGEABLE = '--name, --mode, --rules, --globs, --watch or --policy'

export class Locations implements Disposable {
  readonly #deps: LocationsDeps
  readonly #uuids: UuidFactory
  /**
   * Held while locations are added or removed, so that checks against other locations stay valid until the change is
   * made.
   */
  readonly #changes = new Lease()
  readonly #subscription: Disposable

  constructor(deps: LocationsDeps) {
    this.#deps = deps
    this.#uuids = new UuidFactory(deps.now)
    this.#subscription = deps.store.changes.subscribe((changes) => this.#follow(changes))
  }

  get map(): LocationMap {
    return this.#deps.records.map
  }

  list(): Promise<Location[]> {
    return this.#deps.records.list()
  }

  info(reference: string): Promise<Location> {
    return this.#deps.records.info(reference)
  }

  /** See `LocationRecords.require`. */
  require(reference: string): KnownLocation {
    return this.#deps.records.require(reference)
  }

  async add(input: AddInput): Promise<Added> {
    const { dir, inode } = await this.#validate(input.path)
    using _changing = await this.#changes.acquire()
    this.#refuseOverlap(dir, input.allowNested ?? false)
    const rules = toRules(input.rules, input.globs)
    const { volumeRowId, pathInVolume } = await this.#deps.volumes.ensure(fsPath(dir))
    const volumePath = bytesToName(Buffer.concat([pathInVolume, Buffer.from(pathInVolume.length > 0 ? '/' : '')]))
    const directoryId = await this.#deps.indexer.createRoot(dir, volumeRowId, volumePath)
    const same = this.map.all().find((each) => each.directoryId === directoryId)
    if (same) {
      throw new CoreError(
        'AlreadyExists',
        `${displayName(dir)} is the folder of location ${same.name}, mounted a second time; it is already indexed as ${displayName(same.path)}`,
      )
    }
    const row = {
      uuid: this.#uuids.next(),
      directory_id: directoryId,
      name: input.name ?? (basename(displayName(dir)) || displayName(dir)),
      path: nameBytes(dir),
      mode: input.mode ?? 'deep',
      watch: (input.watch ?? true) ? 1 : 0,
      max_depth: input.maxDepth ?? null,
      rules: JSON.stringify(rules),
      sidecar_policy: JSON.stringify(input.policy ?? {}),
      state: 'pending',
      root_inode: inode,
      created_at: this.#deps.now(),
    }
    await this.#deps.store.write(({ db }) => db.insertInto('locations').values(row).execute())
    const known = this.require(blobToUuid(row.uuid))
    const location = await this.#deps.records.toLocation(known)
    await this.#deps.records.announce('location.added', location)
    // Watched only after the scan: setting up thousands of watches would only delay the first scan.
    const job = await this.#deps.indexer.enqueueScan(known)
    return { location, job: { id: job.id } }
  }

  /** Adds the folder as a location, or scans it again if it is one already. */
  async scan(input: { path: string; mode?: IndexMode | undefined; watch: boolean }): Promise<Added> {
    const path = parsePath(input.path)
    const real = await realpath(fsPath(path)).catch(() => null)
    const known = this.map.find(real ?? path)[0]
    if (!known) return this.add({ path: input.path, mode: input.mode, watch: input.watch })
    if (input.mode && input.mode !== known.mode) await this.#deps.records.set(known, { mode: input.mode })
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
    const { location: _reference, ...changes } = input
    if (Object.values(changes).every((value) => value === undefined)) {
      throw new CoreError('InvalidInput', `say what to change in location ${before.name}: ${CHANGEABLE}`)
    }
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
    const after = await this.#deps.records.set(before, {
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
    const location = await this.#deps.records.toLocation(after)
    await this.#deps.records.announce('location.updated', location)
    return location
  }

  async pause(reference: string): Promise<Location> {
    const location = this.require(reference)
    await this.#deps.records.setState(location, 'paused', null)
    await this.#deps.watching.unwatch(location.id)
    await this.#deps.indexer.cancelScans(location.id)
    return this.info(location.id)
  }

  async resume(reference: string): Promise<Location> {
    const location = this.require(reference)
    if (location.state !== 'paused') return this.#deps.records.toLocation(location)
    await this.#deps.records.changeState(location, 'pending', null)
    const resumed = this.require(location.id)
    await this.#deps.indexer.enqueueScan(resumed, { reason: 'resumed' })
    this.#watchSoon(resumed)
    return this.info(location.id)
  }

  /**
   * Queues a scan of a location, or of a folder in one if `location` is the path of that folder. Throws `Offline` if
   * the location's root cannot be scanned now, and `Conflict` if the location is paused, or if another folder is in
   * its place and `force` is not set.
   */
  async rescan(input: { location: string; force: boolean }): Promise<Added> {
    const reference = parsePath(input.location)
    const around = this.map.find(reference).length === 0 ? this.map.locate(reference)?.location : undefined
    const location = around ?? this.require(input.location)
    if (location.state === 'paused') {
      throw new CoreError(
        'Conflict',
        `location ${location.name} is paused; resume it with \`spacedrive location resume ${shellWord(location.name)}\``,
      )
    }
    const root = await this.#deps.checkRoot(location)
    if (root.state === 'offline' || (root.state === 'replaced' && !input.force)) {
      if (location.state !== 'offline') await this.#deps.records.setState(location, 'offline', root.reason)
      const code = root.state === 'offline' ? 'Offline' : 'Conflict'
      throw new CoreError(code, `location ${location.name} is offline: ${root.reason}. Nothing was scanned`)
    }
    if (!around && !input.force) await this.#refuseEmptied(location)
    const path = around ? await this.#deps.indexer.folderToScan(around, reference) : null
    const job = await this.#deps.indexer.enqueueScan(location, { path, force: input.force, everyRow: true })
    return { location: await this.#deps.records.toLocation(location), job: { id: job.id } }
  }

  /**
   * Throws `Conflict` if the root is empty now, although the index has entries in it. The scan would refuse it too, but
   * only later, when the caller no longer waits.
   */
  async #refuseEmptied(location: KnownLocation): Promise<void> {
    if (!(await isEmpty(location.path))) return
    const count = this.#deps.store.connection
      .prepare('select count(*) as n from entries where parent_id = ?')
      .get(location.directoryId)
    const known = Number(count?.['n'])
    if (known === 0) return
    const message = emptiedMessage(displayName(location.path), known)
    await this.#deps.records.setState(location, 'offline', message)
    throw new CoreError('Conflict', `${message}. Nothing was scanned`)
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
    // New work cannot find the location from now on.
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
   * If the index found a location at another path, watches and scans it there. If a location was scanned, watches it.
   */
  #follow(changes: ChangeSet): void {
    for (const { after, id, kind } of changes.rows('locations')) {
      if (kind !== 'changed' || !after) continue
      const location = this.map.all().find(({ rowId }) => rowId === id)
      if (!location) continue
      if (changes.fromThread && 'path' in after) this.#deps.background(() => this.#followRoot(location))
      if ('last_scan_at' in after) this.#watchSoon(location)
    }
  }

  async #followRoot(location: KnownLocation): Promise<void> {
    const { indexer, records, watching } = this.#deps
    await watching.unwatch(location.id)
    if (location.state === 'offline') await records.setState(location, 'pending', null)
    await records.announce('location.updated', await records.toLocation(location))
    if (location.state === 'paused') return
    await indexer.enqueueScan(location, { reason: `now at ${displayName(location.path)}` })
    this.#watchSoon(location)
  }

  #watchSoon(location: KnownLocation): void {
    this.#deps.background(() => this.#deps.watching.watch(location))
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }

  /** The innermost location around another one. */
  #around(location: KnownLocation): KnownLocation | null {
    return this.map.all().find((other) => other.id !== location.id && this.#isInside(location.path, other)) ?? null
  }

  #isInside(path: RawName, location: KnownLocation): boolean {
    return new LocationMap([location]).locate(path) !== null
  }

  #refuseOverlap(dir: RawName, allowNested: boolean): void {
    for (const location of this.map.all()) {
      if (nameKey(location.path) === nameKey(dir)) {
        throw new CoreError(
          'AlreadyExists',
          `${displayName(dir)} is already a location, called ${location.name}; run \`spacedrive location rescan ${shellWord(location.name)}\` to scan it again`,
        )
      }
    }
    if (allowNested) return
    const outer = this.map.locate(dir)?.location
    const inner = this.map.below(dir)[0]
    if (!outer && !inner) return
    const relation = outer
      ? `lies in the location ${displayName(outer.path)}, which indexes it already`
      : `has the location ${displayName(inner!.path)} in it`
    throw new CoreError('Conflict', `${displayName(dir)} ${relation}; add it anyway with --allow-nested`)
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
      throw new CoreError(
        'InvalidInput',
        `unknown rule ${JSON.stringify(name)}; the rules are ${RuleName.options.join(', ')}`,
      )
    return parsed.data
  })
}

/** False if the folder cannot be read: the scan reports why. */
async function isEmpty(path: RawName): Promise<boolean> {
  try {
    await using folder = await opendir(fsPath(path))
    return (await folder.read()) === null
  } catch {
    return false
  }
}
