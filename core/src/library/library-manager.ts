import { type SettingPlace, withSetting } from '../config/index.ts'
import { lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Device, Library as LibraryEntry, LibraryInfo } from '../domain/index.ts'
import { LibraryId } from '../domain/index.ts'
import type { EventBus } from '../events/index.ts'
import type { IntelligencePort } from '../indexing/index.ts'
import type { PeerSidecars, SidecarLimits, SidecarPools } from '../sidecars/index.ts'
import type { UserDisk } from '../sources/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { Lease } from '../util/lease.ts'
import { isAlive, readLock } from '../util/lock-file.ts'
import type { Logger } from '../util/logger.ts'
import type { Foreground } from '../util/foreground.ts'
import type { Machine } from '../util/machine.ts'
import { pathError } from '../util/path-error.ts'
import { shellWord } from '../util/shell-word.ts'
import { uuidv7 } from '../util/uuid.ts'
import type { VolumeManager } from '../volume/index.ts'
import type { Backup } from './backup.ts'
import { type FilesMovedIn, filesMovedIn, filesMovedInOf } from './files-moved-in.ts'
import { type Known, KnownLibraries } from './known-libraries.ts'
import { Library, type LibraryDeps, type LibrarySettings } from './library.ts'
import { assertWritable, backUpLibrary, checkLibrary, describeLibrary, optimizeLibrary } from './library-care.ts'
import { libraryFileName, libraryName } from './library-name.ts'
import { makeLibrary } from './make-library.ts'
import { backUpDaily } from './daily-backup.ts'
import { identityIn, keepIdentity, recoverManifest } from './identity.ts'
import { LibraryKeeper } from './library-keeper.ts'
import { libraryFiles, type Manifest, MANIFEST_VERSION, readManifest, writeManifest } from './manifest.ts'
import { openError } from './open-error.ts'
import { type Restored, restoreDatabase, soundBackup } from './restore.ts'
import { moveToTrash } from './trash.ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { hasPartialId } from '../util/partial-id.ts'

export const LIBRARY_SUFFIX = '.sdlibrary'

export interface LibraryManagerDeps {
  readonly dataDir: string
  readonly device: () => Device
  readonly volumes: VolumeManager
  readonly events: EventBus
  readonly intelligence: readonly IntelligencePort[]
  readonly sidecarPools: SidecarPools
  readonly meaningOf: LibraryDeps['meaningOf']
  readonly generators: LibraryDeps['generators']
  readonly sidecarPolicy: LibraryDeps['sidecarPolicy']
  readonly sidecarLimits: () => SidecarLimits
  readonly peerSidecarsOf: (library: LibraryId) => PeerSidecars | null
  readonly machine: Machine
  readonly userDisk: UserDisk
  readonly privateFiles: LibraryDeps['privateFiles']
  readonly foreground: Foreground
  readonly isMetered: () => Promise<boolean>
  readonly settings: LibrarySettings
  readonly now: () => number
  readonly log: Logger
}

/** A value of a setting that belongs to a library. */
export interface SettingValue extends SettingPlace {
  /** Undefined: the library loses its own value. */
  readonly value: unknown
}

/** The libraries of an installation: known, open and current ones. */
export class LibraryManager implements AsyncDisposable {
  readonly #deps: LibraryManagerDeps
  readonly #known: KnownLibraries
  readonly #open = new Map<LibraryId, Library>()
  /**
   * Libraries are created, opened, closed and moved one at a time. If two callers open the same library, the second
   * one gets the open library.
   */
  readonly #turns = new Lease()
  readonly #keeper: LibraryKeeper
  /** Why the last automatic backup of a library failed. */
  readonly #notBackedUp = new Map<LibraryId, string>()
  #closed = false

