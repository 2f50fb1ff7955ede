import type { Stats } from 'node:fs'
import { joinName, type RawName } from '../../util/file-name.ts'
import type { FolderWatch } from './folder-watcher.ts'
import { nameToKey } from './name-key.ts'
import { lastName } from './path-names.ts'

/** A folder removed and made again within one tick of the file system's clock may have the same inode and birth time. */
const CLOCK_TICK_MS = 100

/** A watched folder. Tens of thousands are held: paths are put together from names when they are needed. */
export class WatchedFolder {
  #parent: WatchedFolder | null
  #name: RawName
  #inode = 0
  #birthtimeMs = 0
  #isIdentitySure = false
  /** What rules say of its inside; null where nobody asked, since there is no folder in it. */
  context: unknown = null
  /** Null where it could not be watched. */
  watch: FolderWatch | null = null
  children: Map<string, WatchedFolder> | null = null
  removed = false

  constructor(parent: WatchedFolder | null, name: RawName) {
    this.#parent = parent
    this.#name = name
  }

  get parent(): WatchedFolder | null {
    return this.#parent
  }

  /** The root's is its path. */
  get name(): RawName {
    return this.#name
  }

  get depth(): number {
    let depth = 0
    for (let above = this.#parent; above; above = above.#parent) depth++
    return depth
  }

  get inode(): number {
    return this.#inode
  }

  /** Whether another folder in its place would be told apart. */
  get isIdentitySure(): boolean {
    return this.#isIdentitySure
  }

  /** It is the folder that has these stats. */
  identify({ ino, birthtimeMs }: Stats): void {
    this.#inode = ino
    this.#birthtimeMs = birthtimeMs
    this.#isIdentitySure = birthtimeMs > 0 && Date.now() - birthtimeMs > CLOCK_TICK_MS
  }

  get path(): RawName {
    const names = [this.name]
    for (let above = this.parent; above; above = above.parent) names.push(above.name)
    names.reverse()
    const text = names.every((name) => typeof name === 'string')
    return text ? joinText(names) : names.reduce(joinName)
  }

  /** The last part of its path. */
  get ownName(): RawName {
    return this.parent ? this.name : lastName(this.name)
  }

  isSame({ ino, birthtimeMs }: Stats): boolean {
    return ino === this.#inode && birthtimeMs === this.#birthtimeMs
  }

  child(name: RawName): WatchedFolder | undefined {
    return this.children?.get(nameToKey(name))
  }

  adopt(child: WatchedFolder): void {
    this.children ??= new Map()
    this.children.set(nameToKey(child.name), child)
  }

  /** How many folders are watched, it and those below. */
  countWatched(): number {
    let count = 0
    for (const folder of this.all()) if (folder.watch) count++
    return count
  }

  /** Whether something holds for it and for all below. */
  every(holds: (folder: WatchedFolder) => boolean): boolean {
    for (const folder of this.all()) if (!holds(folder)) return false
    return true
  }

  /** It and all folders below. */
  *all(): Generator<WatchedFolder> {
    const stack: WatchedFolder[] = [this]
    for (let folder = stack.pop(); folder; folder = stack.pop()) {
      for (const child of folder.children?.values() ?? []) stack.push(child)
      yield folder
    }
  }

  /** Takes it out of the folder above, with everything below. */
  detach(): void {
    const siblings = this.parent?.children
    if (siblings?.get(nameToKey(this.name)) === this) siblings.delete(nameToKey(this.name))
  }

  /** Puts what was detached into another folder, or under another name. */
  moveTo(parent: WatchedFolder, name: RawName): void {
    this.#parent = parent
    this.#name = name
    parent.adopt(this)
  }

  /** Stops watching it and everything below. */
  remove(): void {
    this.detach()
    for (const folder of this.all()) {
      folder.removed = true
      folder.watch?.close()
      folder.watch = null
    }
  }
}

function joinText(names: readonly string[]): string {
  // `/` alone ends in the slash that follows every other root.
  return names[0] === '/' ? `/${names.slice(1).join('/')}` : names.join('/')
}
