import type { Stats } from 'node:fs'
import { joinName, type RawName } from '../util/file-name.ts'
import type { FolderWatch } from './folder-watcher.ts'
import { nameToKey } from './name-key.ts'
import { lastName } from './path-names.ts'

/**
 * A folder that is removed and created again within one tick of the file system's clock may have the same inode and
 * birth time.
 */
const CLOCK_TICK_MS = 100

/** A watched folder. There may be tens of thousands, so paths are built from names on demand. */
export class WatchedFolder {
  #parent: WatchedFolder | null
  #name: RawName
  #inode = 0
  #birthtimeMs = 0
  #isIdentitySure = false
  #mode = 0
  /** The rule context of the folder; null until it is needed, which is never if it has no subfolders. */
  context: unknown = null
  /** Null if it could not be watched. */
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

  /** For the root, this is its whole path. */
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

  /** Whether a new folder at the same path would have a different identity (see `CLOCK_TICK_MS`). */
  get isIdentitySure(): boolean {
    return this.#isIdentitySure
  }

  /** Records the identity of the folder from its stats. */
  identify({ ino, birthtimeMs, mode }: Stats): void {
    this.#inode = ino
    this.#mode = mode
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

  /** The last part of the folder's path. */
  get ownName(): RawName {
    return this.parent ? this.name : lastName(this.name)
  }

  isSame({ ino, birthtimeMs }: Stats): boolean {
    return ino === this.#inode && birthtimeMs === this.#birthtimeMs
  }

  /** Notes the permissions of the folder, and returns whether they have changed. */
  noteMode({ mode }: Stats): boolean {
    const isChanged = mode !== this.#mode
    this.#mode = mode
    return isChanged
  }

  child(name: RawName): WatchedFolder | undefined {
    return this.children?.get(nameToKey(name))
  }

  adopt(child: WatchedFolder): void {
    this.children ??= new Map()
    this.children.set(nameToKey(child.name), child)
  }

  /** Number of watched folders: this one and those below. */
  countWatched(): number {
    let count = 0
    for (const folder of this.all()) if (folder.watch) count++
    return count
  }

  /** Whether a condition is true for this folder and all folders below it. */
  every(holds: (folder: WatchedFolder) => boolean): boolean {
    for (const folder of this.all()) if (!holds(folder)) return false
    return true
  }

  /** This folder and all folders below it. */
  *all(): Generator<WatchedFolder> {
    const stack: WatchedFolder[] = [this]
    for (let folder = stack.pop(); folder; folder = stack.pop()) {
      for (const child of folder.children?.values() ?? []) stack.push(child)
      yield folder
    }
  }

  /** Removes the folder from its parent, together with everything below it. */
  detach(): void {
    const siblings = this.parent?.children
    if (siblings?.get(nameToKey(this.name)) === this) siblings.delete(nameToKey(this.name))
  }

  /** Moves a detached folder into another folder, or to another name. */
  moveTo(parent: WatchedFolder, name: RawName): void {
    this.#parent = parent
    this.#name = name
    parent.adopt(this)
  }

  /** Stops watching this folder and everything below it. */
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
  // The root `/` already ends in the slash that separates names.
  return names[0] === '/' ? `/${names.slice(1).join('/')}` : names.join('/')
}
