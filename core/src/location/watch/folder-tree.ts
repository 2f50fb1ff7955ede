import { lstatSync, type Stats } from 'node:fs'
import { errorMessage, systemCode } from '../../util/errors.ts'
import { displayName, fsPath, joinName, type RawName } from '../../util/file-name.ts'
import { reachableFolder } from '../../util/reachable-path.ts'
import { Burst, type Dirty } from './burst.ts'
import type { FolderWatch, FolderWatcher } from './folder-watcher.ts'
import type { HasName } from './folder-filter.ts'
import { countsFolders, LINKS_OF_LEAF } from './folder-links.ts'
import { nameToKey } from './name-key.ts'
import { lstatOrNull, readFolders } from './read-folder.ts'
import { namesBelow } from './path-names.ts'
import { TimeSlice } from './time-slice.ts'
import type { DirtyFolder } from './watch-backend.ts'
import { type Changes, type Found, isGone, noteStirred } from './tree-changes.ts'
import { addReport, asTree, type Reports, toReport } from './tree-reports.ts'
import { WatchedFolder } from './watched-folder.ts'
import type { WatchedTree, WatchedTreeDeps } from './watched-tree.ts'

/**
 * A tree watched folder by folder. A new folder is watched first and listed then, so that nothing made in it between
 * two looks is missed; a folder that is not the one it was is forgotten with everything below, and watched afresh.
 *
 * Events only mark folders and names. What they mean is found out by looking at the disk when the burst is over: by
 * then a watch, which follows a moved folder, may have reported under the old path, and such marks go with the folder.
 */
export class FolderTree implements WatchedTree {
  readonly #deps: WatchedTreeDeps
  readonly #watcher: FolderWatcher
  readonly #device: number
  readonly #root: WatchedFolder
  readonly #burst: Burst<WatchedFolder>
  readonly #countsFolders: boolean

  /** Throws the system's error where there is no folder. */
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
      flush: (noticedAt) => deps.settle(noticedAt, (tellNow) => this.#examine(this.#burst.take(), tellNow)),
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

  /** Brings the watches in line with the disk where it is dirty, and says what to report. */
  async #examine(
    dirty: ReadonlyMap<WatchedFolder, Dirty>,
    tellNow: (dirs: readonly DirtyFolder[]) => Promise<void>,
  ): Promise<DirtyFolder[]> {
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
    // What a folder holds may decide whether rules let it in, and its neighbours.
    for (const folder of above) await this.#decideAnew(folder, changes, reports)
    for (const folder of reports.keys()) if (isGone(folder, changes)) reports.delete(folder)
    if (changes.found.length === 0 && changes.gone.size === 0) return toReport(reports)
    noteStirred(dirty, changes)
    // That a large folder was moved or removed need not wait for its watches; what is in it is told after that.
    const [, grown] = await Promise.all([tellNow(toReport(reports)), this.#rearrange(changes)])
    return toReport(new Map(grown.map((folder) => [folder, asTree(folder)])))
  }

  /** Watches what was found, and no longer what is gone; resolves to what is in a new place. */
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
      // What is found below is appended, and comes to its turn.
      if (changes.stirred.has(folder) || !this.#isJudgedAsBefore(folder)) await this.#compareTree(folder, changes)
    }
    // No watch is left at an old path now: one for the same folder at its new path would share its fate.
    for (const folder of changes.gone.values()) folder.remove()
    return [...moved, ...(await this.#grow(rest))]
  }

  /** A folder that is in another place now keeps its watches and those below it: they follow it. Null: it is not known. */
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
    // Its own watch tells of its move under its name, and so of what came by that name in it.
    this.#compareName(folder, before, changes)
    return folder
  }

  /** Whether rules let in below a folder that was moved what they let in at its old place. */
  #isJudgedAsBefore(top: WatchedFolder): boolean {
    const { filter } = this.#deps
    if (!filter) return true
    const before = top.context
    const dir = top.path
    const now = filter.enter(top.parent?.context ?? null, dir, (name) => lstatOrNull(joinName(dir, name)) !== null)
    return filter.isSame(before, now) && top.every(({ context }) => context === null || filter.isAnywhere(context))
  }

  /** Compares a folder with its disk as a whole; where its rules have changed, also what is below it. */
  async #decideAnew(folder: WatchedFolder, changes: Changes, reports: Reports): Promise<void> {
    if (folder.removed || isGone(folder, changes)) return
    const before = folder.context
    const isChanged = this.#compareFolder(folder, changes)
    if (isChanged) addReport(reports, folder, { dir: folder.path, names: null, subtree: false })
    if (this.#deps.filter?.isSame(before, folder.context) ?? true) return
    addReport(reports, folder, asTree(folder))
    await this.#compareTree(folder, changes)
  }

  /** The folder `dir`, or the first above it that is not watched; null where there is none, or it is not ours. */
  #firstUnknown(dir: RawName): Found | null {
    let folder = this.#root
    for (const name of namesBelow(this.#root.path, dir) ?? []) {
      const child = folder.child(name)
      if (!child) return this.#isHidden(folder, name) ? null : { parent: folder, name }
      folder = child
    }
    return null
  }

  /** What is new, gone or replaced among some names of a folder. */
  #compareName(folder: WatchedFolder, name: RawName, changes: Changes): void {
    const known = folder.child(name)
    const stats = lstatOrNull(joinName(folder.path, name))
    if (known?.watch && stats && known.isSame(stats)) return
    const isRetry = known?.watch === null
    if (known) this.#setAside(known, changes)
    if (stats && this.#isOurs(folder, stats) && !this.#isHidden(folder, name))
      changes.found.push({ parent: folder, name, isRetry })
  }

  /** Takes a folder out of its place; where it went is seen when all has been looked at. */
  #setAside(folder: WatchedFolder, { gone }: Changes): void {
    folder.detach()
    // Two with one inode: one of them was removed long ago.
    gone.get(folder.inode)?.remove()
    gone.set(folder.inode, folder)
  }

