import type { Step } from './steps.ts'

export type Kind = 'file' | 'directory' | 'symlink' | 'other'

/** What an inode is: hard links are several nodes with one object. */
export interface DiskObject {
  readonly id: number
  readonly kind: Kind
  links: number
  mode: number
  /** Had more than one link since the last quiet point: names of such a file cannot be told apart when they move. */
  linked: boolean
  /** Lay where no location sees it since the last quiet point: an index may rightly have forgotten it. */
  outside: boolean
  /** Every name it had since the last quiet point. */
  names: string[]
}

export interface Node {
  readonly object: DiskObject
  name: string
  parent: Node | null
  readonly children: Map<string, Node> | null
  /** Its index in the list of leaves or of folders. */
  slot: number
}

/** A folder of the soak that is a location of the library. */
export interface LocationFolder {
  readonly home: string
  readonly node: Node
}

/** A file saved by writing another one and renaming it over the old one: the name keeps its identity. */
export interface Saved {
  readonly original: DiskObject
  readonly node: Node
}

/** Unreadable: no permission for anybody. */
export const BLOCKED = 0
const FILE_MODE = 0o644
const FOLDER_MODE = 0o755
/** Deeper trees would meet the limit of a path's length before they meet anything new. */
const MAX_DEPTH = 24
/** The rules of every location leave these out. */
export const HIDDEN_FOLDER = 'node_modules'
export const HIDDEN_FILE = '.DS_Store'

/**
 * What the disk holds, kept without asking it: the program that changes the disk is the only one that does. Tells which
 * steps are possible, and what may be expected of the identity of each file.
 */
export class World {
  readonly root: Node
  readonly leaves: Node[] = []
  readonly folders: Node[] = []
  readonly locations = new Map<string, LocationFolder>()
  readonly blocked = new Set<Node>()
  /** Neither removed nor moved, except by the moves that are about them. */
  readonly #kept = new Set<Node>()
  /** By folder and name: the objects that had the name since the last quiet point. */
  #holders = new Map<string, Set<DiskObject>>()
  /** By folder and name: what the name held at the last quiet point, while it has always held some file since. */
  #continued = new Map<string, DiskObject>()
  #lastId = 0
  #lastIdBefore = 0

  constructor() {
    this.root = this.#node('', this.#object('directory'), null)
  }

  /** Makes a folder a location; it and the file `anchor` in it stay for ever, for an emptied location waits for a person. */
  addLocation(name: string, home: string): void {
    const node = this.find(home)!
    this.locations.set(name, { home, node })
    this.keep(home)
    this.keep(`${home}/anchor`)
  }

  keep(path: string): void {
    this.#kept.add(this.find(path)!)
  }

  find(path: string): Node | null {
    let node: Node | null = this.root
    for (const name of path.split('/')) {
      node = node?.children?.get(name) ?? null
      if (!node) return null
    }
    return node
  }

  pathOf(node: Node): string {
    const names: string[] = []
    for (let at: Node | null = node; at?.parent; at = at.parent) names.push(at.name)
    return names.toReversed().join('/')
  }

  /** Whether the step is possible; if so, it is taken as done. */
  apply(step: Step): boolean {
    switch (step.op) {
      case 'write':
        return this.#write(step.path)
      case 'picture':
        return this.#write(step.path)
      case 'append':
      case 'truncate':
      case 'touch':
        return this.#isWritable(this.find(step.path))
      case 'mkdir':
        return this.#create(step.path, 'directory')
      case 'fifo':
        return this.#create(step.path, 'other')
      case 'symlink':
        return this.#create(step.path, 'symlink')
      case 'copy':
        return this.#isWritable(this.find(step.from)) && this.#create(step.to, 'file')
      case 'link':
        return this.#link(step.from, step.to)
      case 'remove':
        return this.#remove(step.path)
      case 'rename':
        return this.#rename(step.from, step.to)
      case 'exchange':
        return this.#exchange(step.from, step.to)
      case 'mode':
        return this.#setMode(step.path, step.mode)
    }
  }

