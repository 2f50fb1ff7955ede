import { lstat, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Device, Library as LibraryEntry, LibraryInfo } from '../domain/index.ts'
import { LibraryId, fileTypeByNumber } from '../domain/index.ts'
import type { EventBus } from '../events/index.ts'
import type { IntelligencePort } from '../indexing/index.ts'
import type { DevicePolicy, Generator, PeerSidecars, SidecarLimits, SidecarPools } from '../sidecars/index.ts'
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
import { type Backup, backUp, newestGoodBackup } from './backup.ts'
import { type FilesMovedIn, filesMovedIn, filesMovedInOf } from './files-moved-in.ts'
import { folderSize } from './folder-size.ts'
import { type Known, KnownLibraries } from './known-libraries.ts'
import { Library, type LibraryDeps, type LibrarySettings } from './library.ts'
import { libraryFileName, libraryName } from './library-name.ts'
import { maintain } from './maintenance.ts'
import type { Problem } from './maintenance-worker.ts'
import { makeLibrary } from './make-library.ts'
import { backUpDaily } from './daily-backup.ts'
import { identityIn, keepIdentity, recoverManifest } from './identity.ts'
import { LibraryKeeper } from './library-keeper.ts'
import { libraryFiles, type Manifest, MANIFEST_VERSION, readManifest, writeManifest } from './manifest.ts'
import { openError } from './open-error.ts'
import { type Restored, restoreDatabase, soundBackup } from './restore.ts'
import { moveToTrash } from './trash.ts'

export const LIBRARY_SUFFIX = '.sdlibrary'

export interface LibraryManagerDeps {
  readonly dataDir: string
  readonly device: () => Device
  readonly volumes: VolumeManager
  readonly events: EventBus
  readonly intelligence: readonly IntelligencePort[]
  readonly sidecarPools: SidecarPools
  readonly meaningOf: LibraryDeps['meaningOf']
  readonly generators: () => readonly Generator[]
  readonly sidecarPolicy: () => DevicePolicy
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

/** The libraries of an installation: known, open and current ones. */
export class LibraryManager implements AsyncDisposable {
  readonly #deps: LibraryManagerDeps
  readonly #known: KnownLibraries
  readonly #open = new Map<LibraryId, Library>()
  /**
   * Libraries are created, opened, closed and moved one at a time. If two callers open one library, the second finds it
   * open.
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

  /** Libraries that could not be opened, with the reason. */
  failed(): Known[] {
    return this.#known.all().filter(({ error, id }) => error !== null && !this.#open.has(id))
  }

  currentInfo(): LibraryEntry | null {
    return this.list().find((entry) => entry.current) ?? null
  }

  /**
   * An open library, by name or id; by default the current one. Throws `NotFound`, `Conflict`, or the error that kept
   * it from opening.
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
    await makeLibrary(path, { version: MANIFEST_VERSION, id, name, description: '', createdAt })
    await this.#openAt(path, false).catch(async (err: unknown) => {
      // The library is new and empty. Remove it, because otherwise it would exist without being on the list.
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
    await makeLibrary(path, { ...of, name, version: MANIFEST_VERSION })
    const library = await this.#openAt(path, false)
    this.#deps.events.emit('library.created', this.#entry(library.id), library.id)
    return library
  }

  /** Opens a library folder and makes it current. A library that is already open with other rights is reopened. */
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

  /** Shows which data deleting a library would remove. Changes nothing. */
  previewDelete(reference: string): { libraryId: string; name: string; path: string; movedIn: FilesMovedIn | null } {
    const { id, name, path } = this.#find(reference)
    const library = this.#open.get(id)
    const movedIn = library ? filesMovedIn(library.store.connection) : filesMovedInOf(libraryFiles(path).database)
    return { libraryId: id, name, path, movedIn }
  }

