import { lstatSync, type Stats } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { errorMessage, systemCode } from '../util/errors.ts'
import { displayName, fsPath, joinName, type RawName } from '../util/file-name.ts'
import { reachableFolder } from '../util/reachable-path.ts'
import { Burst, type Dirty } from './burst.ts'
import type { FolderWatch, FolderWatcher } from './folder-watcher.ts'
import type { HasName } from './folder-filter.ts'
import { countsFolders, LINKS_OF_LEAF } from './folder-links.ts'
import { nameToKey } from './name-key.ts'
import { lstatOrNull, readFolders } from './read-folder.ts'
import { namesBelow } from './path-names.ts'
import { TimeSlice } from './time-slice.ts'
import type { DirtyFolder } from './watch-backend.ts'
import { type Changes, type Found, goneWith, isGone, movedIn, noteStirred } from './tree-changes.ts'
import { addReport, asTree, type Reports, toReport } from './tree-reports.ts'
import { WatchedFolder } from './watched-folder.ts'
import type { WatchedTree, WatchedTreeDeps } from './watched-tree.ts'

/**
 * A tree watched folder by folder. A new folder is watched first and listed afterwards, so that no subfolder is
 * missed. If a folder is replaced, it is forgotten with everything below, and the new one is watched.
 *
 * Events only mark folders and names. Their meaning is read from the disk when the burst is over. By then a watch,
 * which follows a moved folder, may have reported changes under the old path; such marks move with the folder.
 *
 * A folder can also move while its entries are read by its path. Then they seem to be gone, or the entries of another
 * folder are read, which has the path now. So every folder that is read is noted, and read again if the next events
 * show that it, or a folder above it, has moved.
 */
export class FolderTree implements WatchedTree {
  readonly #deps: WatchedTreeDeps
  readonly #watcher: FolderWatcher
  readonly #device: number
  readonly #root: WatchedFolder
  readonly #burst: Burst<WatchedFolder>
  readonly #countsFolders: boolean
  /** Folders read by their paths since the last burst was taken. They are read again if they have moved meanwhile. */
  #doubtful = new Set<WatchedFolder>()

