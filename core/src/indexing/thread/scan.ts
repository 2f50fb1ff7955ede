import type { DatabaseSync } from '../../db/sqlite.ts'
import { setImmediate } from 'node:timers/promises'
import { CoreError } from '../../util/errors.ts'
import { emptiedMessage } from '../../util/emptied-message.ts'
import {
  baseOf,
  bytesToName,
  displayName,
  inOnePiece,
  joinName,
  nameBytes,
  nameKey,
  type RawName,
} from '../../util/file-name.ts'
import { type Inode, inodeKey } from '../../util/inode.ts'
import { levelsBelow, volumePathOf } from '../volume-path.ts'
import type { EntryRow } from './touched.ts'
import { type EntryWriter, foundAt, type FoundEntry, isBelow } from './entry-writer.ts'
import { differs } from './compare.ts'
import type { Beginning, LookedAt, LookFailure, PathFacts, PlainListing } from './disk-requests.ts'
import type { FileObject } from './ephemeral-ids.ts'
import { FINGERPRINT_BYTES } from './fingerprint.ts'
import { type Arrival, directoryPath, FolderRows } from './folder-rows.ts'
import { KnownDirectories, type KnownDirectory } from './known-directories.ts'
import { hasObjectIndex, KnownObjects, OBJECT_INDEX, type SameObject } from './known-objects.ts'
import {
  birthtimeOf,
  CTIME,
  FIELDS,
  inodeOf,
  isOtherFileSystem,
  KIND,
  MTIME,
  MTIME_NS,
  SIZE,
  warningCode,
  DIRECTORY,
  FILE,
} from './listing.ts'
import { beginAt, factsOf, lookAt, orFailure } from './look-folder.ts'
import { PatientDisk } from './patient-disk.ts'
import { type Missing, MissingNames } from './removals.ts'
import { type Listing, newNode, type Node, READ_ANEW, taskOf, UNSENT } from './scan-node.ts'
import type { DirtyDirectory, ScanHost, ScanReport, ScanRequest } from './scan-request.ts'
import { Walker } from './walk.ts'
import { walkingProcesses, walkingThreads, type Walkers, type WalkListener } from './walkers.ts'
import type { WalkResults, WalkSetup } from './walk-messages.ts'
import { WalkSession } from './walk-session.ts'
import { inTransaction, MAX_TRANSACTION_MS, WriteWindow } from './write-window.ts'

interface Look extends Listing {
  readonly names: readonly RawName[] | null
  looked: LookedAt | { readonly failure: LookFailure }
}

/**
 * If a folder changes during every read, the scan gives up after this many attempts; the watcher or the next scan
 * tries again.
 */
const MAX_ATTEMPTS = 16
/** Limit on rounds of second looks at missing names. Entries found in one round may reveal more missing names. */
const MAX_ROUNDS = 4
/** Folders that a refresh lists before it takes the write lease. */
const LOOKS_AT_ONCE = 64
/** Names that are looked at in one transaction. */
const NAMES_AT_ONCE = 1_024

/**
 * Compares a folder, and everything below it, with its rows, and updates the rows.
 *
 * Several scans and refreshes run side by side. Each lists a folder without the write lease. In one transaction it then
 * checks that the folder's row still has the path and inode that were listed and that nothing has changed its rows
 * since. If so, it records the listing; otherwise it lists the folder again. Rows that a listing does not contain are
 * removed at the end, and only if a second look in the deleting transaction does not find them either. Until then the
 * file may turn up elsewhere and keep its row.
 */
export class Scan {
  readonly #db: DatabaseSync
  readonly #request: ScanRequest
  readonly #host: ScanHost
  readonly #writer: EntryWriter
  readonly #directories: KnownDirectories
  /** Set if the disk may never answer. Then this thread never accesses the disk, and `#walker` is not used. */
  readonly #disk: PatientDisk | null
  /** Used only with `#disk`: the entries that now exist at the former paths of files. */
  readonly #before = new Map<string, PathFacts | null>()
  #device = 0n
  #walker: Walker | null = null
  #objects!: KnownObjects
  #rows!: FolderRows
  readonly #locationRoots: ReadonlySet<number>
  readonly #locationPaths: ReadonlySet<string>
  readonly #nodes = new Map<number, Node>()
  /** The folders of `#nodes`, and all folders that are being looked at, by row id. */
  readonly #underWay = new Map<number, Listing[]>()
  /** Folders whose rows have changed since the scan began. */
  readonly #changed = new Set<number>()
  #isDistrustful = false
  #loadedAt = -1
  readonly #attempts = new Map<number, number>()
  readonly #missing = new MissingNames()
  readonly #hasStableInodes: boolean
  readonly #firstNewId: number
  readonly #seen = { entries: 0, bytes: 0 }
  readonly #changes = { added: 0, modified: 0, moved: 0, removed: 0 }
  #seq = 0
  #unreadable = 0
  /** The reason why the scan gave up a folder; null if it gave up none. */
  #givenUp: string | null = null
  #isRefreshing = false
  /** Folders that a refresh found under another path. */
  readonly #moved = new Set<number>()
  /**
   * Folders that were not at the path in their row, with the names to look at. Such a folder may return to its old
   * place.
   */
  readonly #gone = new Map<number, readonly RawName[] | null>()
  /** Folders to look at when the walk has ended. */
  #owed: DirtyDirectory[] = []
  readonly #queue: Node[] = []

