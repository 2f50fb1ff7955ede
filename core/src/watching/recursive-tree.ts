import { lstatSync } from 'node:fs'
import { sep } from 'node:path'
import { fsPath, joinName, type RawName } from '../util/file-name.ts'
import { Burst } from './burst.ts'
import type { HasName } from './folder-filter.ts'
import type { WatchFunction, WatchHandle } from './native-folder-watcher.ts'
import { lstatOrNull } from './read-folder.ts'
import { TimeSlice } from './time-slice.ts'
import type { DirtyFolder } from './watch-backend.ts'
import type { WatchedTree, WatchedTreeDeps } from './watched-tree.ts'

/**
 * A tree watched by one recursive watch of the system: FSEvents on macOS, ReadDirectoryChangesW on Windows. Its folders
 * are not remembered: a folder that was added or renamed counts as new.
 */
export class RecursiveTree implements WatchedTree {
  readonly #deps: WatchedTreeDeps & { readonly watch: WatchFunction; readonly onOverflow: () => void }
  readonly #root: RawName
  readonly #device: number
  /** Folders are paths below the root with slashes between; the root is empty. */
  readonly #burst: Burst<string>
  /** Entries that were added, removed or renamed in this burst, as paths below the root. */
  #renamed = new Set<string>()
  #watch: WatchHandle | null = null

  constructor(deps: WatchedTreeDeps & { readonly watch: WatchFunction; readonly onOverflow: () => void }) {
    this.#deps = deps
    this.#root = deps.root.path
    this.#device = lstatSync(fsPath(this.#root)).dev
    this.#burst = new Burst({
      limits: deps.limits,
      flush: (noticedAt) => deps.settle(noticedAt, () => this.#examine()),
    })
  }

  async start(): Promise<number> {
    const watch = this.#deps.watch(fsPath(this.#root), { encoding: 'buffer', recursive: true }, (event, name) =>
      this.#changed(event, name),
    )
    watch.on('error', this.#deps.onOverflow)
    this.#watch = watch
    return 1
  }

  async add(): Promise<DirtyFolder[]> {
    return []
  }

  markAll(): void {
    this.#burst.markTree('')
  }

  [Symbol.dispose](): void {
    this.#burst[Symbol.dispose]()
    this.#watch?.close()
  }

  #changed(event: string, name: Buffer | string | null): void {
    // Windows reports this if its buffer was too small for the events.
    if (name === null) return this.#deps.onOverflow()
    const path = sep === '/' ? name.toString() : name.toString().replaceAll(sep, '/')
    const [folder, last] = splitPath(path)
    this.#burst.mark(folder, last)
    this.#markRuled(folder, last)
    if (event !== 'rename') return
    this.#renamed.add(path)
    if (this.#renamed.size <= this.#deps.limits.namesHeld) return
    this.#renamed.clear()
    this.markAll()
  }

  /** Marks the folders that a changed rule may show or hide. */
  #markRuled(folder: string, name: string): void {
    const { filter } = this.#deps
    if (filter?.ruleNames.has(name)) this.#burst.markTree(folder)
    if (!filter?.evidenceNames.has(name)) return
    this.#burst.mark(folder, null)
    this.#burst.mark(splitPath(folder)[0], null)
  }

  async #examine(): Promise<DirtyFolder[]> {
    const slice = new TimeSlice()
    const dirty = this.#burst.take()
    const renamed = this.#renamed
    this.#renamed = new Set()
    const inside: InsideByFolder = new Map()
    const reports = new Map<string, DirtyFolder>()
    for (const [folder, { names, subtree }] of dirty) {
      if (!this.#enter(folder, inside)) continue
      reports.set(folder, { dir: this.#path(folder), names, subtree })
      if (slice.isSpent()) await slice.pause()
    }
    for (const folder of renamed) {
      if (folder !== '' && this.#enter(folder, inside))
        reports.set(folder, { dir: this.#path(folder), names: null, subtree: true })
      if (slice.isSpent()) await slice.pause()
    }
    return [...reports]
      .filter(([folder]) => !isBelowTree(folder, reports))
      .toSorted(([a], [b]) => depthOf(a) - depthOf(b))
      .map(([, report]) => report)
  }

  /** The context of a folder, if it exists and the rules accept it. */
  #enter(folder: string, inside: InsideByFolder): { context: unknown } | null {
    let result = inside.get(folder)
    if (result === undefined) inside.set(folder, (result = this.#enterAnew(folder, inside)))
    return result
  }

  #enterAnew(folder: string, inside: InsideByFolder): { context: unknown } | null {
    const { filter, root } = this.#deps
    const dir = this.#path(folder)
    let above: { context: unknown } | null = null
    if (folder !== '') {
      const [parent, name] = splitPath(folder)
      above = this.#enter(parent, inside)
      if (!above || (root.maxDepth !== null && depthOf(folder) > root.maxDepth)) return null
      const parentDir = this.#path(parent)
      if (filter?.hides(above.context, parentDir, name, exists(parentDir))) return null
    }
    const stats = lstatOrNull(dir)
    // Other file systems are not entered.
    if (!stats?.isDirectory() || stats.dev !== this.#device) return null
    return { context: filter?.enter(above?.context ?? null, dir, exists(dir)) }
  }

  #path(folder: string): RawName {
    return folder === '' ? this.#root : joinName(this.#root, folder)
  }
}

type InsideByFolder = Map<string, { context: unknown } | null>

function exists(dir: RawName): HasName {
  return (name) => lstatOrNull(joinName(dir, name)) !== null
}

/** Number of levels below the root. */
function depthOf(folder: string): number {
  return folder === '' ? 0 : folder.split('/').length
}

/** The folder of a path below the root, and its last name. */
function splitPath(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

function isBelowTree(folder: string, reports: ReadonlyMap<string, DirtyFolder>): boolean {
  for (let above = folder; above !== '';) {
    above = splitPath(above)[0]
    if (reports.get(above)?.subtree) return true
  }
  return false
}
