import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, joinName, nameBytes, nameKey, type RawName } from '../../util/file-name.ts'
import { inodeKey } from '../../util/inode.ts'
import { volumePathOf } from '../volume-path.ts'
import {
  DIRECTORY,
  type EntryRow,
  type EntryWriter,
  FILE,
  foundAt,
  type FoundEntry,
  type Touched,
} from './entry-writer.ts'
import { differs, foundKnown, type FoundKnown, rowKnown, type RowKnown } from './compare.ts'
import type { Beginning, LookedAt, LookFailure, PathFacts, PlainListing } from './disk-requests.ts'
import type { FileObject } from './ephemeral-ids.ts'
import { FINGERPRINT_BYTES } from './fingerprint.ts'
import { KnownDirectories, type KnownDirectory } from './known-directories.ts'
import { birthtimeOf, FLAG_OTHER_FILE_SYSTEM, FLAGS, KIND, SIZE, UnreadableDirectory, warningCode } from './listing.ts'
import { beginAt, factsOf, lookAt } from './look-folder.ts'
import { PatientDisk } from './patient-disk.ts'
import { reconcile } from './reconcile.ts'
import { Removals } from './removals.ts'
import type { DirtyDirectory, ScanHost, ScanReport, ScanRequest } from './scan-request.ts'
import { Walker } from './walk.ts'
import { walkingProcesses, walkingThreads, type Walkers, type WalkListener } from './walkers.ts'
import type { WalkResults, WalkSetup, WalkTask } from './walk-messages.ts'
import { WalkSession } from './walk-session.ts'
import { inChunks, MAX_TRANSACTION_MS, WriteWindow } from './write-window.ts'

interface Node {
  readonly id: number
  readonly dir: RawName
  readonly path: RawName
  readonly depth: number
  readonly anchors: readonly string[]
  /** In hexadecimal. */
  readonly fingerprint: string | null
  readonly scannedAt: number | null
  readonly times: { mtime: number; mtimeNs: number } | null
  /** Whether rows may exist below it. */
  readonly known: boolean
  readonly children: readonly KnownDirectory[]
  /** Changed by somebody else while it was being read: read it again. */
  redo: boolean
  /** Moved elsewhere meanwhile: what comes back under the old path means nothing. */
  stale: boolean
}

type Looked = LookedAt | { readonly failure: LookFailure }

/**
 * Compares a folder, and what lies below it, with its rows, and brings the rows up to date.
 *
 * Folders whose fingerprint is the stored one are not looked into further than their stats. Rows that have gone are
 * removed at the very end, when it is known that they did not turn up elsewhere; until then the folder they were in
 * keeps no fingerprint, so that a scan that was killed finds them again.
 */
export class Scan {
  readonly #request: ScanRequest
  readonly #host: ScanHost
  readonly #writer: EntryWriter
  readonly #directories: KnownDirectories
  /** Where the disk may never answer: then nothing in here touches it, and `#walker` is not used. */
  readonly #disk: PatientDisk | null
  /** On such a disk, what is at paths where folders were before. */
  readonly #before = new Map<string, PathFacts | null>()
  #device = 0n
  #walker: Walker | null = null
  readonly #locationRoots: ReadonlySet<number>
  readonly #locationPaths: ReadonlySet<string>
  readonly #inFlight = new Map<number, Node>()
  readonly #nodesByDir = new Map<RawName, Node>()
  readonly #removals: Removals
  readonly #firstNewId: number
  readonly #seen = { entries: 0, bytes: 0 }
  readonly #changes = { added: 0, modified: 0, moved: 0, removed: 0 }
  #seq = 0
  #unreadable = 0
  #refreshing = false
  #push: (task: WalkTask) => void = () => {}