  /** Throws the error of the system if the root is not a folder. */
  constructor(watcher: FolderWatcher, deps: WatchedTreeDeps) {
    this.#deps = deps
    this.#watcher = watcher
    const stats = lstatSync(fsPath(deps.root.path))
    this.#device = stats.dev
    this.#root = new WatchedFolder(null, deps.root.path)
    this.#root.identify(stats)
    this.#countsFolders = countsFolders(deps.root.path)
    this.#burst = new Burst({
      limits: deps.limits,
      flush: (noticedAt) => deps.settle(noticedAt, (tellNow) => this.#examine(tellNow)),
    })
  }

  async start(): Promise<number> {
    const { path } = this.#root
    this.#root.watch = this.#open(this.#root, path)
    await this.#grow(this.#visibleFolders(this.#root, path))
    return this.#root.countWatched()
  }

  async add(dirs: readonly RawName[]): Promise<DirtyFolder[]> {
    const found = dirs.map((dir) => this.#firstUnknown(dir)).filter((unknown) => unknown !== null)
    return (await this.#grow(found)).map(asTree)
  }

  markAll(): void {
    this.#burst.markTree(this.#root)
  }

  [Symbol.dispose](): void {
    this.#burst[Symbol.dispose]()
    this.#root.remove()
  }

  /** Compares the dirty folders with the disk, updates the watches, and returns the folders to report. */
  async #examine(tellNow: (dirs: readonly DirtyFolder[]) => Promise<void>): Promise<DirtyFolder[]> {
    // The event loop first reads all waiting events. They show which folders moved while they were read.
    await setImmediate()
    const dirty = this.#burst.take()
    const doubtful = this.#doubtful
    this.#doubtful = new Set()
    const slice = new TimeSlice()
    const changes: Changes = { found: [], gone: new Map(), stirred: new Set() }
    const reports: Reports = new Map()
    const above = new Set<WatchedFolder>()
    for (const [folder, { names, subtree }] of dirty) {
      if (folder.removed || isGone(folder, changes)) continue
      const known = this.#renewIfDoubtful(folder, names) ? null : names
      addReport(reports, folder, { dir: folder.path, names: known, subtree })
      if (subtree) await this.#compareTree(folder, changes)
      else if (known && !this.#isRule(known)) for (const name of known) this.#compareName(folder, name, changes)
      else {
        await this.#decideAnew(folder, changes, reports)
        if (folder.parent && this.#deps.filter) above.add(folder.parent)
      }
      if (slice.isSpent()) await slice.pause()
    }
    // The contents of a folder may decide whether rules accept it and its siblings.
    for (const folder of above) await this.#decideAnew(folder, changes, reports)
    const hasMoved = movedIn(dirty)
    for (const folder of doubtful) {
      if (slice.isSpent()) await slice.pause()
      if (folder.removed) continue
      const top = goneWith(folder, changes)
      if (top) changes.stirred.add(top)
      else if (hasMoved(folder)) {
        this.#compareFolder(folder, changes)
        addReport(reports, folder, { dir: folder.path, names: null, subtree: false })
      }
    }
    for (const folder of reports.keys()) if (isGone(folder, changes)) reports.delete(folder)
    if (changes.found.length === 0 && changes.gone.size === 0) return toReport(reports)
    noteStirred(dirty, changes)
    // Reports of a moved or removed folder need not wait for new watches; the contents of new folders are reported
    // afterwards.
    const [, grown] = await Promise.all([tellNow(toReport(reports)), this.#rearrange(changes)])
    for (const folder of this.#doubtful) if (folder.removed) this.#doubtful.delete(folder)
    return toReport(new Map(grown.map((folder) => [folder, asTree(folder)])))
  }

  /** Watches the found folders and stops watching the gone ones; returns the new and moved folders. */
  async #rearrange(changes: Changes): Promise<WatchedFolder[]> {
    const moved: WatchedFolder[] = []
    const rest: Found[] = []
    for (const found of changes.found) {
      const folder = this.#keepMoved(found, changes)
      if (!folder) {
        rest.push(found)
        continue
      }
      moved.push(folder)
      // Folders found below are appended, and processed later in this loop.
      if (changes.stirred.has(folder) || !this.#isJudgedAsBefore(folder)) await this.#compareTree(folder, changes)
    }
    // Watches at old paths must be removed first: otherwise a new watch of the same folder would be removed with them.
    for (const folder of changes.gone.values()) folder.remove()
    return [...moved, ...(await this.#grow(rest))]
  }

  /** A moved folder keeps its watches and those below it, because they follow it. Null: the folder is new. */
  #keepMoved({ name, parent }: Found, changes: Changes): WatchedFolder | null {
    const { gone } = changes
    if (gone.size === 0 || !this.#watcher.follows || this.#deps.root.maxDepth !== null) return null
    if (parent.removed || parent.child(name) || isGone(parent, changes)) return null
    const stats = lstatOrNull(joinName(parent.path, name))
    const folder = stats ? gone.get(stats.ino) : undefined
    if (!stats || !folder?.watch || !folder.isIdentitySure || !folder.isSame(stats)) return null
    gone.delete(folder.inode)
    const before = folder.ownName
    folder.moveTo(parent, name)
    // Its own watch reports the move under the folder's name, and would report an entry of this name inside it in the
    // same way.
    this.#compareName(folder, before, changes)
    return folder
  }

  /** Whether the rules accept the same entries below a moved folder as at its old place. */
  #isJudgedAsBefore(top: WatchedFolder): boolean {
    const { filter } = this.#deps
    if (!filter) return true
    const before = top.context
    const dir = top.path
    const now = filter.enter(top.parent?.context ?? null, dir, (name) => lstatOrNull(joinName(dir, name)) !== null)
    return filter.isSame(before, now) && top.every(({ context }) => context === null || filter.isAnywhere(context))
  }

  /** Compares all of a folder with the disk; if its rules have changed, also everything below it. */
  async #decideAnew(folder: WatchedFolder, changes: Changes, reports: Reports): Promise<void> {
    if (folder.removed || isGone(folder, changes)) return
    const before = folder.context
    const isChanged = this.#compareFolder(folder, changes)
    if (isChanged) addReport(reports, folder, { dir: folder.path, names: null, subtree: false })
    if (this.#deps.filter?.isSame(before, folder.context) ?? true) return
    addReport(reports, folder, asTree(folder))
    await this.#compareTree(folder, changes)
  }

  /** The first unwatched folder on the way to `dir`; null if there is none, or the rules exclude it. */
  #firstUnknown(dir: RawName): Found | null {
    let folder = this.#root
    for (const name of namesBelow(this.#root.path, dir) ?? []) {
      const child = folder.child(name)
      if (!child) return this.#isHidden(folder, name) ? null : { parent: folder, name }
      folder = child
    }
    return null
  }

  /** Compares one name of a folder with the disk: it may be new, gone or replaced. */
  #compareName(folder: WatchedFolder, name: RawName, changes: Changes): void {
    const known = folder.child(name)
    const stats = lstatOrNull(joinName(folder.path, name))
    this.#doubtful.add(folder)
    if (known?.watch && stats && known.isSame(stats)) {
      // While the folder was closed, reported names below it could not be compared with the disk.
      if (known.noteMode(stats)) this.#burst.markTree(known)
      return
    }
    const isRetry = known?.watch === null
    if (known) this.#setAside(known, changes)
    if (stats && this.#isOurs(folder, stats) && !this.#isHidden(folder, name))
      changes.found.push({ parent: folder, name, isRetry })
  }

  /** Detaches a folder. When all changes are known, `#keepMoved` finds out whether it has only moved. */
  #setAside(folder: WatchedFolder, { gone }: Changes): void {
    folder.detach()
    // If a folder with this inode is already detached, the file system has reused its inode: that folder is gone.
    gone.get(folder.inode)?.remove()
    gone.set(folder.inode, folder)
  }

  /** Compares all names of a folder with the disk; returns whether any differs. */
  #compareFolder(folder: WatchedFolder, changes: Changes): boolean {
    const visible = this.#visibleFolders(folder, folder.path)
    const keys = new Set(visible.map(({ name }) => nameToKey(name)))
    const gone = [...(folder.children?.values() ?? [])].filter(({ name }) => !keys.has(nameToKey(name)))
    const before = changes.found.length
    for (const child of gone) this.#setAside(child, changes)
    for (const { name } of visible) this.#compareName(folder, name, changes)
    return gone.length > 0 || changes.found.length > before
  }

  /** Compares a folder and everything below it with the disk. */
  async #compareTree(top: WatchedFolder, changes: Changes): Promise<void> {
    const slice = new TimeSlice()
    const stack = [top]
    for (let folder = stack.pop(); folder; folder = stack.pop()) {
      this.#compareFolder(folder, changes)
      for (const child of folder.children?.values() ?? []) stack.push(child)
      if (slice.isSpent()) await slice.pause()
    }
  }

  /**
   * A folder's watch reports the folder's own end under the folder's name. If a replacement could have the same inode
   * and creation time, the folder gets a new watch, and everything in it is dirty.
   */
  #renewIfDoubtful(folder: WatchedFolder, names: Dirty['names']): boolean {
    if (folder.isIdentitySure || (names && !names.includes(folder.ownName))) return false
    const stats = lstatOrNull(folder.path)
    // There is another folder at the path, or none. In both cases the parent folder is dirty too and handles the
    // change.
    if (!stats || !folder.isSame(stats)) return false
    folder.watch?.close()
    folder.watch = null
    try {
      folder.watch = this.#open(folder, folder.path)
    } catch (err) {
      this.#failed(folder, err, false)
    }
    folder.identify(stats)
    return true
  }

  /** Watches the found folders and everything below; returns those of `found` that are watched now. */
  async #grow(found: readonly Found[]): Promise<WatchedFolder[]> {
    const slice = new TimeSlice()
    const grown: WatchedFolder[] = []
    for (const top of found) {
      const stack: Found[] = [top]
      for (let next = stack.pop(); next; next = stack.pop()) {
        const path = joinName(next.parent.path, next.name)
        const attached = this.#attach(next, path)
        if (attached && next === top) grown.push(attached.folder)
        // Leaves are more than half of all folders, and listing them would be most of the work.
        const isLeaf = this.#countsFolders && attached?.links === LINKS_OF_LEAF
        if (attached && !isLeaf) for (const child of this.#visibleFolders(attached.folder, path)) stack.push(child)
        if (slice.isSpent()) await slice.pause()
      }
    }
    return grown
  }

  /** Watches one folder; null if it does not exist, must not be watched, or is watched already. */
  #attach({ parent, name, isRetry = false }: Found, path: RawName): { folder: WatchedFolder; links: number } | null {
    if (parent.removed || parent.child(name)) return null
    const folder = new WatchedFolder(parent, name)
    this.#doubtful.add(parent)
    const before = lstatOrNull(path)
    let failure: unknown = null
    try {
      folder.watch = this.#open(folder, path)
    } catch (err) {
      failure = err
    }
    // Read after the watch is set, so that the watch notices a subfolder created after this count.
    const stats = lstatOrNull(path)
    // If another folder has the path now, we do not know which of the two is watched. The parent's events report the
    // name again.
    if (!stats || stats.ino !== before?.ino || !this.#isOurs(parent, stats)) {
      folder.watch?.close()
      return null
    }
    folder.identify(stats)
    parent.adopt(folder)
    if (failure !== null) this.#failed(folder, failure, isRetry)
    return { folder, links: stats.nlink }
  }

  /** Whether an entry of `parent` is a folder within the depth limit and on the root's file system. */
  #isOurs(parent: WatchedFolder, stats: Stats): boolean {
    const { maxDepth } = this.#deps.root
    return stats.isDirectory() && stats.dev === this.#device && (maxDepth === null || parent.depth < maxDepth)
  }

  #open(folder: WatchedFolder, path: RawName): FolderWatch {
    return this.#watcher.watch(path, (name) => this.#burst.mark(folder, name))
  }

  /** The subfolders that the rules accept. */
  #visibleFolders(folder: WatchedFolder, dir: RawName): Found[] {
    if (folder.removed || !folder.watch) return []
    this.#doubtful.add(folder)
    try {
      using path = reachableFolder(dir)
      const { folders, names } = readFolders(path.path)
      const { filter } = this.#deps
      if (!filter) return folders.map((name) => ({ parent: folder, name }))
      let shown: Set<string> | null = null
      const has: HasName = (name) => (shown ??= new Set(names.map(displayName))).has(name)
      const inside = filter.enter(folder.parent?.context ?? null, dir, has)
      folder.context = inside
      return folders.filter((name) => !filter.hides(inside, dir, name, has)).map((name) => ({ parent: folder, name }))
    } catch (err) {
      this.#failed(folder, err, false)
      return []
    }
  }

  #isHidden(folder: WatchedFolder, name: RawName): boolean {
    const { filter } = this.#deps
    if (!filter) return false
    const dir = folder.path
    const has: HasName = (sibling) => lstatOrNull(joinName(dir, sibling)) !== null
    // A folder without subfolders was not listed, so it has no context yet.
    folder.context ??= filter.enter(folder.parent?.context ?? null, dir, has)
    return filter.hides(folder.context, dir, name, has)
  }

  #isRule(names: readonly RawName[]): boolean {
    const { filter } = this.#deps
    if (!filter) return false
    return names.some(
      (name) => typeof name === 'string' && (filter.ruleNames.has(name) || filter.evidenceNames.has(name)),
    )
  }

  #failed(folder: WatchedFolder, err: unknown, isRetry: boolean): void {
    const code = systemCode(err)
    if (code === null) throw err
    // The folder is gone. Events of the parent report that; if it is the root, the regular check finds it.
    if (code === 'ENOENT' || code === 'ENOTDIR' || isRetry) return
    const path = folder.path
    this.#deps.problem({
      kind: 'unreadable',
      path,
      message: `changes in ${displayName(path)} will not be noticed: ${errorMessage(err)}`,
    })
  }
}