  /** The steps after which every location is at home and everything can be read. */
  restoring({ nestedAway }: { nestedAway: boolean }): Step[] {
    const steps: Step[] = []
    const then = (step: Step) => {
      if (this.apply(step)) steps.push(step)
    }
    for (const node of [...this.blocked].toSorted((a, b) => depthOf(a) - depthOf(b))) {
      const mode = node.children ? FOLDER_MODE : FILE_MODE
      then({ op: 'mode', path: this.pathOf(node), mode })
    }
    // Nested ones last: their home is in another one.
    const byDepth = [...this.locations.values()].toSorted((a, b) => a.home.length - b.home.length)
    for (const location of byDepth) {
      if (nestedAway && this.isNested(location) && this.isIndexed(location.node)) continue
      this.#wayHome(location, then)
    }
    return steps
  }

  isNested({ home }: LocationFolder): boolean {
    return [...this.locations.values()].some((other) => home.startsWith(`${other.home}/`))
  }

  isHome({ home, node }: LocationFolder): boolean {
    return this.pathOf(node) === home
  }

  /** Whether a location that is at home sees the node. */
  isIndexed(node: Node): boolean {
    for (let at: Node | null = node; at; at = at.parent) {
      if (isHidden(at)) return false
      for (const location of this.locations.values()) if (location.node === at && this.isHome(location)) return true
    }
    return false
  }

  isInside(node: Node, ancestor: Node): boolean {
    for (let at: Node | null = node; at; at = at.parent) if (at === ancestor) return true
    return false
  }