  constructor(db: DatabaseSync, writer: EntryWriter, request: ScanRequest, host: ScanHost) {
    this.#writer = writer
    this.#request = request
    this.#host = {
      ...host,
      committed: (touched) => {
        this.#remember(touched)
        host.committed(touched)
      },
    }
    this.#firstNewId = writer.nextId
    this.#directories = new KnownDirectories(db, { volumeId: request.volumeId, firstNewId: this.#firstNewId })
    const { dir, patience, threads } = request
    this.#disk = patience && new PatientDisk({ dir, patience, processes: Math.max(1, threads) })
    const roots = db.prepare('select directory_id, path from locations').all()
    this.#locationRoots = new Set(roots.map((row) => Number(row['directory_id'])))
    this.#locationPaths = new Set(roots.map((row) => displayName(bytesToName(row['path'] as Uint8Array))))
    this.#removals = new Removals({
      db,
      writer,
      host: this.#host,
      volumeId: request.volumeId,
      locationRoots: this.#locationRoots,
      pairFrom: Math.min(this.#firstNewId, request.pairFrom ?? this.#firstNewId),
      stamp: () => this.#stamp(),
    })
  }

  /** Somebody else has just written rows of this folder: what is being read of it may be older. */
  noteChange(dir: RawName): void {
    const node = this.#nodesByDir.get(dir)
    if (node) node.redo = true
  }

  async run(): Promise<ScanReport> {
    await using _disk = this.#disk
    const begun = performance.now()
    const { anchors, own } = await this.#begin()
    const root = this.#loadKnown(anchors)
    await inChunks({ writer: this.#writer, host: this.#host }, [root], (node) => this.#updateOwn(node.id, own))
    await this.#walk(() => this.#send(root))
    return this.#finish(begun)
  }

  /**
   * Brings some names of some folders up to date, and whatever is new below them; what kept its place is not looked
   * into. Folders the index does not know are passed over: the folder above them is among the dirty ones, or a scan is
   * about to come to them.
   */
  async refresh(dirty: readonly DirtyDirectory[]): Promise<ScanReport> {
    await using _disk = this.#disk
    const begun = performance.now()
    await this.#begin()
    this.#refreshing = true
    await this.#walk(async () => {
      using writing = new WriteWindow(this.#writer, this.#host)
      for (const of of dirty) {
        this.#host.signal.throwIfAborted()
        const looked = this.#disk && (await this.#lookPatiently(of, writing))
        await writing.open()
        writing.count(this.#refreshDirectory(of, looked))
        if (writing.isDue) writing.commit()
      }
      // What is new is walked as in a scan: a folder moved into a new one may have changed as well.
      this.#refreshing = false
      writing.commit()
    })
    return this.#finish(begun)
  }

  /** Looks at the folder the scan begins at. Throws `Offline`. */
  async #begin(): Promise<Beginning> {
    const { dir, rules, rulesRoot: root } = this.#request
    const asked = { root, rules, dir }
    const beginning = this.#disk ? await this.#disk.ask('begin', asked, this.#host.signal) : beginAt(asked)
    if (!beginning) throw new CoreError('Offline', `${displayName(dir)} is not there`)
    if (!beginning.isDirectory) throw new CoreError('Offline', `${displayName(dir)} is not a folder any more`)
    this.#device = beginning.device
    if (!this.#disk) this.#walker = new Walker(this.#setup)
    return beginning
  }

  get #setup(): WalkSetup {
    const { rules, rulesRoot: root, silent } = this.#request
    return { root, device: this.#device, rules, silent }
  }

  async #finish(begun: number): Promise<ScanReport> {
    const discovered = performance.now()
    if (!this.#removals.isEmpty) {
      await this.#request.beforeRemoving?.()
      await this.#removals.settle(this.#changes)
    }
    return {
      seen: this.#seen,
      changes: this.#changes,
      unreadable: this.#unreadable,
      discoverMs: discovered - begun,
      processMs: performance.now() - discovered,
    }
  }

  /** What is in a folder on a disk that may never answer, looked at while nobody waits to write; null where it is gone. */
  async #lookPatiently({ dir, names }: DirtyDirectory, writing: WriteWindow): Promise<Looked> {
    writing.commit()
    const looked = await this.#disk!.ask('look', { setup: this.#setup, dir, names, anchors: null }, this.#host.signal)
    if ('failure' in looked) return looked
    await this.#lookBack(dir, foundIn(looked.listing), writing)
    return looked
  }

  #lookHere({ dir, names }: DirtyDirectory): Looked {
    try {
      return lookAt(this.#walker!, { dir, names, anchors: null })
    } catch (err) {
      if (!(err instanceof UnreadableDirectory)) throw err
      return { failure: { gone: err.gone, code: err.code, message: err.message } }
    }
  }

  /** Returns how many names were looked at. */
  #refreshDirectory(of: DirtyDirectory, lookedAt: Looked | null): number {
    const { dir, names, depth } = of
    const path = volumePathOf(this.#request, dir)
    const id = this.#directories.at(path)
    if (id === null) return 0
    // It was added a moment ago, with the folder above it, and the walk is about to read it.
    if (id >= this.#firstNewId) return 0
    const node = this.#node({ id, dir, path, depth, anchors: [], fingerprint: null, scannedAt: null, known: true })
    const looked = lookedAt ?? this.#lookHere(of)
    if ('failure' in looked) {
      // Gone: the folder above hears of it too. Otherwise its rows stay until it can be read again.
      if (!looked.failure.gone) this.#recordFailure(node, { task: 0, ...looked.failure })
      return 0
    }
    const { anchors, listing, own } = looked
    const rows = names === null ? this.#writer.rowsOf(id) : this.#rowsNamed(id, names)
    const entries = foundIn(listing)
    this.#countSeen(entries)
    const unreadable = listing.unreadable.map((entry) => ({ task: 0, ...entry }))
    const waiting = this.#updateAll(node, rows, entries, { anchors, unreadable })
    const whole = names === null && !waiting && unreadable.length === 0 && !entries.some(isOtherFileSystem)
    this.#writer.scanned(id, whole ? listing.fingerprint : null, this.#stamp(), null)
    if (own) this.#updateOwn(id, own)
    return rows.length + entries.length
  }

  /** A folder's own times change with what it holds. */
  #updateOwn(id: number, own: PlainListing): number {
    const row = this.#writer.row(id)
    if (!row) return 0
    const found = { ...foundAt(own, 0), name: row.name }
    if (!differs(row, found)) return 0
    this.#writer.update(row, found)
    return 1
  }

  #rowsNamed(directoryId: number, names: readonly RawName[]): EntryRow[] {
    return names.map((name) => this.#writer.rowByName(directoryId, name)).filter((row) => row !== undefined)
  }

  /** `begin` sends the folders the walk begins at. */
  async #walk(begin: () => void | Promise<void>): Promise<void> {
    const { threads } = this.#request
    const disk = this.#disk
    if (disk) return this.#walkAside(begin, (to) => walkingProcesses(this.#setup, disk, Math.max(1, threads), to))
    if (threads > 0) return this.#walkAside(begin, (to) => walkingThreads(this.#setup, threads, to))
    return this.#walkHere(begin)
  }

  async #walkHere(begin: () => void | Promise<void>): Promise<void> {
    const queue: WalkTask[] = []
    this.#push = (task) => void queue.push(task)
    await begin()
    using writing = new WriteWindow(this.#writer, this.#host)
    for (let task = queue.pop(); task; task = queue.pop()) {
      this.#host.signal.throwIfAborted()
      await this.#record([this.#walker!.run([task])], writing)
      if (writing.isDue || queue.length === 0) writing.commit()
      // A chance for the lease, a cancellation, and other work of this thread.
      if (!writing.isOpen) await setImmediate()
    }
  }

  async #walkAside(begin: () => void | Promise<void>, start: (listener: WalkListener) => Walkers): Promise<void> {
    await using session = new WalkSession(start)
    this.#push = (task) => session.push(task)
    await begin()
    using writing = new WriteWindow(this.#writer, this.#host)
    while (!session.isFinished) {
      const answers = await session.next(this.#host.signal, writing.isOpen ? MAX_TRANSACTION_MS : null)
      await this.#record(answers, writing)
      if (writing.isDue || answers.length === 0 || session.isFinished) writing.commit()
    }
  }

  /** Reads the rows of the folders below, as they are now, and says where the walk begins. */
  #loadKnown(anchors: readonly string[]): Node {
    const { dir, directoryId, volumePath, maxDepth } = this.#request
    const own = this.#directories.load(volumePath, directoryId).get(directoryId)
    if (!own) throw new CoreError('NotFound', `${displayName(dir)} is not in the index any more`)
    return this.#node({
      ...own,
      dir,
      path: volumePath,
      depth: maxDepth ?? Number.POSITIVE_INFINITY,
      anchors,
      known: true,
    })
  }

  #node(of: Omit<Node, 'redo' | 'stale' | 'children' | 'times'> & { mtime?: number; mtimeNs?: number }): Node {
    const { mtime, mtimeNs, ...rest } = of
    // Whoever was moved has no times here: it is compared by its entries.
    const known = mtime !== undefined && !Number.isNaN(mtime)
    const times = this.#request.trustTimes && known ? { mtime, mtimeNs: mtimeNs ?? 0 } : null
    return { ...rest, children: this.#directories.takeChildren(of.id), times, redo: false, stale: false }
  }

  /** Hands a folder to the walk; of one that this scan has recorded before it was interrupted only what is below it. */
  #send(node: Node): void {
    const isDone = node.fingerprint !== null && node.scannedAt !== null && node.scannedAt >= this.#request.startedAt
    const seq = this.#seq++
    this.#inFlight.set(seq, node)
    this.#nodesByDir.set(node.dir, node)
    this.#push({
      seq,
      dir: node.dir,
      anchors: node.anchors,
      fingerprint: node.fingerprint,
      times: node.fingerprint === null ? null : node.times,
      isDone,
    })
  }

  #sendKnownChildren(node: Node, anchors: readonly string[]): void {
    for (const child of node.children) this.#sendChild(node, child, anchors)
  }

  #sendChild(node: Node, child: KnownDirectory, anchors: readonly string[]): void {
    if (!this.#request.recursive || node.depth <= 0 || this.#locationRoots.has(child.id)) return
    this.#send(
      this.#node({
        ...child,
        dir: joinName(node.dir, child.name),
        path: directoryPath(node.path, child.name),
        depth: node.depth - 1,
        anchors,
        known: true,
      }),
    )
  }

  #sendFound(node: Node, child: KnownDirectory, found: FoundEntry, anchors: readonly string[]): void {
    if (this.#request.recursive && node.depth > 0 && this.#isEntered(node, found)) this.#sendChild(node, child, anchors)
  }

  /** Records what came back. Folders that are as they were cost no transaction. */
  async #record(answers: readonly WalkResults[], writing: WriteWindow): Promise<void> {
    for (const results of answers) {
      const names = typeof results.names === 'string' ? results.names.split('\0') : results.names
      const listing = { names, numbers: results.numbers, bigInodes: results.bigInodes }
      let at = 0
      for (let i = 0; i < results.seqs.length; i++) {
        const found: FoundEntry[] = []
        const end = results.statuses[i] === 'listed' ? at + results.counts[i]! : at
        for (; at < end; at++) found.push(foundAt(listing, at))
        if (this.#disk) await this.#lookBack(this.#inFlight.get(results.seqs[i]!)!.dir, found, writing)
        const node = this.#take(results.seqs[i]!)
        if (!node) continue
        if (results.statuses[i] === 'same') {
          this.#seen.entries += results.counts[i]!
          this.#sendKnownChildren(node, anchorsOf(results, i))
          continue
        }
        await writing.open()
        if (results.statuses[i] === 'failed') {
          this.#recordFailure(
            node,
            results.failures.find((failure) => failure.task === i)!,
          )
        } else {
          const unreadable = results.unreadable.filter((entry) => entry.task === i)
          this.#recordListing(node, found, {
            anchors: anchorsOf(results, i),
            fingerprint: results.fingerprints.slice(i * FINGERPRINT_BYTES, (i + 1) * FINGERPRINT_BYTES),
            unreadable,
          })
        }
        writing.count(found.length + 1)
        if (writing.isDue) writing.commit()
      }
    }
    this.#host.progress(this.#seen.entries, null, this.#seen.bytes)
  }

  /** On a disk that may never answer: what is where folders of `dir` were before, asked while nobody waits to write. */
  async #lookBack(dir: RawName, found: readonly FoundEntry[], writing: WriteWindow): Promise<void> {
    const here = volumePathOf(this.#request, dir)
    const moved = found.flatMap((entry) => {
      if (entry.numbers[entry.at + KIND] !== DIRECTORY) return []
      const before = this.#directories.sameObject(entry)
      return before && nameKey(before.path) !== nameKey(directoryPath(here, entry.name)) ? [before.path] : []
    })
    if (moved.length === 0) return
    writing.commit()
    const there = await this.#disk!.ask(
      'facts',
      moved.map((path) => this.#absolute(path)),
      this.#host.signal,
    )
    for (const [i, path] of moved.entries()) this.#before.set(nameKey(path), there[i]!)
  }

  /** The folder an answer is about; null where the answer means nothing any more. */
  #take(seq: number): Node | null {
    const node = this.#inFlight.get(seq)!
    this.#inFlight.delete(seq)
    if (this.#nodesByDir.get(node.dir) === node) this.#nodesByDir.delete(node.dir)
    if (node.stale) return null
    if (!node.redo) return node
    this.#send({ ...node, fingerprint: null, known: true, redo: false })
    return null
  }

  #recordFailure(node: Node, failure: WalkResults['failures'][number]): void {
    if (failure.gone && node.id !== this.#request.directoryId) {
      const row = this.#writer.row(node.id)
      if (row) this.#removals.add(row)
      return
    }
    this.#unreadable++
    this.#host.warn({ code: warningCode(failure.code), message: failure.message, path: displayName(node.dir) })
    this.#writer.scanned(node.id, null, this.#stamp(), failure.message)
  }

  #recordListing(
    node: Node,
    found: readonly FoundEntry[],
    of: { anchors: readonly string[]; fingerprint: Uint8Array; unreadable: WalkResults['unreadable'] },
  ): void {
    const isRoot = node.id === this.#request.directoryId
    const rows = node.known ? this.#writer.rowsOf(node.id) : []
    if (isRoot && found.length === 0 && rows.length > 0 && !this.#request.force) {
      throw new CoreError(
        'Conflict',
        `${displayName(node.dir)} is empty now, while the index knows ${rows.length} things in it; if that is right, rescan it with --force`,
      )
    }
    this.#countSeen(found)
    // Without a fingerprint it is looked at in every scan, which sees then what must not be entered.
    const isWhole = of.unreadable.length === 0 && !found.some(isOtherFileSystem)
    let complete = isWhole
    if (rows.length === 0) this.#insertAll(node, found, of.anchors)
    else if (this.#updateAll(node, rows, found, of)) {
      if (isWhole) this.#removals.deferFingerprint(node.id, of.fingerprint)
      complete = false
    }
    for (const entry of of.unreadable) {
      this.#host.warn({
        code: warningCode(entry.code),
        message: entry.message,
        path: displayName(joinName(node.dir, entry.name)),
      })
    }
    this.#writer.scanned(node.id, complete ? of.fingerprint : null, this.#stamp(), null)
  }

  /** When a folder was recorded; never before the scan began, whatever the clock does. */
  #stamp(): number {
    const { startedAt } = this.#request
    return Number.isFinite(startedAt) ? Math.max(this.#host.now(), startedAt) : this.#host.now()
  }

  #countSeen(found: readonly FoundEntry[]): void {
    this.#seen.entries += found.length
    for (const { numbers, at } of found) if (numbers[at + KIND] === FILE) this.#seen.bytes += numbers[at + SIZE]!
  }

  #insertAll(node: Node, found: readonly FoundEntry[], anchors: readonly string[]): void {
    for (const entry of found) this.#insert(node, entry, anchors)
  }

  #insert(node: Node, found: FoundEntry, anchors: readonly string[]): void {
    const { numbers, at } = found
    if (numbers[at + KIND] !== DIRECTORY) {
      this.#writer.insert(node.id, found, this.#host.ids.take(this.#objectOf(found)))
      this.#changes.added++
      return
    }
    const path = directoryPath(node.path, found.name)
    const known = this.#knownElsewhere(node, found, path)
    if (known) {
      if (!this.#refreshing) this.#sendFound(node, known, found, anchors)
      return
    }
    const id = this.#writer.insert(node.id, found, this.#host.ids.take(this.#objectOf(found)))
    this.#writer.insertDirectory(id, node.id, this.#request.volumeId, path)
    this.#changes.added++
    this.#descend(node, { id, found, path, anchors, known: false })
  }

  #objectOf(found: FoundEntry): FileObject {
    return { device: this.#device, inode: found.inode, birthtime: birthtimeOf(found) }
  }

  /** What was removed here may turn up elsewhere a moment later: told of too late to be seen as one move. */
  #remember({ removed }: Touched): void {
    for (const { uuid, kind, inode, birthtime, nlink } of removed) {
      if (kind === DIRECTORY || nlink === 1) this.#host.ids.keep({ device: this.#device, inode, birthtime }, uuid)
    }
  }

  #descend(
    node: Node,
    to: { id: number; found: FoundEntry; path: RawName; anchors: readonly string[]; known: boolean },
  ): void {
    if (!this.#request.recursive || node.depth <= 0 || !this.#isEntered(node, to.found)) return
    this.#send(
      this.#node({
        id: to.id,
        dir: joinName(node.dir, to.found.name),
        path: to.path,
        depth: node.depth - 1,
        anchors: to.anchors,
        fingerprint: null,
        scannedAt: null,
        known: to.known,
      }),
    )
  }

  /** Whether the walk goes into a folder; one that is another file system is said, unless it is a location already. */
  #isEntered(node: Node, found: FoundEntry): boolean {
    if (!isOtherFileSystem(found)) return true
    const path = displayName(joinName(node.dir, found.name))
    const message = `${path} is another file system and was not entered; add it as a location of its own`
    if (!this.#locationPaths.has(path)) this.#host.warn({ code: 'Unsupported', message, path })
    return false
  }

  /** Returns whether rows are waiting to be removed. */
  #updateAll(
    node: Node,
    rows: readonly EntryRow[],
    found: readonly FoundEntry[],
    { anchors, unreadable }: { anchors: readonly string[]; unreadable: WalkResults['unreadable'] },
  ): boolean {
    const untouchable = new Set(unreadable.map((entry) => nameKey(entry.name)))
    const comparable = rows.map(rowKnown).filter((row) => !untouchable.has(row.name))
    const { kept, renamed, added, removed } = reconcile<RowKnown, FoundKnown>(comparable, found.map(foundKnown))
    if (renamed.length > 0) {
      const taken = new Set(renamed.map(({ found: entry }) => entry.name))
      for (const row of removed) if (taken.has(row.name)) this.#writer.putAside(row.row)
      for (const { row } of renamed) this.#writer.putAside(row.row)
    }
    const children = new Map(node.children.map((child) => [child.id, child]))
    for (const { row, found: entry } of renamed) {
      this.#changes.moved++
      if (row.kind === DIRECTORY) this.#relocate(node, row.row, entry.found)
      else this.#writer.rename(row.row, entry.found)
      this.#writer.update(row.row, entry.found)
      if (row.kind === DIRECTORY && !this.#refreshing)
        this.#sendFound(node, this.#directories.found(row.row.id, entry.found.name), entry.found, anchors)
    }
    for (const { row, found: entry } of kept) {
      if (differs(row.row, entry.found)) {
        if (row.kind === DIRECTORY && row.object !== entry.object) this.#directories.replaced(row.row)
        this.#writer.update(row.row, entry.found)
        this.#changes.modified++
      }
      if (this.#refreshing) continue
      const child = children.get(row.row.id)
      if (child) this.#sendFound(node, child, entry.found, anchors)
      else if (row.kind === DIRECTORY && !this.#locationRoots.has(row.row.id)) {
        this.#descend(node, {
          id: row.row.id,
          found: entry.found,
          path: directoryPath(node.path, row.row.name),
          anchors,
          known: true,
        })
      }
    }
    for (const entry of added) this.#insert(node, entry.found, anchors)
    for (const { row } of removed) this.#removals.add(row)
    return removed.length > 0
  }

  /**
   * A folder that is new here may be known already: as the root of a location nested in this one, or under the path it
   * had before it was moved here. Either way it keeps its row and all below it.
   */
  #knownElsewhere(node: Node, found: FoundEntry, path: RawName): KnownDirectory | null {
    // Only a location of its own can be known here: this one's rows begin with this scan.
    const here = this.#locationRoots.size > 1 ? this.#directories.at(path) : null
    if (here !== null) {
      this.#writer.adopt(here, node.id)
      return this.#directories.found(here, found.name)
    }
    const before = this.#directories.sameObject(found)
    if (!before || this.#isStillAt(before.path, found)) return null
    const row = this.#writer.row(before.id)
    if (!row || row.kind !== DIRECTORY || this.#locationRoots.has(row.id)) return null
    this.#changes.moved++
    this.#relocate(node, row, found)
    this.#writer.update(this.#writer.row(row.id)!, found)
    return this.#directories.found(row.id, found.name)
  }

  /** Moves a folder's row and paths to `node`, under the name it was found by; what is known below it is read anew. */
  #relocate(node: Node, row: EntryRow, found: FoundEntry): void {
    const newPath = directoryPath(node.path, found.name)
    this.#removals.keepRelocated(row.id)
    this.#writer.moveDirectory(row, { parentId: node.id, found, newPath })
    this.#directories.moved(found, newPath)
    // Nothing below is looked at now, and nothing is being read: there is no need to know it.
    if (this.#refreshing && this.#inFlight.size === 0) return
    const below = this.#directories.load(newPath, row.id)
    for (const pending of this.#inFlight.values()) if (below.has(pending.id)) pending.stale = true
  }

  #isStillAt(path: RawName, found: FoundEntry): boolean {
    // Put aside: another folder is at its place.
    if (displayName(path).startsWith('\0')) return false
    const there = this.#disk ? this.#before.get(nameKey(path)) : factsOf(this.#absolute(path))
    if (!there?.isDirectory || there.device !== this.#device) return false
    return inodeKey(there.inode) === inodeKey(found.inode)
  }

  /** The absolute path of a path in the volume, where this location's volume is mounted. */
  #absolute(path: RawName): RawName {
    const dir = nameBytes(this.#request.dir)
    const own = nameBytes(this.#request.volumePath)
    const mount = Buffer.concat([dir, Buffer.from('/')]).subarray(0, Math.max(1, dir.length + 1 - own.length))
    const whole = Buffer.concat([mount, nameBytes(path)])
    return bytesToName(whole.at(-1) === 0x2f && whole.length > 1 ? whole.subarray(0, -1) : whole)
  }
}

/** `path` of a folder called `name` in the folder with the path `parent`. */
export function directoryPath(parent: RawName, name: RawName): RawName {
  if (typeof parent === 'string' && typeof name === 'string') return `${parent}${name}/`
  return bytesToName(Buffer.concat([nameBytes(parent), nameBytes(name), Buffer.from('/')]))
}

function foundIn(listing: PlainListing): FoundEntry[] {
  return listing.names.map((_, i) => foundAt(listing, i))
}

function isOtherFileSystem({ numbers, at }: FoundEntry): boolean {
  return (numbers[at + FLAGS]! & FLAG_OTHER_FILE_SYSTEM) !== 0
}

function anchorsOf({ anchorLists, anchors }: WalkResults, i: number): readonly string[] {
  return anchorLists[anchors[i]!]!
}