  /** The same for all names of a folder; whether anything is. */
  #compareFolder(folder: WatchedFolder, changes: Changes): boolean {
    const visible = this.#visibleFolders(folder, folder.path)
    const keys = new Set(visible.map(({ name }) => nameToKey(name)))
    const gone = [...(folder.children?.values() ?? [])].filter(({ name }) => !keys.has(nameToKey(name)))
    const before = changes.found.length
    for (const child of gone) this.#setAside(child, changes)
    for (const { name } of visible) this.#compareName(folder, name, changes)
    return gone.length > 0 || changes.found.length > before
  }

  /** The same for a folder and everything below it. */
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
   * A folder's watch reports the folder's own end under the folder's name. Where another in its place could have the
   * same inode and age, it is watched afresh, and everything in it is dirty.
   */
  #renewIfDoubtful(folder: WatchedFolder, names: Dirty['names']): boolean {
    if (folder.isIdentitySure || (names && !names.includes(folder.ownName))) return false
    const stats = lstatOrNull(folder.path)
    // Another folder, or none: the folder above is dirty too.
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

  /** Watches what was found and everything below; resolves to those of `found` that are watched now. */
  async #grow(found: readonly Found[]): Promise<WatchedFolder[]> {
    const slice = new TimeSlice()
    const grown: WatchedFolder[] = []
    for (const top of found) {
      const stack: Found[] = [top]
      for (let next = stack.pop(); next; next = stack.pop()) {
        const path = joinName(next.parent.path, next.name)
        const attached = this.#attach(next, path)
        if (attached && next === top) grown.push(attached.folder)
        // More than half of all folders: listing them is most of the work.
        const isLeaf = this.#countsFolders && attached?.links === LINKS_OF_LEAF
        if (attached && !isLeaf) for (const child of this.#visibleFolders(attached.folder, path)) stack.push(child)
        if (slice.isSpent()) await slice.pause()
      }
    }
    return grown
  }

  /** Watches one folder; null where there is nothing to watch, or it is watched already. */
  #attach({ parent, name, isRetry = false }: Found, path: RawName): { folder: WatchedFolder; links: number } | null {
    if (parent.removed || parent.child(name)) return null
    const folder = new WatchedFolder(parent, name)
    let failure: unknown = null
    try {
      folder.watch = this.#open(folder, path)
    } catch (err) {
      failure = err
    }
    // After the watch: a folder made in it that is not counted here is noticed.
    const stats = lstatOrNull(path)
    if (!stats || !this.#isOurs(parent, stats)) {
      folder.watch?.close()
      return null
    }
    folder.identify(stats)
    parent.adopt(folder)
    if (failure !== null) this.#failed(folder, failure, isRetry)
    return { folder, links: stats.nlink }
  }

  /** Whether what is in `parent` is a folder as deep as asked for, on the root's file system: another is not entered. */
  #isOurs(parent: WatchedFolder, stats: Stats): boolean {
    const { maxDepth } = this.#deps.root
    return stats.isDirectory() && stats.dev === this.#device && (maxDepth === null || parent.depth < maxDepth)
  }

  #open(folder: WatchedFolder, path: RawName): FolderWatch {
    return this.#watcher.watch(path, (name) => this.#burst.mark(folder, name))
  }

  /** The folders in a folder that rules let in. */
  #visibleFolders(folder: WatchedFolder, dir: RawName): Found[] {
    if (folder.removed || !folder.watch) return []
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
    // One that held no folder has not been listed.
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
    // Gone meanwhile: the folder above tells, and the root is looked at by its keeper.
    if (code === 'ENOENT' || code === 'ENOTDIR' || isRetry) return
    const path = folder.path
    this.#deps.problem({
      kind: 'unreadable',
      path,
      message: `changes in ${displayName(path)} will not be noticed: ${errorMessage(err)}`,
    })
  }
}