  constructor(db: DatabaseSync, writer: EntryWriter, request: ScanRequest, host: ScanHost) {
    this.#db = db
    this.#writer = writer
    this.#request = request
    this.#host = {
      ...host,
      committed: (touched) => {
        for (const { uuid, kind, inode, birthtime, nlink } of touched.removed) {
          if (kind === DIRECTORY || nlink === 1) host.ids.keep({ device: this.#device, inode, birthtime }, uuid)
        }
        host.committed(touched)
      },
    }
    this.#firstNewId = writer.nextId
    this.#directories = new KnownDirectories(db, request.volumeId)
    const { dir, patience, threads } = request
    this.#disk = patience && new PatientDisk({ dir, patience, processes: Math.max(1, threads) })
    const volume = db.prepare('select filesystem from volumes where id = ?').get(request.volumeId)
    this.#hasStableInodes = !UNSTABLE_INODES.test(String(volume?.['filesystem'] ?? ''))
    const roots = db.prepare('select directory_id, path from locations').all()
    this.#locationRoots = new Set(roots.map((row) => Number(row['directory_id'])))
    this.#locationPaths = new Set(roots.map((row) => displayName(bytesToName(row['path'] as Uint8Array))))
  }

  /** Compares the folder and everything below it. */
  async run(): Promise<ScanReport> {
    await using _disk = this.#disk
    using _observing = this.#observe()
    const begun = performance.now()
    const { anchors, own } = await this.#begin()
    const root = this.#loadKnown(anchors)
    // While the scan waited for the lease, a refresh may have recorded newer times.
    await inTransaction({ writer: this.#writer, host: this.#host }, () => {
      if (this.#isWhole) this.#writer.settled.begin(this.#request)
      this.#updateRoot(root, this.#ownNow() ?? own)
    })
    this.#send({ ...root, structure: this.#writer.structure, inode: this.#writer.row(root.id)!.inode })
    await this.#walk()
    const report = await this.#finish(begun)
    if (this.#isWhole && this.#givenUp === null) {
      for (const settle of this.#writer.settled.end(this.#request)) {
        await inTransaction({ writer: this.#writer, host: this.#host }, settle)
      }
    }
    return report
  }

  /** Whether the scan reads every folder of a location. */
  get #isWhole(): boolean {
    const { directoryId, recursive, trustTimes } = this.#request
    return recursive && !trustTimes && this.#locationRoots.has(directoryId)
  }

  /**
   * Updates some names of some folders, and everything new below them. Subfolders that kept their place are not
   * entered.
   */
  async refresh(dirty: readonly DirtyDirectory[]): Promise<ScanReport> {
    await using _disk = this.#disk
    using _observing = this.#observe()
    const begun = performance.now()
    await this.#begin()
    await this.#lookAtAll(dirty)
    await this.#walk()
    const report = await this.#finish(begun)
    // The watcher does not report a change twice, so the caller must scan the location.
    if (this.#givenUp !== null) throw new CoreError('Unavailable', this.#givenUp)
    return report
  }

  #observe(): Disposable {
    return this.#writer.observe({
      folderChanged: (id) => {
        if (id < this.#firstNewId) this.#changed.add(id)
        for (const listing of this.#underWay.get(id) ?? []) listing.isStale = true
      },
      rolledBack: () => {
        this.#isDistrustful = true
        for (const listings of this.#underWay.values()) for (const listing of listings) listing.isStale = true
      },
    })
  }

  /** Reads the facts about the folder where the scan begins. Throws `Offline`. */
  async #begin(): Promise<Beginning> {
    const { dir, rules, rulesRoot: root, volumeId } = this.#request
    const asked = { root, rules, dir }
    const beginning = this.#disk ? await this.#disk.ask('begin', asked, this.#host.signal) : beginAt(asked)
    if (!beginning) throw new CoreError('Offline', `${displayName(dir)} is not there`)
    if (!beginning.isDirectory) throw new CoreError('Offline', `${displayName(dir)} is not a folder any more`)
    this.#device = beginning.device
    if (!this.#disk) this.#walker = new Walker(this.#setup)
    this.#objects = new KnownObjects(this.#writer, { id: volumeId, hasStableInodes: this.#hasStableInodes })
    if (!this.#objects.isEmpty && !hasObjectIndex(this.#db)) {
      await inTransaction({ writer: this.#writer, host: this.#host }, () => this.#db.exec(OBJECT_INDEX))
    }
    this.#rows = new FolderRows({
      db: this.#db,
      writer: this.#writer,
      volumeId,
      volumePath: this.#request.volumePath,
      objects: this.#objects,
      hasStableInodes: this.#hasStableInodes,
      missing: this.#missing,
      changes: this.#changes,
      ids: this.#host.ids,
      isStillThere: (row, found) => this.#isStillThere(row, found),
      objectOf: (found) => this.#objectOf(found),
      absolute: (path) => this.#absolute(path),
    })
    return beginning
  }

  /** The current state of the folder where the scan begins; null if reading it might block forever. */
  #ownNow(): PlainListing | null {
    const { dir, rules, rulesRoot: root } = this.#request
    return this.#disk ? null : (beginAt({ root, rules, dir })?.own ?? null)
  }

  get #setup(): WalkSetup {
    const { rules, rulesRoot: root, silent } = this.#request
    return { root, device: this.#device, rules, silent }
  }

  async #finish(begun: number): Promise<ScanReport> {
    const discovered = performance.now()
    const isOpen = () => !this.#missing.isEmpty || this.#owed.length > 0 || this.#gone.size > 0
    for (let round = 0; round < MAX_ROUNDS && isOpen(); round++) {
      const gone = [...this.#gone].flatMap(([id, names]) => {
        const place = this.#placeOf(id)
        return place ? [{ dir: place.dir, names, depth: place.depth }] : []
      })
      this.#gone.clear()
      await this.#lookAtAll([...this.#owed.splice(0), ...gone])
      if (!this.#missing.isEmpty) await this.#request.beforeRemoving?.()
      await this.#lookForMissing(this.#missing.take())
      await this.#walk()
    }
    await this.#rejoinRoots()
    return {
      seen: this.#seen,
      changes: this.#changes,
      unreadable: this.#unreadable,
      discoverMs: discovered - begun,
      processMs: performance.now() - discovered,
    }
  }

  /**
   * If the root of a nested location is moved back and forth, the parent location may add a second row for the same
   * folder at a place where it was seen for a moment. If the folder is at that place now, the root takes over the
   * place of the second row. Otherwise the location would be offline for good. Nothing is checked on a disk that may
   * never answer, because its scan has ended.
   */
  async #rejoinRoots(): Promise<void> {
    if (this.#disk || this.#rows.rootsWithTwin().length === 0) return
    await inTransaction({ writer: this.#writer, host: this.#host }, () => {
      for (let next = this.#movedRoot(); next; next = this.#movedRoot()) this.#rows.rejoin(next.root, next.twin)
    })
  }

  #movedRoot(): { root: EntryRow; twin: SameObject } | undefined {
    const isAt = (path: RawName, { inode }: EntryRow) => {
      const there = factsOf(this.#absolute(path))
      return there?.device === this.#device && inodeKey(there.inode) === inodeKey(inode)
    }
    return this.#rows.rootsWithTwin().find(({ root, twin }) => {
      const { path } = this.#writer.folder(root.id)!
      return !isAt(bytesToName(path), root) && isAt(pathOf(twin), root)
    })
  }

  /** Looks at names of folders, and then at all folders that must be looked at again, or at their parents instead. */
  async #lookAtAll(dirty: readonly DirtyDirectory[]): Promise<void> {
    this.#isRefreshing = true
    // Another scan may be listing one of these folders and may have read it before the change. Its listing is
    // outdated.
    for (const { dir } of dirty) {
      const id = this.#directories.at(volumePathOf(this.#request, dir))
      if (id !== null) this.#writer.noteEvent(id)
    }
    let waiting = [...dirty]
    let isLast = false
    while (waiting.length > 0) {
      const unknown: DirtyDirectory[] = []
      const again: DirtyDirectory[] = []
      for (let at = 0; at < waiting.length; at += LOOKS_AT_ONCE) {
        this.#host.signal.throwIfAborted()
        const looks = await this.#look(waiting.slice(at, at + LOOKS_AT_ONCE), unknown)
        await this.#host.listed?.()
        using writing = new WriteWindow(this.#writer, this.#host)
        for (const { of, look } of looks) {
          await writing.open()
          again.push(...this.#recordLook(look, of, { isProof: false }))
          writing.count(countOf(look))
        }
        writing.commit()
      }
      // Recording may have moved rows to this path. Otherwise look in the nearest parent that has a row.
      waiting = [...again, ...unknown.flatMap((of) => (isLast ? [] : this.#nearestKnown(of)))]
      isLast ||= again.length === 0
    }
    // New folders are walked as in a scan, because a folder that was moved into a new one may have changed too.
    this.#isRefreshing = false
    for (const id of this.#moved) this.#sendMoved(id)
    this.#moved.clear()
  }

  /** Looks at folders without holding the lease. Folders without a row are added to `unknown`. */
  async #look(
    dirty: readonly DirtyDirectory[],
    unknown: DirtyDirectory[],
  ): Promise<{ of: DirtyDirectory; look: Look }[]> {
    const looks: { of: DirtyDirectory; look: Look }[] = []
    for (const of of dirty) {
      const listing = this.#listingAt(of)
      if (!listing) {
        unknown.push(of)
        continue
      }
      const look: Look = { ...listing, names: of.names, looked: GONE }
      this.#register(look)
      look.looked = await this.#lookAt(of)
      looks.push({ of, look })
    }
    return looks
  }

  async #lookAt({ dir, names }: Pick<DirtyDirectory, 'dir' | 'names'>): Promise<Look['looked']> {
    if (!this.#disk) return this.#lookHere({ dir, names })
    const looked = await this.#disk.ask('look', { setup: this.#setup, dir, names, anchors: null }, this.#host.signal)
    if (!('failure' in looked)) await this.#lookBack(foundIn(looked.listing))
    return looked
  }

  #lookHere({ dir, names }: Pick<DirtyDirectory, 'dir' | 'names'>): Look['looked'] {
    return orFailure(() => lookAt(this.#walker!, { dir, names, anchors: null }))
  }

  #listingAt({ dir, depth }: Pick<DirtyDirectory, 'dir' | 'depth'>): Listing | null {
    const path = volumePathOf(this.#request, dir)
    const id = this.#directories.at(path)
    if (id === null) return null
    const { inode } = this.#writer.folder(id)!
    return { id, dir, path, depth, inode, structure: this.#writer.structure, isStale: false }
  }

  /** For a folder without a row: its missing name in the nearest parent that has a row. */
  #nearestKnown(of: DirtyDirectory): DirtyDirectory[] {
    const top = this.#request.dir
    let { dir, depth } = of
    if (this.#listingAt(of)) return [of]
    while (nameKey(dir) !== nameKey(top)) {
      const name = baseOf(dir)
      dir = parentOf(dir)
      depth++
      const id = this.#directories.at(volumePathOf(this.#request, dir))
      // If that parent is about to be read, its listing will show the name.
      if (id !== null) return this.#underWay.has(id) ? [] : [{ dir, names: [name], depth }]
    }
    return []
  }

  /**
   * Records a look at some or all names of a folder. `isProof`: the look happened in this very transaction. Returns
   * the folders that must be looked at again, or their parents.
   */
  #recordLook(look: Look, of: DirtyDirectory, { isProof }: { isProof: boolean }): DirtyDirectory[] {
    this.#unregister(look)
    const { looked } = look
    if ('failure' in looked && !looked.failure.gone) {
      this.#recordFailure(look, { task: 0, ...looked.failure })
      return []
    }
    const own = 'failure' in looked || !looked.own ? null : inodeOf(looked.own, 0)
    const state = own === null ? 'replaced' : this.#judge(look, own)
    if (state === 'moved' || look.isStale) {
      if (this.#mayTryAgain(look.id)) return [of, ...this.#whereverItIs(look, of)]
      this.#giveUp(look)
      return []
    }
    if (state === 'replaced' || 'failure' in looked) {
      // The watcher does not report this change again. So the folder must be read wherever a scan finds it.
      this.#writer.distrust(look.id)
      this.#gone.set(look.id, of.names)
      return [...this.#lookAbove(look), ...this.#whereverItIs(look, of)]
    }
    const { anchors, inherited, listing } = looked
    const found = foundIn(listing)
    const rows = look.names === null ? this.#writer.rowsOf(look.id) : this.#rowsNamed(look.id, look.names)
    this.#countSeen(found)
    const unknown = { mtime: Number.NaN, mtimeNs: 0, ctime: null }
    const above = { ...look, ...unknown, seq: UNSENT, above: null, anchors: inherited, row: READ_ANEW }
    const isComplete = this.#rows.record(look, {
      rows,
      found,
      unreadable: listing.unreadable,
      isProof,
      entered: (id, entry, arrival) =>
        this.#entered(above, id, entry, {
          // An event named the folder itself: it may have been moved away, changed there, and moved back.
          arrival: arrival === 'kept' && look.names !== null && IS_NAMED_FOR_ITSELF ? 'moved' : arrival,
          anchors,
        }),
    })
    if (look.names === null) {
      const isWhole = isComplete && listing.isSettled && isReadWhole(found, listing.unreadable)
      this.#writer.scanned(look.id, isWhole ? listing.fingerprint : null, this.#stamp(), null)
    }
    if (looked.own) this.#updateOwn(look.id, looked.own)
    return []
  }

  /** If the folder has been moved since, the change may have happened there. Look at its new place too. */
  #whereverItIs({ id, path }: Listing, { names }: DirtyDirectory): DirtyDirectory[] {
    const now = this.#placeOf(id)
    return now && nameKey(now.path) !== nameKey(path) ? [{ dir: now.dir, names, depth: now.depth }] : []
  }

  /** The folder was removed or replaced. A look at its parent shows which. */
  #lookAbove({ id, dir, depth }: Listing): DirtyDirectory[] {
    if (nameKey(dir) === nameKey(this.#request.dir) || !this.#mayTryAgain(id)) return []
    return [{ dir: parentOf(dir), names: [baseOf(dir)], depth: depth + 1 }]
  }

  #rowsNamed(directoryId: number, names: readonly RawName[]): EntryRow[] {
    return names.flatMap((name) => this.#writer.rowsByName(directoryId, name))
  }

  /** Looks a second time for names that were missing in a listing. If a name is still missing, its row is removed. */
  async #lookForMissing(missing: readonly Missing[]): Promise<void> {
    const dirty: DirtyDirectory[] = []
    for (const { directoryId, names } of missing) {
      for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
        this.#host.signal.throwIfAborted()
        dirty.push(...(await this.#proveMissing(directoryId, names.slice(at, at + NAMES_AT_ONCE))))
        await setImmediate()
      }
    }
    await this.#lookAtAll(dirty)
  }

  async #proveMissing(directoryId: number, names: readonly RawName[]): Promise<DirtyDirectory[]> {
    const place = this.#placeOf(directoryId)
    if (!place) return []
    const look: Look = { ...place, names, looked: GONE }
    this.#register(look)
    // If the disk may not answer, read it before the transaction. The result counts only if nothing has changed since.
    if (this.#disk) look.looked = await this.#lookAt({ dir: place.dir, names })
    await this.#host.listed?.()
    using writing = new WriteWindow(this.#writer, this.#host)
    await writing.open()
    if (!this.#disk) {
      // The folder may have been moved while the scan waited for the lease.
      const now = this.#placeOf(directoryId)
      this.#unregister(look)
      if (!now) return []
      Object.assign(look, now, { looked: this.#lookHere({ dir: now.dir, names }) })
    }
    const next = this.#recordLook(look, { dir: look.dir, names, depth: look.depth }, { isProof: true })
    writing.commit()
    return next
  }

  /** The current place of a folder; null if it has no row any more or lies outside this scan's scope. */
  #placeOf(directoryId: number): Listing | null {
    const row = this.#writer.folder(directoryId)
    if (!row || row.volume_id !== this.#request.volumeId) return null
    const { dir: top, volumePath, maxDepth } = this.#request
    if (!isBelow(row.path, nameBytes(volumePath)) || this.#isInNested(row.path)) return null
    const path = bytesToName(row.path)
    const dir = this.#absolute(path)
    const depth = maxDepth === null ? Number.POSITIVE_INFINITY : maxDepth - levelsBelow(top, dir)
    return { id: directoryId, dir, path, depth, inode: row.inode, structure: this.#writer.structure, isStale: false }
  }

  /** Whether a folder belongs to a nested location, which has its own rules. */
  #isInNested(path: Uint8Array): boolean {
    const own = nameBytes(this.#request.volumePath)
    const roots = this.#db
      .prepare('select d.path from locations l join directories d on d.id = l.directory_id where d.volume_id = ?')
      .all(this.#request.volumeId)
    return roots.some((row) => {
      const root = row['path'] as Uint8Array
      return root.length > own.length && isBelow(root, own) && isBelow(path, root)
    })
  }

  /** Loads the rows of all folders below, and returns the node where the walk begins. */
  #loadKnown(anchors: readonly string[]): Node {
    const { dir, directoryId, volumePath, maxDepth } = this.#request
    const own = this.#directories.one(directoryId)
    const row = this.#writer.folder(directoryId)
    if (!own || !row) throw new CoreError('NotFound', `${displayName(dir)} is not in the index any more`)
    if (!Buffer.from(row.path).equals(nameBytes(volumePath)))
      throw new CoreError('Offline', `${displayName(dir)} has been moved`)
    this.#directories.load(volumePath)
    this.#loadedAt = this.#writer.structure
    return {
      ...this.#nodeOf(own, { above: null, dir, path: volumePath, anchors }),
      depth: maxDepth ?? Number.POSITIVE_INFINITY,
    }
  }

  #nodeOf(
    known: KnownDirectory,
    of: {
      above: Node | null
      dir: RawName
      path: RawName
      anchors: readonly string[]
      structure?: number
      isFresh?: boolean
    },
  ): Node {
    const { id, inode, fingerprint, childCount, scannedAt, mtime, mtimeNs } = known
    const { trustFingerprints, trustTimes } = this.#request
    const isTrusted = trustFingerprints && !this.#isChanged(id)
    const { isFresh = false } = of
    const row = {
      fingerprint: isTrusted || this.#isDone({ fingerprint, scannedAt }) ? fingerprint : null,
      childCount,
      // This scan has just written the row with the folder's current times, although the folder itself may have been
      // read earlier: its times prove nothing.
      trustTimes: trustTimes && isTrusted && !isFresh,
      isFresh,
    }
    const { above, anchors, dir, path, structure = this.#writer.structure } = of
    return newNode({ id, inode, mtime, mtimeNs }, { above, anchors, dir, path, structure, row, ctime: null })
  }

  /** Whether this scan recorded the folder before it was interrupted. Then the fingerprint can be trusted. */
  #isDone({ fingerprint, scannedAt }: Pick<KnownDirectory, 'fingerprint' | 'scannedAt'>): boolean {
    return fingerprint !== null && scannedAt !== null && scannedAt >= this.#request.startedAt
  }

  #isChanged(id: number): boolean {
    return this.#isDistrustful || this.#changed.has(id)
  }

  /**
   * Queues a folder for the walk. If the folder is already queued or being listed, it is marked to be read once more.
   */
  #send(node: Node): void {
    for (const other of this.#underWay.get(node.id) ?? []) {
      // A task with another path of the folder will be discarded, so it does not count.
      if (!('above' in other) || nameKey(other.path) !== nameKey(node.path)) continue
      other.isStale = true
      return
    }
    node.seq = this.#seq++
    this.#nodes.set(node.seq, node)
    this.#register(node)
    this.#queue.push(node)
  }

  #register(listing: Listing): void {
    const same = this.#underWay.get(listing.id)
    if (same) same.push(listing)
    else this.#underWay.set(listing.id, [listing])
  }

  #unregister(listing: Listing): void {
    const same = this.#underWay.get(listing.id)
    if (!same?.includes(listing)) return
    if (same.length === 1) this.#underWay.delete(listing.id)
    else same.splice(same.indexOf(listing), 1)
  }

  async #walk(): Promise<void> {
    if (this.#queue.length === 0) return
    const { threads } = this.#request
    const disk = this.#disk
    if (disk) return this.#walkAside((to) => walkingProcesses(this.#setup, disk, Math.max(1, threads), to))
    if (threads > 0) return this.#walkAside((to) => walkingThreads(this.#setup, threads, to))
    return this.#walkHere()
  }

  async #walkHere(): Promise<void> {
    using writing = new WriteWindow(this.#writer, this.#host)
    for (let node = this.#queue.pop(); node; node = this.#queue.pop()) {
      this.#host.signal.throwIfAborted()
      await this.#record([this.#walker!.run([taskOf(node)])], writing)
      if (writing.isDue || this.#queue.length === 0) writing.commit()
      // Let other work of this thread run: writers that wait for the lease, and cancellation.
      if (!writing.isOpen) await setImmediate()
    }
  }

  async #walkAside(start: (listener: WalkListener) => Walkers): Promise<void> {
    await using session = new WalkSession<Node>(start, taskOf)
    using writing = new WriteWindow(this.#writer, this.#host)
    const handOut = () => {
      for (const node of this.#queue.splice(0)) session.push(node)
    }
    for (handOut(); !session.isFinished; handOut()) {
      const answers = await session.next(this.#host.signal, writing.isOpen ? MAX_TRANSACTION_MS : null)
      await this.#record(answers, writing)
      if (writing.isDue || answers.length === 0 || (session.isFinished && this.#queue.length === 0)) writing.commit()
    }
  }

  /** Records the results of the walk. Unchanged folders cost no transaction. */
  async #record(answers: readonly WalkResults[], writing: WriteWindow): Promise<void> {
    for (const results of answers) {
      const names = typeof results.names === 'string' ? results.names.split('\0') : results.names
      const listing = { names, numbers: results.numbers, bigInodes: results.bigInodes }
      let at = 0
      for (let i = 0; i < results.seqs.length; i++) {
        const found: FoundEntry[] = []
        const end = results.statuses[i] === 'listed' ? at + results.counts[i]! : at
        for (; at < end; at++) found.push(foundAt(listing, at))
        if (this.#disk && found.length > 0) {
          writing.commit()
          await this.#lookBack(found)
        }
        await this.#recordAnswer(this.#nodes.get(results.seqs[i]!)!, { results, i, found, writing })
        if (writing.isDue) writing.commit()
      }
    }
    this.#host.progress(this.#seen.entries, null, this.#seen.bytes)
  }

  async #recordAnswer(
    node: Node,
    { results, i, found, writing }: { results: WalkResults; i: number; found: FoundEntry[]; writing: WriteWindow },
  ): Promise<void> {
    const status = results.statuses[i]!
    const failure = status === 'failed' ? results.failures.find((each) => each.task === i)! : null
    if (status === 'listed') await this.#host.listed?.()
    if (status === 'listed' || (failure && !failure.gone)) await writing.open()
    this.#nodes.delete(results.seqs[i]!)
    this.#unregister(node)
    const state = failure?.gone ? 'replaced' : this.#judge(node, results.owns[i]!)
    // The scan or refresh that moved the folder has already queued it at its new place.
    if (state === 'moved') return
    if (state === 'replaced') return this.#sendAbove(node)
    if (node.isStale || (!results.settled[i] && this.#mayTryAgain(node.id))) return this.#sendAgain(node)
    const handedDown = anchorsOf(results, i)
    if (status === 'same') {
      this.#seen.entries += results.counts[i]!
      this.#sendChildren(node, handedDown)
    } else if (failure) this.#recordFailure(node, failure)
    else {
      this.#recordListing(node, found, {
        anchors: handedDown,
        fingerprint: results.fingerprints.slice(i * FINGERPRINT_BYTES, (i + 1) * FINGERPRINT_BYTES),
        unreadable: results.unreadable.filter((entry) => entry.task === i),
        isSettled: results.settled[i]!,
      })
      this.#updateTimes(node, { numbers: results.ownNumbers, at: i * FIELDS, inode: results.owns[i]! })
    }
    writing.count(found.length + 1)
  }

  /**
   * Whether a listing belongs to the folder of its row, and the row still has that path. If the inode `own` is null,
   * only the path is checked.
   */
  #judge(listing: Listing, own: Inode | null): 'valid' | 'moved' | 'replaced' {
    let { inode } = listing
    if (this.#writer.structure !== listing.structure) {
      const row = this.#writer.folder(listing.id)
      if (!row || !Buffer.from(row.path).equals(nameBytes(listing.path))) return 'moved'
      inode = row.inode
    }
    return own === null || inodeKey(own) === inodeKey(inode) ? 'valid' : 'replaced'
  }

  #mayTryAgain(id: number): boolean {
    const attempts = (this.#attempts.get(id) ?? 0) + 1
    this.#attempts.set(id, attempts)
    return attempts <= MAX_ATTEMPTS
  }

  #sendAgain(node: Node): void {
    const now = this.#directories.one(node.id)
    if (!now) return
    if (node.isStale && !this.#mayTryAgain(node.id)) return this.#giveUp(node)
    this.#send({
      ...node,
      inode: now.inode,
      structure: this.#writer.structure,
      row: READ_ANEW,
      ctime: null,
      isStale: false,
    })
  }

  /** The folder was removed or replaced. A new listing of its parent shows which. */
  #sendAbove(node: Node): void {
    if (!node.above) {
      if (node.id !== this.#request.directoryId) return void this.#owed.push(...this.#lookAbove(node))
      throw new CoreError('Offline', `${displayName(node.dir)} was moved or replaced while it was read`)
    }
    if (!this.#mayTryAgain(node.above.id)) return this.#giveUp(node)
    if (this.#judge(node.above, null) === 'valid') this.#sendAgain(node.above)
  }

  #giveUp({ dir }: Listing): void {
    const path = displayName(dir)
    const message = `${path} kept changing while it was read; the next scan reads it again`
    this.#unreadable++
    this.#givenUp ??= message
    this.#host.warn({ code: 'Unavailable', message, path })
  }

  #recordFailure(listing: Listing, failure: WalkResults['failures'][number]): void {
    this.#unreadable++
    this.#host.warn({ code: warningCode(failure.code), message: failure.message, path: displayName(listing.dir) })
    this.#writer.scanned(listing.id, null, this.#stamp(), failure.message)
  }

  #recordListing(
    node: Node,
    found: readonly FoundEntry[],
    of: {
      anchors: readonly string[]
      fingerprint: Uint8Array
      unreadable: WalkResults['unreadable']
      isSettled: boolean
    },
  ): void {
    const isRoot = node.id === this.#request.directoryId
    const rows = node.row ? this.#writer.rowsOf(node.id) : []
    if (isRoot && found.length === 0 && rows.length > 0 && !this.#request.force) {
      throw new CoreError('Conflict', emptiedMessage(displayName(node.dir), rows.length))
    }
    this.#countSeen(found)
    const isFresh = this.#isToBeReadAnew(node)
    const loaded =
      node.row && !isFresh
        ? new Map(this.#directories.children(node.id, { isFresh }).map((child) => [child.id, child]))
        : NONE_LOADED
    const isComplete = this.#rows.record(node, {
      rows,
      found,
      unreadable: of.unreadable,
      isProof: false,
      entered: (id, entry, arrival) => this.#entered(node, id, entry, { arrival, anchors: of.anchors, loaded }),
    })
    for (const entry of of.unreadable) {
      this.#host.warn({
        code: warningCode(entry.code),
        message: entry.message,
        path: displayName(joinName(node.dir, entry.name)),
      })
    }
    const isWhole = isComplete && of.isSettled && isReadWhole(found, of.unreadable)
    this.#writer.scanned(node.id, isWhole ? of.fingerprint : null, this.#stamp(), null)
  }

