import { lstatSync, type Stats } from 'node:fs'
import { errorMessage, systemCode } from '../../util/errors.ts'
import { displayName, fsPath, joinName, type RawName } from '../../util/file-name.ts'
import { reachableFolder } from '../../util/reachable-path.ts'
import { Burst, type Dirty } from './burst.ts'
import type { FolderWatch, FolderWatcher } from './folder-watcher.ts'
import type { HasName } from './folder-filter.ts'
import { nameToKey } from './name-key.ts'
import { lstatOrNull, readFolders } from './read-folder.ts'
import { namesBelow } from './path-names.ts'
import { TimeSlice } from './time-slice.ts'
import type { DirtyFolder } from './watch-backend.ts'
import { WatchedFolder } from './watched-folder.ts'
import type { WatchedTree, WatchedTreeDeps } from './watched-tree.ts'

/** A folder to watch with everything below it. */
interface Found {
  readonly parent: WatchedFolder
  readonly name: RawName
  /** It could not be watched before, and that has been said. */
  readonly isRetry?: boolean
}

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

  /** Throws the system's error where there is no folder. */
  constructor(watcher: FolderWatcher, deps: WatchedTreeDeps) {
    this.#deps = deps
    this.#watcher = watcher
    const stats = lstatSync(fsPath(deps.root.path))
    this.#device = stats.dev
    this.#root = new WatchedFolder(null, deps.root.path, stats)
    this.#burst = new Burst({
      limits: deps.limits,
      flush: (noticedAt) => deps.settle(noticedAt, (tellNow) => this.#examine(this.#burst.take(), tellNow)),
    })
  }

  async start(): Promise<number> {
    this.#root.watch = this.#open(this.#root)
    await this.#grow(this.#visibleFolders(this.#root))
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
    const found: Found[] = []
    const reports: Reports = new Map()
    const above = new Set<WatchedFolder>()
    for (const [folder, { names, subtree }] of dirty) {
      if (folder.removed) continue
      const known = this.#renewIfDoubtful(folder, names) ? null : names
      addReport(reports, folder, { dir: folder.path, names: known, subtree })
      if (subtree) await this.#compareTree(folder, found)
      else if (known && !this.#isRule(known)) for (const name of known) this.#compareName(folder, name, found)
      else {
        await this.#decideAnew(folder, found, reports)
        if (folder.parent && this.#deps.filter) above.add(folder.parent)
      }
      if (slice.isSpent()) await slice.pause()
    }
    // What a folder holds may decide whether rules let it in, and its neighbours.
    for (const folder of above) await this.#decideAnew(folder, found, reports)
    if (found.length === 0) return toReport(reports)
    // That a large folder was moved need not wait until it is watched again; what is in it is told after that. And no
    // watch is left at an old path by now: one for the same folder at its new path would share its fate.
    const [grown] = await Promise.all([this.#grow(found), tellNow(toReport(reports))])
    return toReport(new Map(grown.map((folder) => [folder, asTree(folder)])))
  }

  /** Compares a folder with its disk as a whole; where its rules have changed, also what is below it. */
  async #decideAnew(folder: WatchedFolder, found: Found[], reports: Reports): Promise<void> {
    if (folder.removed) return
    const before = folder.context
    const isChanged = this.#compareFolder(folder, found)
    if (isChanged) addReport(reports, folder, { dir: folder.path, names: null, subtree: false })
    if (this.#deps.filter?.isSame(before, folder.context) ?? true) return
    addReport(reports, folder, asTree(folder))
    await this.#compareTree(folder, found)
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
  #compareName(folder: WatchedFolder, name: RawName, found: Found[]): void {
    const known = folder.child(name)
    const stats = lstatOrNull(joinName(folder.path, name))
    if (known?.watch && stats && known.isSame(stats)) return
    const isRetry = known?.watch === null
    known?.remove()
    if (stats && this.#isOurs(folder, stats) && !this.#isHidden(folder, name))
      found.push({ parent: folder, name, isRetry })
  }

  /** The same for all names of a folder; whether anything is. */
  #compareFolder(folder: WatchedFolder, found: Found[]): boolean {
    const visible = this.#visibleFolders(folder)
    const keys = new Set(visible.map(({ name }) => nameToKey(name)))
    const gone = [...(folder.children?.values() ?? [])].filter(({ name }) => !keys.has(nameToKey(name)))
    const before = found.length
    for (const child of gone) child.remove()
    for (const { name } of visible) this.#compareName(folder, name, found)
    return gone.length > 0 || found.length > before
  }

  /** The same for a folder and everything below it. */
  async #compareTree(top: WatchedFolder, found: Found[]): Promise<void> {
    const slice = new TimeSlice()
    const stack = [top]
    for (let folder = stack.pop(); folder; folder = stack.pop()) {
      this.#compareFolder(folder, found)
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
    this.#watch(folder)
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
        const folder = this.#attach(next)
        if (folder && next === top) grown.push(folder)
        if (folder) for (const child of this.#visibleFolders(folder)) stack.push(child)
        if (slice.isSpent()) await slice.pause()
      }
    }
    return grown
  }

  /** Watches one folder; null where there is nothing to watch, or it is watched already. */
  #attach({ parent, name, isRetry = false }: Found): WatchedFolder | null {
    if (parent.removed || parent.child(name)) return null
    const stats = lstatOrNull(joinName(parent.path, name))
    if (!stats || !this.#isOurs(parent, stats)) return null
    const folder = new WatchedFolder(parent, name, stats)
    parent.adopt(folder)
    this.#watch(folder, isRetry)
    return folder
  }

  /** Whether what is in `parent` is a folder as deep as asked for, on the root's file system: another is not entered. */
  #isOurs(parent: WatchedFolder, stats: Stats): boolean {
    const { maxDepth } = this.#deps.root
    return stats.isDirectory() && stats.dev === this.#device && (maxDepth === null || parent.depth < maxDepth)
  }

  #watch(folder: WatchedFolder, isRetry = false): void {
    folder.watch = null
    try {
      folder.watch = this.#open(folder)
    } catch (err) {
      this.#failed(folder, err, isRetry)
    }
  }

  #open(folder: WatchedFolder): FolderWatch {
    return this.#watcher.watch(folder.path, (name) => this.#burst.mark(folder, name))
  }

  /** The folders in a folder that rules let in. */
  #visibleFolders(folder: WatchedFolder): Found[] {
    if (folder.removed || !folder.watch) return []
    try {
      const dir = folder.path
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
    const dir = folder.path
    const has: HasName = (sibling) => lstatOrNull(joinName(dir, sibling)) !== null
    return this.#deps.filter?.hides(folder.context, dir, name, has) ?? false
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

type Reports = Map<WatchedFolder, DirtyFolder>

/** The folders above first; what lies in a tree that is reported whole is not told again. */
function toReport(reports: Reports): DirtyFolder[] {
  const trees = new Set([...reports].filter(([, report]) => report.subtree).map(([folder]) => folder))
  return [...reports]
    .filter(([folder]) => !folder.removed && !isBelow(folder, trees))
    .toSorted(([a], [b]) => a.depth - b.depth)
    .map(([, report]) => report)
}

/** Adds to what is reported of a folder already. */
function addReport(reports: Reports, folder: WatchedFolder, report: DirtyFolder): void {
  const { names, subtree } = reports.get(folder) ?? report
  reports.set(folder, {
    dir: report.dir,
    names: names && report.names,
    subtree: subtree || report.subtree,
  })
}

function asTree(folder: WatchedFolder): DirtyFolder {
  return { dir: folder.path, names: null, subtree: true }
}

function isBelow(folder: WatchedFolder, tops: ReadonlySet<WatchedFolder>): boolean {
  for (let above = folder.parent; above; above = above.parent) if (tops.has(above)) return true
  return false
}