  /** Whether a folder holds something that must not be removed, or be moved out of its location. */
  holdsKept(node: Node): boolean {
    for (const kept of this.#kept) if (this.isInside(kept, node)) return true
    return false
  }

  isKept(node: Node): boolean {
    return this.#kept.has(node)
  }

  *below(node: Node): Generator<Node> {
    for (const child of node.children?.values() ?? []) {
      yield child
      yield* this.below(child)
    }
  }

  /** Nothing is expected of what happens before this: identity is followed from one quiet point to the next. */
  beginInterval(): void {
    this.#holders = new Map()
    this.#continued = new Map()
    this.#lastIdBefore = this.#lastId
    for (const node of this.below(this.root)) {
      node.object.linked = node.object.links > 1
      node.object.outside = false
      node.object.names = []
    }
    for (const node of this.below(this.root)) {
      this.#named(node)
      if (!node.children) this.#continued.set(nameIn(node.parent!, node.name), node.object)
    }
  }

  /**
   * Whether the index must know the object by the same uuid as at the last quiet point. A folder follows its inode. A
   * file does, unless one of its names was also that of another file: then the name may keep the identity, as it does
   * when an editor saves a file.
   */
  mustKeepIdentity({ outside, linked, ...object }: DiskObject): boolean {
    if (outside) return false
    if (object.kind === 'directory') return true
    if (linked) return false
    return object.names.every((name) =>
      [...this.#holders.get(name)!].every((holder) => holder.kind === 'directory' || holder.id === object.id),
    )
  }

  /**
   * Files that were saved through a rename, and nothing else, since the last quiet point. If a folder above moved at the
   * same time, neither path nor inode is what it was: of such a file nothing is expected.
   */
  saved(): Saved[] {
    const saved: Saved[] = []
    for (const node of this.leaves) {
      const name = nameIn(node.parent!, node.name)
      const original = this.#continued.get(name)
      if (!original || original === node.object || original.outside || original.linked) continue
      if (this.#hasMovedFolder(node)) continue
      const holders = [...this.#holders.get(name)!].filter((holder) => holder !== original)
      const isPlain = holders.every(({ id, linked, names, outside }) => {
        const [draft, ...others] = names.filter((each) => each !== name)
        const alone = draft === undefined || (this.#holders.get(draft)!.size === 1 && isSibling(draft, name))
        return id > this.#lastIdBefore && !outside && !linked && others.length === 0 && alone
      })
      if (isPlain && original.names.length === 1 && original.links === 0) saved.push({ original, node })
    }
    return saved
  }

  /** Whether a folder above it had another name or place since the last quiet point. */
  #hasMovedFolder(node: Node): boolean {
    for (let at = node.parent; at?.parent; at = at.parent) if (at.object.names.length > 1) return true
    return false
  }

  #write(path: string): boolean {
    const there = this.find(path)
    return there ? this.#isWritable(there) : this.#create(path, 'file')
  }

  #isWritable(node: Node | null): boolean {
    return node !== null && node.object.kind === 'file' && node.object.mode !== BLOCKED && this.#isReachable(node)
  }

  #create(path: string, kind: Kind): boolean {
    const place = this.#freePlace(path)
    if (!place) return false
    this.#put(this.#node(place.name, this.#object(kind), place.parent), place)
    return true
  }

  #link(from: string, to: string): boolean {
    const node = this.find(from)
    const place = this.#freePlace(to)
    if (!node || !place || node.object.kind !== 'file' || !this.#isReachable(node) || node.object.mode === BLOCKED)
      return false
    if (volumeOf(from) !== volumeOf(to) || this.#kept.has(node)) return false
    node.object.links++
    node.object.linked = true
    this.#put(this.#node(place.name, node.object, place.parent), place)
    return true
  }

  #remove(path: string): boolean {
    const node = this.find(path)
    if (!node || !this.#isReachable(node) || this.holdsKept(node) || this.#holdsBlocked(node)) return false
    this.#drop(node)
    return true
  }

  #rename(from: string, to: string): boolean {
    const node = this.find(from)
    const place = this.#place(to)
    if (!node || !place || from === to || volumeOf(from) !== volumeOf(to)) return false
    if (!this.#isReachable(node) || this.isInside(place.parent, node)) return false
    if (!this.#mayMove(node, place.parent)) return false
    const there = place.parent.children!.get(place.name)
    if (there) {
      // Between two names of one file, rename does nothing.
      if (node.children || there.children || there.object === node.object || this.#kept.has(there)) return false
      this.#forget(there)
    }
    const left = nameIn(node.parent!, node.name)
    node.parent!.children!.delete(node.name)
    this.#continued.delete(left)
    this.#put(node, place)
    return true
  }

  #exchange(from: string, to: string): boolean {
    const one = this.find(from)
    const other = this.find(to)
    if (!one || !other || volumeOf(from) !== volumeOf(to) || one.object === other.object) return false
    if (!this.#isReachable(one) || !this.#isReachable(other)) return false
    if (this.isInside(one, other) || this.isInside(other, one)) return false
    if (!this.#mayMove(one, other.parent!) || !this.#mayMove(other, one.parent!)) return false
    const places = [
      { parent: one.parent!, name: one.name },
      { parent: other.parent!, name: other.name },
    ] as const
    for (const place of places) this.#continued.delete(nameIn(place.parent, place.name))
    this.#put(one, places[1])
    this.#put(other, places[0])
    return true
  }

  #setMode(path: string, mode: number): boolean {
    const node = this.find(path)
    if (!node || node.object.kind === 'symlink' || !this.#isReachable(node) || this.#kept.has(node)) return false
    if (mode === BLOCKED && (node.object.links > 1 || this.holdsKept(node))) return false
    node.object.mode = mode
    if (mode === BLOCKED) this.blocked.add(node)
    else this.blocked.delete(node)
    return true
  }

  /** A folder that cannot be read cannot be moved to another folder either, nor can the homes of locations leave it. */
  #mayMove(node: Node, target: Node): boolean {
    if (node.object.mode === BLOCKED && node.children && target !== node.parent) return false
    if (!this.#isReachable(target) || target.object.mode === BLOCKED) return false
    // The way home is open to a location however deep it has become.
    if (this.#kept.has(node)) return [...this.locations.values()].some((location) => location.node === node)
    if (depthOf(target) + heightOf(node) > MAX_DEPTH) return false
    if (!this.holdsKept(node)) return true
    const holder = [...this.locations.values()].find((location) => this.isInside(node, location.node))
    return holder !== undefined && this.isInside(target, holder.node)
  }

  #wayHome(location: LocationFolder, then: (step: Step) => void): void {
    if (this.isHome(location)) return
    const names = location.home.split('/')
    for (let i = 1; i < names.length; i++) {
      const path = names.slice(0, i).join('/')
      const there = this.find(path)
      if (there && !there.children) then({ op: 'rename', from: path, to: this.freeName(path) })
      then({ op: 'mkdir', path })
    }
    if (this.find(location.home)) {
      // The location may lie in the folder that has its place.
      then({ op: 'rename', from: this.pathOf(location.node), to: this.freeName(location.home) })
      then({ op: 'rename', from: location.home, to: this.freeName(location.home) })
    }
    then({ op: 'rename', from: this.pathOf(location.node), to: location.home })
  }

  /** A name beside the path that nothing has. */
  freeName(path: string): string {
    for (let i = 1; ; i++) if (!this.find(`${path}~${i}`)) return `${path}~${i}`
  }

  #holdsBlocked(node: Node): boolean {
    for (const blocked of this.blocked) if (this.isInside(blocked, node)) return true
    return false
  }

  /** Whether nothing above it is without permissions. */
  #isReachable(node: Node): boolean {
    for (let at = node.parent; at; at = at.parent) if (at.object.mode === BLOCKED) return false
    return true
  }

  #place(path: string): Place | null {
    const at = path.lastIndexOf('/')
    const parent = at < 0 ? this.root : this.find(path.slice(0, at))
    if (!parent?.children || !this.#isReachable(parent) || parent.object.mode === BLOCKED) return null
    return { parent, name: path.slice(at + 1) }
  }

  #freePlace(path: string): Place | null {
    const place = this.#place(path)
    if (!place || place.parent.children!.has(place.name) || depthOf(place.parent) >= MAX_DEPTH) return null
    return place
  }

  #put(node: Node, { name, parent }: Place): void {
    node.name = name
    node.parent = parent
    parent.children!.set(name, node)
    this.#named(node)
    if (this.isIndexed(node)) return
    node.object.outside = true
    for (const inside of this.below(node)) inside.object.outside = true
  }

  #named(node: Node): void {
    const name = nameIn(node.parent!, node.name)
    const holders = this.#holders.get(name)
    if (holders) holders.add(node.object)
    else this.#holders.set(name, new Set([node.object]))
    if (!node.object.names.includes(name)) node.object.names.push(name)
  }