  /** The time when a folder was recorded; never before the start of the scan, even if the clock is set back. */
  #stamp(): number {
    const { startedAt } = this.#request
    return Number.isFinite(startedAt) ? Math.max(this.#host.now(), startedAt) : this.#host.now()
  }

  #countSeen(found: readonly FoundEntry[]): void {
    this.#seen.entries += found.length
    for (const { numbers, at } of found) if (numbers[at + KIND] === FILE) this.#seen.bytes += numbers[at + SIZE]!
  }

  #objectOf(found: FoundEntry): FileObject {
    return { device: this.#device, inode: found.inode, birthtime: birthtimeOf(found) }
  }

  /** Updates the folder's own times, which may have changed since its parent was listed. */
  #updateTimes({ id, mtime, mtimeNs }: Node, own: Omit<FoundEntry, 'name' | 'inode'> & { inode: Inode }): void {
    if (own.numbers[own.at + MTIME] === mtime && own.numbers[own.at + MTIME_NS] === mtimeNs) return
    const row = this.#writer.row(id)
    if (row && differs(row, { ...own, name: row.name })) this.#writer.update(id, { ...own, name: row.name })
  }

  /**
   * Checks the folder where the scan begins, and updates its stats. It must have the inode of its row. A location's
   * root is not checked here, because the location does that itself.
   */
  #updateRoot({ id, dir, path }: Node, own: PlainListing): void {
    const row = this.#writer.row(id)
    const at = this.#writer.folder(id)?.path
    const found = foundAt(own, 0)
    const isMoved = !row || !at || !Buffer.from(at).equals(nameBytes(path))
    const isAnother = this.#hasStableInodes && inodeKey(row?.inode ?? 0) !== inodeKey(found.inode)
    if (isMoved || (isAnother && !this.#locationRoots.has(id)))
      throw new CoreError('Offline', `${displayName(dir)} is another folder than the one in the index`)
    this.#updateOwn(id, own)
  }

  /** Updates the stats of the folder itself: its times change with its contents. */
  #updateOwn(id: number, own: PlainListing): number {
    const row = this.#writer.row(id)
    if (!row) return 0
    const found = { ...foundAt(own, 0), name: row.name }
    if (!differs(row, found)) return 0
    this.#writer.update(id, found)
    return 1
  }

  /**
   * Called for each subfolder of a folder that was just recorded: decides whether the walk enters it, and with which
   * row.
   */
  #entered(
    node: Node,
    id: number,
    found: FoundEntry,
    {
      arrival,
      anchors,
      loaded,
    }: { arrival: Arrival; anchors: readonly string[]; loaded?: ReadonlyMap<number, KnownDirectory> },
  ): void {
    if (this.#isRefreshing && arrival === 'kept') return
    if (!this.#request.recursive || node.depth <= 0 || this.#locationRoots.has(id)) return
    if (!this.#isEntered(node, found)) return
    const dir = inOnePiece(joinName(node.dir, found.name))
    const path = inOnePiece(directoryPath(node.path, found.name))
    if (arrival === 'added') {
      const { at, inode, numbers } = found
      const { structure } = this.#writer
      const child = { id, inode, mtime: numbers[at + MTIME]!, mtimeNs: numbers[at + MTIME_NS]! }
      const ctime = numbers[at + CTIME]!
      return this.#send(newNode(child, { above: node, anchors, dir, path, structure, row: null, ctime }))
    }
    // If the disk may not answer, the rules that the folder inherits cannot be read here.
    if (this.#isRefreshing && arrival === 'moved' && !this.#disk) {
      this.#moved.add(id)
      return
    }
    const known = loaded?.get(id)
    if (known) this.#send(this.#nodeOf(known, { above: node, dir, path, anchors, structure: this.#loadedAt }))
    else this.#send(this.#nodeOf(this.#directories.one(id)!, { above: node, dir, path, anchors, isFresh: true }))
  }

  /**
   * Reads a folder that was moved, and everything below it. Events during the move name a path that no longer exists,
   * and there are none while the folder is outside every location.
   */
  #sendMoved(id: number): void {
    const place = this.#placeOf(id)
    const known = this.#directories.one(id)
    if (!place || !known || place.depth < 0) return
    const { dir, path, depth } = place
    const anchors = this.#walker!.anchorsAt(dir)
    this.#send({ ...this.#nodeOf(known, { above: null, dir, path, anchors, isFresh: true }), depth })
  }

  #sendChildren(node: Node, anchors: readonly string[]): void {
    if (!this.#request.recursive || node.depth <= 0) return
    const isFresh = this.#isToBeReadAnew(node)
    const structure = isFresh ? this.#writer.structure : this.#loadedAt
    for (const child of this.#directories.children(node.id, { isFresh })) {
      if (this.#locationRoots.has(child.id)) continue
      const dir = joinName(node.dir, child.name)
      const path = directoryPath(node.path, child.name)
      this.#send(this.#nodeOf(child, { above: node, dir, path, anchors, structure, isFresh }))
    }
  }

  /** Whether the subfolders of a folder may have changed since they were loaded. */
  #isToBeReadAnew(node: Node): boolean {
    return node.row?.isFresh === true || this.#isChanged(node.id) || this.#writer.structure !== this.#loadedAt
  }

  /** Whether the walk enters a folder. A folder on another file system is reported, unless it is already a location. */
  #isEntered(node: Listing, found: FoundEntry): boolean {
    if (!isOtherFileSystem(found)) return true
    const path = displayName(joinName(node.dir, found.name))
    const message = `${path} is another file system and was not entered; add it as a location of its own`
    if (!this.#locationPaths.has(path)) this.#host.warn({ code: 'Unsupported', message, path })
    return false
  }

  /**
   * Reads the entries at the former paths of found files. Called for a disk that may not answer, before the lease is
   * taken.
   */
  async #lookBack(found: readonly FoundEntry[]): Promise<void> {
    const paths = found
      .filter((entry) => this.#objects.mayBeKnown(entry))
      .flatMap((entry) => this.#objects.of(entry))
      .map((same) => pathOf(same))
    if (paths.length === 0) return
    const there = await this.#disk!.ask(
      'facts',
      paths.map((path) => this.#absolute(path)),
      this.#host.signal,
    )
    for (const [i, path] of paths.entries()) this.#before.set(nameKey(path), there[i]!)
  }

  #isStillThere(row: SameObject, found: FoundEntry): boolean {
    const path = pathOf(row)
    const there = this.#disk ? this.#before.get(nameKey(path)) : factsOf(this.#absolute(path))
    if (!there || there.isDirectory !== (row.kind === DIRECTORY) || there.device !== this.#device) return false
    return inodeKey(there.inode) === inodeKey(found.inode)
  }

  /** The absolute path of a path in the volume, through the mount of this location. */
  #absolute(path: RawName): RawName {
    const dir = nameBytes(this.#request.dir)
    const own = nameBytes(this.#request.volumePath)
    const mount = Buffer.concat([dir, Buffer.from('/')]).subarray(0, Math.max(1, dir.length + 1 - own.length))
    const whole = Buffer.concat([mount, nameBytes(path)])
    return bytesToName(whole.at(-1) === 0x2f && whole.length > 1 ? whole.subarray(0, -1) : whole)
  }
}

/**
 * On Windows, events also name a folder when its contents change; a renamed folder is reported with everything below
 * it.
 */
const IS_NAMED_FOR_ITSELF = process.platform !== 'win32'

/** File systems that invent inodes at run time, or whose drivers may do so. */
const UNSTABLE_INODES = /^(vfat|msdos|exfat|fuse|9p|cifs|smb)/i

const NONE_LOADED: ReadonlyMap<number, KnownDirectory> = new Map()

/** The initial result of a look, before the folder was listed. */
const GONE: Look['looked'] = { failure: { gone: true, code: 'ENOENT', message: '' } }

/** The path of a row in the volume. */
function pathOf({ folderPath, parentId, name }: SameObject): RawName {
  return parentId === null ? bytesToName(folderPath) : bytesToName(Buffer.concat([folderPath, nameBytes(name)]))
}

function parentOf(dir: RawName): RawName {
  const bytes = Buffer.from(nameBytes(dir))
  return bytesToName(new Uint8Array(bytes.subarray(0, Math.max(1, bytes.lastIndexOf(0x2f)))))
}

function foundIn(listing: PlainListing): FoundEntry[] {
  return listing.names.map((_, i) => foundAt(listing, i))
}

function countOf({ looked }: Look): number {
  return 'failure' in looked ? 1 : looked.listing.names.length + 1
}

/**
 * Whether a listing with these entries is complete. Otherwise no fingerprint is stored: then every scan lists the
 * folder again, and reports the entries that it does not enter.
 */
function isReadWhole(found: readonly FoundEntry[], unreadable: readonly unknown[]): boolean {
  return unreadable.length === 0 && !found.some(isOtherFileSystem)
}

function anchorsOf({ anchorLists, anchors }: WalkResults, i: number): readonly string[] {
  return anchorLists[anchors[i]!]!
}
