import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { databaseError } from '../db/index.ts'
import type { Device, Library as LibraryEntry, LibraryInfo } from '../domain/index.ts'
import { LibraryId, fileTypes } from '../domain/index.ts'
import type { EventBus } from '../events/index.ts'
import type { IntelligencePort } from '../indexing/index.ts'
import { CoreError, errorMessage, systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { isAlive, readLock } from '../util/lock-file.ts'
import { uuidv7 } from '../util/uuid.ts'
import type { VolumeManager } from '../volume/index.ts'
import { type Backup, backUp, newestGoodBackup } from './backup.ts'
import { folderSize } from './folder-size.ts'
import { KnownLibraries } from './known-libraries.ts'
import { Library, type LibrarySettings } from './library.ts'
import { maintain } from './maintenance.ts'
import type { Problem } from './maintenance-worker.ts'
import { libraryFiles, MANIFEST_VERSION, readManifest, writeManifest } from './manifest.ts'
import { moveToTrash } from './trash.ts'

export const LIBRARY_SUFFIX = '.sdlibrary'

export interface LibraryManagerDeps {
  readonly dataDir: string
  readonly device: () => Device
  readonly volumes: VolumeManager
  readonly events: EventBus
  readonly intelligence: readonly IntelligencePort[]
  readonly settings: LibrarySettings
  readonly now: () => number
  readonly log: Logger
}

/** The libraries of an installation: those it knows, those that are open, and the one that is current. */
export class LibraryManager implements AsyncDisposable {
  readonly #deps: LibraryManagerDeps
  readonly #known: KnownLibraries
  readonly #open = new Map<LibraryId, Library>()

  private constructor(deps: LibraryManagerDeps, known: KnownLibraries) {
    this.#deps = deps
    this.#known = known
  }

  /** Opens every library that was open when the engine closed; one that cannot be opened is listed with the reason. */
  static async open(deps: LibraryManagerDeps): Promise<LibraryManager> {
    const known = await KnownLibraries.open(join(deps.dataDir, 'libraries.json'), deps.log)
    const manager = new LibraryManager(deps, known)
    await manager.#discover()
    for (const entry of known.all()) if (entry.open) await manager.#openQuietly(entry.path)
    return manager
  }

  list(): LibraryEntry[] {
    return this.#known
      .all()
      .map((entry) => ({ ...entry, open: this.#open.has(entry.id), current: entry.id === this.#known.current }))
  }

  opened(): Library[] {
    return [...this.#open.values()]
  }

  currentInfo(): LibraryEntry | null {
    return this.list().find((entry) => entry.current) ?? null
  }

  /** An open library, by name or id; the current one by default. Throws `NotFound`, `Conflict` or what kept it from opening. */
  resolve(reference?: string): Library {
    if (reference === undefined) {
      const current = this.#known.current
      if (current === null)
        throw new CoreError('NotFound', 'there is no library yet; make one with `spacedrive library create <name>`')
      return this.#require(current)
    }
    return this.#require(this.#find(reference).id)
  }

  async create(input: { name: string; path?: string | undefined }): Promise<LibraryEntry> {
    const folder = input.path === undefined ? join(this.#deps.dataDir, 'libraries') : resolve(input.path)
    const path = join(folder, `${fileName(input.name)}${LIBRARY_SUFFIX}`)
    if (this.list().some((entry) => entry.name === input.name)) {
      throw new CoreError('AlreadyExists', `there is a library called ${input.name} already`)
    }
    await mkdir(folder, { recursive: true }).catch((err: unknown) => {
      throw folderError(err, folder)
    })
    await mkdir(path, { mode: 0o700 }).catch((err: unknown) => {
      throw folderError(err, path)
    })
    const library = await this.#fill(path, input.name).catch(async (err: unknown) => {
      // Half a library is none.
      await rm(path, { recursive: true, force: true })
      throw folderError(err, path)
    })
    await this.#known.setCurrent(library.id)
    const entry = this.#entry(library.id)
    this.#deps.events.emit('library.created', entry, library.id)
    return entry
  }

  async #fill(path: string, name: string): Promise<Library> {
    const now = this.#deps.now()
    await writeManifest(path, {
      version: MANIFEST_VERSION,
      id: LibraryId.parse(uuidv7(now)),
      name,
      description: '',
      createdAt: new Date(now).toISOString(),
    })
    return this.#openAt(await realpath(path), false)
  }

  async open(input: { path: string; readOnly: boolean }): Promise<LibraryEntry> {
    const path = await realpath(resolve(input.path)).catch((err: unknown) => {
      throw folderError(err, input.path)
    })
    const library =
      [...this.#open.values()].find((each) => each.path === path) ?? (await this.#openAt(path, input.readOnly))
    await this.#known.setCurrent(library.id)
    return this.#entry(library.id)
  }

  async switchTo(reference: string): Promise<LibraryEntry> {
    const entry = this.#find(reference)
    if (!this.#open.has(entry.id)) await this.#openAt(entry.path, false)
    await this.#known.setCurrent(entry.id)
    const now = this.#entry(entry.id)
    this.#deps.events.emit('library.updated', now, entry.id)
    return now
  }

  async close(reference?: string): Promise<LibraryEntry> {
    const { id } = reference === undefined ? this.resolve() : this.#find(reference)
    const library = this.#open.get(id)
    if (library) {
      this.#open.delete(id)
      await library[Symbol.asyncDispose]()
      this.#deps.events.emit('library.closed', { libraryId: id }, id)
    }
    await this.#known.update(id, { open: false })
    return this.#entry(id)
  }

  async rename(library: Library, name: string): Promise<LibraryEntry> {
    if (this.list().some((entry) => entry.name === name && entry.id !== library.id)) {
      throw new CoreError('AlreadyExists', `there is a library called ${name} already`)
    }
    library.manifest = { ...library.manifest, name }
    await writeManifest(library.path, library.manifest)
    await this.#known.update(library.id, { name })
    const entry = this.#entry(library.id)
    this.#deps.events.emit('library.updated', entry, library.id)
    return entry
  }

  /** Forgets a library; its folder goes to the trash unless it is kept. What it indexed is never touched. */
  async delete(input: {
    library: string
    keepFiles: boolean
  }): Promise<{ libraryId: string; path: string; trashed: boolean }> {
    const entry = this.#find(input.library)
    if (this.#open.has(entry.id)) await this.close(entry.id)
    const holder = readLock(libraryFiles(entry.path).lock)
    if (!input.keepFiles && holder && isAlive(holder)) {
      throw new CoreError('Locked', `library ${entry.name} is in use by process ${holder.pid}; stop it first`)
    }
    const path = input.keepFiles ? entry.path : await moveToTrash(entry.path)
    await this.#known.remove(entry.id)
    this.#deps.events.emit('library.deleted', { libraryId: entry.id }, entry.id)
    return { libraryId: entry.id, path, trashed: !input.keepFiles }
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
    const [contents] = await library.indexing.select('select count(*) as n from content_identities')
    const byType = await library.indexing.select(
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
        type: fileTypes[Number(row['type'])]!,
        files: Number(row['files']),
        bytes: Number(row['bytes']),
      })),
      sizeOnDisk: await folderSize(library.path),
    }
  }

  async backup(library: Library, input: { to?: string | undefined }, signal: AbortSignal): Promise<Backup> {
    const files = libraryFiles(library.path)
    return backUp({ database: files.database, dir: input.to === undefined ? files.backups : resolve(input.to) }, signal)
  }

  async check(library: Library, signal: AbortSignal) {
    const begun = performance.now()
    const files = libraryFiles(library.path)
    const problems: Problem[] = await maintain({ kind: 'check', file: files.database }, signal)
    const ok = problems.length === 0
    const goodBackup = ok ? null : await newestGoodBackup(files.backups, signal)
    return { ok, problems, tookMs: performance.now() - begun, goodBackup }
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

  /** Puts a backup in the place of the database. The one that was there is kept beside it. */
  async restore(
    input: { path: string; backup?: string | undefined },
    signal: AbortSignal,
  ): Promise<{ restored: string; setAside: string | null }> {
    const path = resolve(input.path)
    const files = libraryFiles(path)
    const { id } = await readManifest(path)
    if (this.#open.has(id))
      throw new CoreError('Locked', `${path} is open; close it first with \`spacedrive library close\``)
    const from = input.backup === undefined ? await newestGoodBackup(files.backups, signal) : resolve(input.backup)
    if (!from) throw new CoreError('NotFound', `${path} has no backup that is sound`)
    const problems = await maintain({ kind: 'check', file: from }, signal)
    if (problems.length > 0) throw new CoreError('Corrupt', `${from} is not sound: ${problems[0]!.detail}`)
    const copy = await backUp({ database: from, dir: join(path, '.restore') }, signal)
    const setAside = `${files.database}.damaged-${new Date(this.#deps.now()).toISOString().replaceAll(/[:.]/g, '-')}`
    const hadOne = await rename(files.database, setAside).then(
      () => true,
      () => false,
    )
    await Promise.all(['-wal', '-shm'].map((end) => rm(`${files.database}${end}`, { force: true })))
    await rename(copy.path, files.database)
    await rm(join(path, '.restore'), { recursive: true, force: true })
    await this.#openQuietly(path)
    return { restored: from, setAside: hadOne ? setAside : null }
  }

  /** Closes every library; they are opened again by the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map((library) => library[Symbol.asyncDispose]()))
  }

  async #openAt(path: string, readOnly: boolean): Promise<Library> {
    const { volumes, events, intelligence, settings, now, log } = this.#deps
    const library = await Library.open({
      path,
      readOnly,
      device: this.#deps.device(),
      volumes,
      events,
      intelligence,
      settings,
      now,
      log,
    }).catch(async (err: unknown) => {
      throw await openError(err, path)
    })
    const other = this.#open.get(library.id)
    if (other) {
      await library[Symbol.asyncDispose]()
      throw new CoreError(
        'Conflict',
        `${path} is a copy of library ${other.name} at ${other.path}, which is open; close that one first`,
      )
    }
    this.#open.set(library.id, library)
    await this.#known.put({ id: library.id, name: library.name, path, open: true, error: null })
    events.emit('library.opened', this.#entry(library.id), library.id)
    return library
  }

  /** One library that cannot be opened must not keep the others from opening. */
  async #openQuietly(path: string): Promise<void> {
    try {
      await this.#openAt(path, false)
    } catch (err) {
      const message = errorMessage(err)
      this.#deps.log.error({ path, err: message }, 'library not opened')
      await this.#known.fail(path, message)
      this.#deps.events.emit('library.failed', { path, message })
    }
  }

  /** Libraries in the data folder that are not on the list: put there by hand, or from before the list was lost. */
  async #discover(): Promise<void> {
    const folder = join(this.#deps.dataDir, 'libraries')
    const names = await readdir(folder).catch(() => [])
    for (const name of names) {
      const path = join(folder, name)
      if (!name.endsWith(LIBRARY_SUFFIX) || this.#known.all().some((entry) => entry.path === path)) continue
      const manifest = await readManifest(path).catch(() => null)
      if (!manifest || this.#known.all().some((entry) => entry.id === manifest.id)) continue
      await this.#known.put({ id: manifest.id, name: manifest.name, path, open: true, error: null })
      if (this.#known.current === null) await this.#known.setCurrent(manifest.id)
    }
  }

  #require(id: LibraryId): Library {
    const library = this.#open.get(id)
    if (library) return library
    const entry = this.#known.all().find((known) => known.id === id)
    if (!entry) throw new CoreError('NotFound', `no library ${id}`)
    if (entry.error) throw new CoreError('Unavailable', `library ${entry.name} could not be opened: ${entry.error}`)
    throw new CoreError('Unavailable', `library ${entry.name} is closed; open it with \`spacedrive library switch\``)
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
    const entry = this.list().find((each) => each.id === id)
    if (!entry) throw new CoreError('NotFound', `no library ${id}`)
    return entry
  }
}

/** A library's name as a file name: what some file system refuses becomes a hyphen. */
function fileName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const cleaned = basename(name.replaceAll(/[\\/:*?"<>|\u0000-\u001f]/g, '-'))
    .slice(0, 100)
    .trim()
  return cleaned === '' || cleaned === '.' || cleaned === '..' ? 'Library' : cleaned
}

/** Why a library could not be opened, and what can be done: another way to open it, or its newest good backup. */
async function openError(thrown: unknown, path: string): Promise<unknown> {
  const files = libraryFiles(path)
  const err = databaseError(thrown, files.database)
  const code = systemCode(err)
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM' || code === 'PermissionDenied') {
    const message = `${path} cannot be written; it can be looked at with \`spacedrive library open ${path} --read-only\``
    return new CoreError('PermissionDenied', message, { cause: err })
  }
  if (!(err instanceof CoreError) || err.code !== 'Corrupt') return folderError(err, path)
  const goodBackup = await newestGoodBackup(files.backups)
  const help = goodBackup
    ? `put back its backup ${basename(goodBackup)} with \`spacedrive library restore ${path}\``
    : 'it has no good backup: make a new library and add its folders again'
  const message = `the database of ${path} is damaged (${errorMessage(err.cause ?? err)}); ${help}`
  return new CoreError('Corrupt', message, { cause: err, details: { goodBackup } })
}

function folderError(err: unknown, path: string): unknown {
  const code = systemCode(err)
  if (code === 'EEXIST') return new CoreError('AlreadyExists', `${path} exists already`, { cause: err })
  if (code === 'ENOENT') return new CoreError('NotFound', `${path} does not exist`, { cause: err })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new CoreError('PermissionDenied', `${path} cannot be written`, { cause: err })
  if (code === 'ENOSPC') return new CoreError('DiskFull', `no space left for ${path}`, { cause: err })
  return err
}