  private constructor(deps: LibraryManagerDeps, known: KnownLibraries) {
    this.#deps = deps
    this.#known = known
    this.#keeper = new LibraryKeeper({
      look: () => this.look(),
      backUp: (signal) => this.backUpDaily(signal),
      log: deps.log,
    })
  }

  /**
   * Opens every library that was open when the engine closed. A library that cannot be opened is listed with the
   * reason.
   */
  static async open(deps: LibraryManagerDeps): Promise<LibraryManager> {
    const known = await KnownLibraries.open(deps)
    const manager = new LibraryManager(deps, known)
    await manager.#discover()
    for (const { open, path, readOnly } of known.all()) if (open) await manager.#openQuietly(path, readOnly)
    return manager
  }

  list(): LibraryEntry[] {
    return this.#known.all().map((known) => this.#toEntry(known))
  }

  opened(): Library[] {
    return [...this.#open.values()]
  }

  /** Libraries that could not be opened, with the reasons. */
  failed(): Known[] {
    return this.#known.all().filter(({ error, id }) => error !== null && !this.#open.has(id))
  }

  currentInfo(): LibraryEntry | null {
    return this.list().find((entry) => entry.current) ?? null
  }

  /**
   * An open library, by name or id; by default the current one. Throws `NotFound`, `Conflict`, or the error because of
   * which it could not be opened.
   */
  resolve(reference?: string): Library {
    if (reference === undefined) {
      const current = this.#known.current
      if (current === null)
        throw new CoreError('NotFound', 'there is no library yet; create one with `spacedrive library create <name>`')
      return this.#require(current)
    }
    return this.#require(this.#find(reference).id)
  }

  /** The same, but returns null if there are no libraries. */
  resolveIfAny(reference?: string): Library | null {
    return reference === undefined && this.#known.current === null ? null : this.resolve(reference)
  }

  async create(input: { name: string; path?: string | undefined }): Promise<LibraryEntry> {
    using _turn = await this.#turn()
    const name = libraryName(input.name)
    this.#assertNameIsFree(name)
    const given = input.path === undefined ? join(this.#deps.dataDir, 'libraries') : resolve(input.path)
    const folder = await makeFolder(given)
    const path = join(folder, `${libraryFileName(name)}${LIBRARY_SUFFIX}`)
    const now = this.#deps.now()
    const id = LibraryId.parse(uuidv7(now))
    const createdAt = new Date(now).toISOString()
    await makeLibrary(path, { version: MANIFEST_VERSION, id, name, description: '', createdAt, settings: {} })
    await this.#openAt(path, false).catch(async (err: unknown) => {
      // The library is new and empty. Without an entry in the list it would be lost, so remove it.
      await rm(path, { recursive: true, force: true })
      throw err
    })
    await this.#known.setCurrent(id)
    const entry = this.#entry(id)
    this.#deps.events.emit('library.created', entry, id)
    return entry
  }

  /**
   * Creates an empty library with the id it has on another device, or opens the library with that id if there is one.
   * Throws `AlreadyExists` if another library has the name.
   */
  async adopt(of: { id: LibraryId; name: string; description: string; createdAt: string }): Promise<Library> {
    using _turn = await this.#turn()
    const known = this.#known.all().find(({ id }) => id === of.id)
    if (known) return this.#open.get(known.id) ?? this.#openAt(known.path, known.readOnly)
    const name = libraryName(of.name)
    this.#assertNameIsFree(name)
    const folder = await makeFolder(join(this.#deps.dataDir, 'libraries'))
    const path = join(folder, `${libraryFileName(name)}${LIBRARY_SUFFIX}`)
    await makeLibrary(path, { ...of, name, version: MANIFEST_VERSION, settings: {} })
    const library = await this.#openAt(path, false)
    this.#deps.events.emit('library.created', this.#entry(library.id), library.id)
    return library
  }

  /** Opens a library folder and makes it current. If it is open, but with other rights, it is reopened. */
  async open(input: { path: string; readOnly: boolean }): Promise<LibraryEntry> {
    using _turn = await this.#turn()
    const path = await realLibraryPath(input.path)
    let library = this.opened().find((each) => each.path === path)
    if (library && library.readOnly !== input.readOnly) {
      await this.#close(library)
      library = undefined
    }
    const { id } = library ?? (await this.#openAt(path, input.readOnly))
    await this.#known.setCurrent(id)
    return this.#entry(id)
  }

  async switchTo(reference: string): Promise<LibraryEntry> {
    using _turn = await this.#turn()
    const { id, path, readOnly } = this.#find(reference)
    if (!this.#open.has(id)) await this.#openAt(path, readOnly)
    await this.#known.setCurrent(id)
    const entry = this.#entry(id)
    this.#deps.events.emit('library.updated', entry, id)
    return entry
  }

  async close(reference?: string): Promise<LibraryEntry> {
    using _turn = await this.#turn()
    const { id } = reference === undefined ? this.resolve() : this.#find(reference)
    const library = this.#open.get(id)
    if (library) await this.#close(library)
    await this.#known.update(id, { open: false })
    return this.#entry(id)
  }

  async rename(library: Library, to: string): Promise<LibraryEntry> {
    using _turn = await this.#turn()
    assertWritable(library, 'so its name cannot be changed')
    const name = libraryName(to)
    this.#assertNameIsFree(name, library.id)
    const manifest = { ...library.manifest, name }
    await writeManifest(library.path, manifest)
    await keepIdentity(library.store, manifest)
    library.manifest = manifest
    await this.#known.update(library.id, { name })
    const entry = this.#entry(library.id)
    this.#deps.events.emit('library.updated', entry, library.id)
    return entry
  }

  /** Stores a value of a setting in the library's file, beside what was written there by hand. */
  async setSetting(library: Library, { value, ...place }: SettingValue): Promise<void> {
    using _turn = await this.#turn()
    assertWritable(library, 'so its settings cannot be changed')
    const { settings } = await this.#manifestAt(library.path)
    const changed = withSetting(settings, place, value)
    const manifest = { ...library.manifest, settings: changed }
    await writeManifest(library.path, manifest)
    await keepIdentity(library.store, manifest)
    library.manifest = manifest
  }

  /** Shows which data deleting a library would remove. Changes nothing. */
  previewDelete(reference: string): { libraryId: string; name: string; path: string; movedIn: FilesMovedIn | null } {
    const { id, name, path } = this.#find(reference)
    const library = this.#open.get(id)
    const movedIn = library ? filesMovedIn(library.store.connection) : filesMovedInOf(libraryFiles(path).database)
    return { libraryId: id, name, path, movedIn }
  }

  /**
   * Forgets a library. Its folder, with the files that were moved into it, goes to the trash, unless the caller asks
   * to keep the folder. The indexed files themselves are never touched.
   */
  async delete(input: {
    library: string
    keepFiles: boolean
  }): Promise<{ libraryId: string; path: string; trashed: boolean; movedIn: FilesMovedIn | null }> {
    using _turn = await this.#turn()
    const { id, name, path } = this.#find(input.library)
    const library = this.#open.get(id)
    if (!input.keepFiles && (!library || library.readOnly)) await assertRemovable(path, name)
    if (library) await this.#close(library)
    // From now on, no file can be moved into the library.
    const movedIn = filesMovedInOf(libraryFiles(path).database)
    const left = input.keepFiles ? path : await moveToTrash(path, this.#deps.now())
    await this.#known.remove(id, { isKept: input.keepFiles })
    this.#deps.events.emit('library.deleted', { libraryId: id }, id)
    return { libraryId: id, path: left, trashed: !input.keepFiles, movedIn }
  }

  async info(library: Library): Promise<LibraryInfo> {
    return { ...this.#entry(library.id), ...(await describeLibrary(library)) }
  }

  backup(library: Library, { to }: { to?: string | undefined }, signal: AbortSignal): Promise<Backup> {
    return backUpLibrary(library, { to, now: this.#deps.now }, signal)
  }

  /** See `checkLibrary`. */
  check(library: Library, signal: AbortSignal, { fix }: { fix: boolean } = { fix: false }) {
    return checkLibrary(library, { fix }, signal)
  }

  optimize(library: Library, signal: AbortSignal) {
    return optimizeLibrary(library, signal)
  }

  /**
   * Replaces the database with a backup and keeps the old database beside it. Throws `Conflict` if the backup is of
   * another library, unless `of` names that library.
   */
  async restore(
    input: { path: string; backup?: string | undefined; of?: string | undefined },
    signal: AbortSignal,
  ): Promise<Restored> {
    using _turn = await this.#turn()
    const path = await realLibraryPath(input.path)
    const { id, name } = await this.#manifestAt(path)
    if (this.#open.has(id))
      throw new CoreError('Locked', `${path} is open; close it first with \`spacedrive library close\``)
    const backup = input.backup === undefined ? null : resolve(input.backup)
    if (backup !== null) assertBackupOf(await soundBackup(backup, signal), { path, id, name, of: input.of })
    const restored = await restoreDatabase({ path, name, backup, now: this.#deps.now }, signal)
    await this.#openQuietly(path, false)
    return restored
  }

  /** Closes every library. The next start opens them again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper[Symbol.asyncDispose]()
    using _turn = await this.#turns.acquire()
    this.#closed = true
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map((library) => library[Symbol.asyncDispose]()))
  }

  /**
   * Closes libraries whose folder is gone, opens them again when it is back, and reopens libraries whose database has
   * lost its WAL.
   */
  async look(): Promise<void> {
    const changes: { library: Library; change: 'gone' | 'log' }[] = []
    for (const library of this.opened()) {
      const change = await library.lookAtDisk()
      if (change) changes.push({ library, change })
    }
    const back = await this.#thatAreBack()
    if (changes.length === 0 && back.length === 0) return
    using _turn = await this.#turn()
    for (const { change, library } of changes) {
      if (this.#open.get(library.id) !== library) continue
      if (change === 'gone') await this.#lose(library)
      else await this.#reopen(library)
    }
    for (const { id, path, readOnly } of back) if (!this.#open.has(id)) await this.#openQuietly(path, readOnly)
  }

  /** Backs up every library that has changed since its last backup, if that is more than a day old. */
  async backUpDaily(signal: AbortSignal): Promise<void> {
    const { log, now } = this.#deps
    for (const { id, name, path, readOnly } of this.opened()) {
      if (readOnly) continue
      try {
        const done = await backUpDaily({ path, now }, signal)
        this.#notBackedUp.delete(id)
        if (!done) continue
        log.info({ library: name, backup: done.made.path }, 'the library was backed up')
        for (const file of done.damaged) log.warn({ library: name, file }, 'an older backup is damaged')
      } catch (err) {
        if (signal.aborted) return
        this.#notBackedUp.set(id, errorMessage(err))
        log.warn({ library: name, err }, `the library was not backed up: ${errorMessage(err)}`)
      }
    }
  }

  /** A problem with the list of libraries that the user should know about; null if there is none. */
  get listNotice(): string | null {
    return this.#known.notice
  }

  /** Problems that the user should take care of, one sentence each. */
  notices(): string[] {
    return this.opened().flatMap(({ id, name }) => {
      const why = this.#notBackedUp.get(id)
      return why === undefined ? [] : [`library ${name} could not be backed up today: ${why}`]
    })
  }

  async #lose(library: Library): Promise<void> {
    const { events, log } = this.#deps
    const { id, name, path } = library
    const message = `its folder ${path} was moved, deleted or unmounted while it was open; put it back, and it opens by itself; or open it where it is now with \`spacedrive library open <path>\``
    log.error({ library: name, path }, `library ${name} was closed: ${message}`)
    this.#open.delete(id)
    await this.#known.fail(path, { code: 'Offline', message })
    await library[Symbol.asyncDispose]().catch((err: unknown) => {
      log.warn({ library: name, err }, 'closing a library whose folder is gone')
    })
    events.emit('library.failed', { path, message })
  }

  /** Closes and opens a library again. When its connections close, their remaining data are written to the database. */
  async #reopen(library: Library): Promise<void> {
    const { name, path, readOnly } = library
    this.#deps.log.error(
      { library: name, path },
      'the write-ahead log of the database was deleted: reopening the library',
    )
    await this.#close(library)
    await this.#openQuietly(path, readOnly)
  }

  async #thatAreBack(): Promise<Known[]> {
    const lost = this.failed().filter(
      ({ errorCode, open }) => open && (errorCode === 'Offline' || errorCode === 'NotFound'),
    )
    const back: Known[] = []
    for (const known of lost) {
      const manifest = await readManifest(known.path).catch(() => null)
      if (manifest?.id === known.id) back.push(known)
    }
    return back
  }

  /**
   * The manifest of the library at a path. If `library.json` is lost, it is taken from the database, a backup or the
   * list of libraries.
   */
  #manifestAt(path: string, readOnly = false): Promise<Manifest> {
    const known = this.#known.all().find((each) => each.path === path)
    return recoverManifest(path, { readOnly, known: known && { id: known.id, name: known.name }, log: this.#deps.log })
  }

  async #turn(): Promise<Disposable> {
    const turn = await this.#turns.acquire()
    if (!this.#closed) return turn
    turn[Symbol.dispose]()
    throw new CoreError('Unavailable', 'the engine is closed')
  }

  async #openAt(path: string, readOnly: boolean): Promise<Library> {
    const { id } = await this.#manifestAt(path, readOnly)
    const other = this.#open.get(id)
    if (other) {
      throw new CoreError(
        'Conflict',
        `${path} is a copy of library ${other.name} at ${other.path}, which is open; close that one first`,
      )
    }
    const library = await Library.open({ ...this.#deps, path, readOnly }).catch(async (err: unknown) => {
      throw await openError(err, path)
    })
    try {
      await this.#known.put({ id, name: library.name, path, open: true, readOnly, error: null, errorCode: null })
    } catch (err) {
      await library[Symbol.asyncDispose]()
      throw err
    }
    this.#open.set(id, library)
    this.#deps.events.emit('library.opened', this.#entry(id), id)
    return library
  }

  async #close(library: Library): Promise<void> {
    this.#open.delete(library.id)
    await library[Symbol.asyncDispose]()
    this.#deps.events.emit('library.closed', { libraryId: library.id }, library.id)
  }

  /** Opens a library without throwing: if one library cannot be opened, the others must still be opened. */
  async #openQuietly(path: string, readOnly: boolean): Promise<void> {
    const { events, log } = this.#deps
    try {
      await this.#openAt(path, readOnly)
    } catch (err) {
      const message = errorMessage(err)
      log.error({ path, err }, `library not opened: ${message}`)
      const code = err instanceof CoreError ? err.code : 'Internal'
      // Best effort: if the list cannot be written either, the error is in the log only.
      await this.#known.fail(path, { code, message }).catch((cause: unknown) => {
        log.warn({ path, err: cause }, 'cannot record that a library could not be opened')
      })
      events.emit('library.failed', { path, message })
    }
  }

  /** Adds libraries in the data folder that are not on the list: a user has put them there, or the list was lost. */
  async #discover(): Promise<void> {
    const { dataDir, log } = this.#deps
    const folder = join(await realpath(dataDir), 'libraries')
    const names = await readdir(folder).catch(() => [])
    for (const file of names) {
      if (!file.endsWith(LIBRARY_SUFFIX)) continue
      const path = join(folder, file)
      try {
        await this.#take(path)
      } catch (err) {
        log.warn({ path, err }, 'a folder among the libraries was passed over')
      }
    }
  }

  async #take(path: string): Promise<void> {
    if (this.#known.all().some((known) => known.path === path)) return
    const { id, name } = await recoverManifest(path, { readOnly: false, log: this.#deps.log })
    if (this.#known.isForgotten(id) || this.#known.all().some((known) => known.id === id)) return
    await this.#known.put({ id, name, path, open: true, readOnly: false, error: null, errorCode: null })
  }

  #assertNameIsFree(name: string, except?: LibraryId): void {
    if (!this.#known.all().some((known) => known.name === name && known.id !== except)) return
    throw new CoreError('AlreadyExists', `a library called ${name} already exists`)
  }

  #require(id: LibraryId): Library {
    const library = this.#open.get(id)
    if (library) return library
    const entry = this.#known.all().find((known) => known.id === id)
    if (!entry) throw new CoreError('NotFound', `no library ${id}`)
    if (entry.error) throw new CoreError('Unavailable', `library ${entry.name} could not be opened: ${entry.error}`)
    throw new CoreError(
      'Unavailable',
      `library ${entry.name} is closed; open it with \`spacedrive library switch ${shellWord(entry.name)}\``,
    )
  }

  #find(reference: string) {
    const all = this.#known.all()
    const same = all.filter((entry) => entry.id === reference || entry.name === reference)
    const entries = same.length > 0 ? same : all.filter(({ id }) => hasPartialId(id, reference))
    if (entries.length === 0) {
      const names = all.map(({ name }) => name)
      throw new CoreError(
        'NotFound',
        `no library ${JSON.stringify(reference)}; ${didYouMean(reference, names, 'spacedrive library list')}`,
      )
    }
    if (entries.length > 1)
      throw new CoreError('Conflict', `${entries.length} libraries are called ${reference}; use the id`)
    return entries[0]!
  }

  #entry(id: LibraryId): LibraryEntry {
    const known = this.#known.all().find((each) => each.id === id)
    if (!known) throw new CoreError('NotFound', `no library ${id}`)
    return this.#toEntry(known)
  }

  #toEntry({ id, name, path, error }: Known): LibraryEntry {
    return { id, name, path, error, open: this.#open.has(id), current: id === this.#known.current }
  }
}

async function realLibraryPath(path: string): Promise<string> {
  return realpath(resolve(path)).catch((err: unknown) => {
    throw pathError(err, path)
  })
}

/** Creates the folder if it does not exist, and returns its real path. */
async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true })
    return await realpath(folder)
  } catch (err) {
    throw pathError(err, folder)
  }
}