  #drop(node: Node): void {
    for (const inside of this.below(node)) this.#forget(inside)
    this.#forget(node)
    this.#continued.delete(nameIn(node.parent!, node.name))
    node.parent!.children!.delete(node.name)
  }

  #forget(node: Node): void {
    const list = node.children ? this.folders : this.leaves
    const last = list.pop()!
    if (last !== node) {
      list[node.slot] = last
      last.slot = node.slot
    }
    node.object.links--
    this.blocked.delete(node)
  }

  #node(name: string, object: DiskObject, parent: Node | null): Node {
    const children = object.kind === 'directory' ? new Map<string, Node>() : null
    const list = children ? this.folders : this.leaves
    const node = { name, object, parent, children, slot: list.length }
    list.push(node)
    return node
  }

  #object(kind: Kind): DiskObject {
    const mode = kind === 'directory' ? FOLDER_MODE : FILE_MODE
    return { id: ++this.#lastId, kind, links: 1, mode, linked: false, outside: false, names: [] }
  }
}

interface Place {
  readonly parent: Node
  readonly name: string
}

function isHidden({ children, name }: Node): boolean {
  return children ? name === HIDDEN_FOLDER : name === HIDDEN_FILE
}

function nameIn(parent: Node, name: string): string {
  return `${parent.object.id}/${name}`
}

function isSibling(one: string, other: string): boolean {
  return one.slice(0, one.indexOf('/')) === other.slice(0, other.indexOf('/'))
}

function volumeOf(path: string): string {
  return path.slice(0, 1)
}

function depthOf(node: Node): number {
  let depth = 0
  for (let at = node.parent; at; at = at.parent) depth++
  return depth
}

function heightOf({ children }: Node): number {
  let height = 0
  for (const child of children?.values() ?? []) height = Math.max(height, heightOf(child))
  return height + 1
}