  /**
   * Forgets a library. Its folder goes to the trash, together with files that were moved into it, unless the folder is
   * to be kept. The indexed files themselves are never touched.
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
    // From here on, no file can be moved into the library.
    const movedIn = filesMovedInOf(libraryFiles(path).database)
    const left = input.keepFiles ? path : await moveToTrash(path, this.#deps.now())
    await this.#known.remove(id, { isKept: input.keepFiles })
    this.#deps.events.emit('library.deleted', { libraryId: id }, id)
    return { libraryId: id, path: left, trashed: !input.keepFiles, movedIn }
  }

  async info(library: Library): Promise<LibraryInfo> {
    const db = library.store.connection
    const roots = db
      .prepare(
        `select count(*) as locations, coalesce(sum(d.file_count), 0) as files, coalesce(sum(d.dir_count), 0) as directories,
           coalesce(sum(d.symlink_count), 0) as symlinks, coalesce(sum(d.other_count), 0) as others,
           coalesce(sum(d.total_size), 0) as bytes
         from locations l join directories d on d.id = l.directory_id join entries e on e.id = d.id where e.parent_id is null`,
      )
      .get()!
    const duplicates = await library.files.duplicateTotals()
    const [contents] = await library.store.bulk.select('select count(*) as n from content_identities')
    const byType = await library.store.bulk.select(
      'select type, count(*) as files, sum(size) as bytes from entries where kind = 0 group by type',
    )
    return {
      ...this.#entry(library.id),
      description: library.manifest.description,
      createdAt: library.manifest.createdAt,
      readOnly: library.readOnly,
      counts: {
        files: Number(roots['files']),
        directories: Number(roots['directories']),
        symlinks: Number(roots['symlinks']),
        others: Number(roots['others']),
        bytes: Number(roots['bytes']),
        locations: library.locations.map.all().length,
        contents: Number(contents!['n']),
        duplicateFiles: duplicates.files,
        reclaimableBytes: duplicates.bytes,
      },
      byType: byType.map((row) => ({
        type: fileTypeByNumber[Number(row['type'])]!,
        files: Number(row['files']),
        bytes: Number(row['bytes']),
      })),
      sizeOnDisk: await folderSize(library.path),
    }
  }

  async backup(library: Library, input: { to?: string | undefined }, signal: AbortSignal): Promise<Backup> {
    const { backups, database } = libraryFiles(library.path)
    if (input.to === undefined) assertWritable(library, 'so the backup needs a folder elsewhere: --to <folder>')
    const dir = input.to === undefined ? backups : resolve(input.to)
    return backUp({ database, dir, now: this.#deps.now }, signal)
  }

  /** Checks the database. With `fix`, it first repairs rows that break the rules of the index. */
  async check(library: Library, signal: AbortSignal, { fix }: { fix: boolean } = { fix: false }) {
    const begun = performance.now()
    const files = libraryFiles(library.path)
    const mended = fix ? await library.indexing.mend(signal) : null
    const fixed = Object.values(mended ?? {}).reduce((sum: number, rows: number) => sum + rows, 0)
    const problems: Problem[] = await maintain({ kind: 'check', file: files.database }, signal)
    const ok = problems.length === 0
    const goodBackup = ok ? null : await newestGoodBackup(files.backups, signal)
    return { ok, fixed, problems, tookMs: performance.now() - begun, goodBackup }
  }

  async optimize(library: Library, signal: AbortSignal) {
    const begun = performance.now()
    const file = libraryFiles(library.path).database
    using _lease = await library.store.lease(signal)
    const { size: bytesBefore } = await stat(file)
    await maintain({ kind: 'optimize', file }, signal)
    const { size: bytesAfter } = await stat(file)
    return { bytesBefore, bytesAfter, tookMs: performance.now() - begun }
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

  /** Closes every library; they are opened again by the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper[Symbol.asyncDispose]()
    using _turn = await this.#turns.acquire()
    this.#closed = true
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map((library) => library[Symbol.asyncDispose]()))
  }

  /**
   * Closes libraries whose folder is gone, opens them again when it is back, and reopens libraries whose database lost
   * its log.
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

  /** Closing the connections writes their remaining data into the database. */
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
   * Works even if `library.json` is lost, as long as the database, a backup or the list of libraries has the manifest.
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

  /** One library that cannot be opened must not keep the others from opening. */
  async #openQuietly(path: string, readOnly: boolean): Promise<void> {
    const { events, log } = this.#deps
    try {
      await this.#openAt(path, readOnly)
    } catch (err) {
      const message = errorMessage(err)
      log.error({ path, err }, `library not opened: ${message}`)
      const code = err instanceof CoreError ? err.code : 'Internal'
      // Best effort: if the list cannot be written either, the error is in the log.
      await this.#known.fail(path, { code, message }).catch((cause: unknown) => {
        log.warn({ path, err: cause }, 'cannot record that a library could not be opened')
      })
      events.emit('library.failed', { path, message })
    }
  }

  /** Libraries in the data folder that are not on the list: put there by hand, or from before the list was lost. */
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
    const entries = this.#known.all().filter((entry) => entry.id === reference || entry.name === reference)
    if (entries.length === 0)
      throw new CoreError('NotFound', `no library ${JSON.stringify(reference)}; see \`spacedrive library list\``)
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

function assertWritable({ name, readOnly }: Library, consequence: string): void {
  if (readOnly) throw new CoreError('PermissionDenied', `library ${name} is open read-only, ${consequence}`)
}

/** Checks a library before its folder goes to the trash; this process does not hold its lock. */
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
  /** The library that the backup belongs to, as named by the user: a name or an id. */
  readonly of: string | undefined
}

/** Another library's backup would remove all locations, so it is restored only if the user names that library. */
function assertBackupOf(backup: string, { id, name, of, path }: RestoreTarget): void {
  const origin = identityIn(backup)
  if (origin?.id === id || (of !== undefined && (origin === null ? [id, name] : [origin.id, origin.name]).includes(of)))
    return
  // A nameless backup of an older version belongs to the library if it is in the library's own folder.
  if (origin === null && backup.startsWith(libraryFiles(path).backups + sep)) return
  const whose = origin ? `library ${origin.name} (${origin.id})` : 'a library it does not name'
  const named = shellWord(origin ? origin.name : name)
  throw new CoreError(
    'Conflict',
    `${backup} is a backup of ${whose}, not of library ${name}; to restore it anyway, add --of ${named}`,
  )
}