/** Checks that a library can be removed before its folder goes to the trash. This process does not hold its lock. */
async function assertRemovable(path: string, name: string): Promise<void> {
  await lstat(path).catch((cause: unknown) => {
    const message = `${path} is not there; plug its disk in, or forget the library with --keep-files`
    throw new CoreError('NotFound', message, { cause })
  })
  const holder = readLock(libraryFiles(path).lock)
  if (!holder || !isAlive(holder)) return
  throw new CoreError('Locked', `library ${name} is in use by process ${holder.pid} on ${holder.host}; stop it first`)
}

interface RestoreTarget {
  readonly path: string
  readonly id: LibraryId
  readonly name: string
  /** The library to which the backup belongs, as the user named it: a name or an id. */
  readonly of: string | undefined
}

/**
 * Checks that a backup belongs to the library. Restoring another library's backup would remove all locations, so the
 * user must name that library.
 */
function assertBackupOf(backup: string, { id, name, of, path }: RestoreTarget): void {
  const origin = identityIn(backup)
  if (origin?.id === id || (of !== undefined && (origin === null ? [id, name] : [origin.id, origin.name]).includes(of)))
    return
  // A backup of an older version has no name. It belongs to the library if it is in the library's own folder of
  // backups.
  if (origin === null && backup.startsWith(libraryFiles(path).backups + sep)) return
  const whose = origin ? `library ${origin.name} (${origin.id})` : 'a library it does not name'
  const named = shellWord(origin ? origin.name : name)
  throw new CoreError(
    'Conflict',
    `${backup} is a backup of ${whose}, not of library ${name}; to restore it anyway, add --of ${named}`,
  )
}
