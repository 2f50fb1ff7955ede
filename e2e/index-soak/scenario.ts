import { mulberry32 } from '../../bench/tree.ts'
import type { Event, Item, Step } from './steps.ts'
import { BLOCKED, HIDDEN_FILE, HIDDEN_FOLDER, type Node, World } from './world.ts'

export interface ScenarioOptions {
  readonly seed: number
  readonly steps: number
  readonly kills: number
}

export interface Scenario {
  /** Makes what is there before the daemon starts. */
  readonly setup: readonly Step[]
  readonly items: readonly Item[]
}

/** Where the locations are. `A` and `B` are on one volume, `N` is inside `A`, and `C` is on the other volume. */
export const HOMES = { A: 'E/A', N: 'E/A/home/N', B: 'E/B', C: 'T/C' } as const
/** Folders on the two volumes that no location sees. */
const OUTSIDE = ['E/outside', 'T/outside'] as const
const QUIET_POINTS = 3
/** With more files than this, removing becomes more likely. */
const CROWDED = 900
const SMALL_TREE = 400
/** One scenario in so many begins with a large tree, so that its first scan takes long. */
const LARGE_EVERY = 5
const LARGE_TREE = 4_000
/** Pauses between bursts are shorter than this, most of them by far, in milliseconds. */
const LONGEST_WAIT_MS = 700
const LONGEST_BURST = 150
/** Contents that several files have. */
const SHARED_CONTENTS = 12
/** Of more bytes than this only samples are hashed at first. */
const SAMPLED_BYTES = 110_000
const PICTURES = 30
const TRIES = 8

/** Everything a seed does. Nothing in it depends on the clock or on the daemon, so a seed says it all. */
export function makeScenario(options: ScenarioOptions): Scenario {
  const maker = new ScenarioMaker(mulberry32(options.seed))
  const setup = maker.setUp(options.seed % LARGE_EVERY === 0 ? LARGE_TREE : SMALL_TREE)
  return { setup, items: maker.make(options) }
}

/** Makes the locations, each with a file that stays, because a location that was emptied waits for a person. */
export function layOut(world: World): Step[] {
  const folders = ['E', 'T', ...OUTSIDE, HOMES.A, `${HOMES.A}/home`, HOMES.N, HOMES.B, HOMES.C]
  const steps: Step[] = folders.map((path) => ({ op: 'mkdir', path }))
  for (const home of Object.values(HOMES)) steps.push({ op: 'write', path: `${home}/anchor`, bytes: 7, seed: 1 })
  for (const step of steps) world.apply(step)
  for (const path of ['E', 'T', ...OUTSIDE]) world.keep(path)
  for (const [name, home] of Object.entries(HOMES)) world.addLocation(name, home)
  return steps
}

/** The input of `locations.add`. */
export function addOf(name: string, path: string) {
  return { name, path, allowNested: true, mode: 'content' } as const
}

/** With its weight among the others. */
type Change = readonly [weight: number, change: () => void]

class ScenarioMaker {
  readonly #random: () => number
  readonly #world = new World()
  readonly #changes: readonly Change[] = [
    [26, () => this.#create()],
    [6, () => this.#makeFolder()],
    [6, () => this.#rewrite()],
    [6, () => this.#append()],
    [2, () => this.#truncate()],
    [5, () => this.#save()],
    [2, () => this.#keepAsBackupAndWriteAnew()],
    [6, () => this.#removeFile()],
    [0.7, () => this.#removeFolder()],
    [6, () => this.#renameFile()],
    [9, () => this.#moveFile()],
    [3, () => this.#renameFolder()],
    [7, () => this.#moveFolder()],
    [2, () => this.#moveIntoOwnChild()],
    [1.5, () => this.#backAndForth()],
    [2, () => this.#moveAcrossVolumes()],
    [2, () => this.#link()],
    [2, () => this.#symlink()],
    [2, () => this.#exchange()],
    [1.5, () => this.#block()],
    [1.5, () => this.#unblock()],
    [1.5, () => this.#swapFileAndFolder()],
    [0.7, () => this.#replaceFolder()],
    [1, () => this.#touch()],
    [0.5, () => this.#fifo()],
    [0.6, () => this.#hide()],
    [0.5, () => this.#moveOutside()],
    [0.5, () => this.#moveInside()],
    [0.3, () => this.#burstOfMoves()],
    [0.25, () => this.#moveRoot()],
    [0.5, () => this.#moveNested()],
    [1, () => this.#bringHome()],
  ]
  #items: Item[] = []
  #names = 0
  #steps = 0
  #quiets = 0

  constructor(random: () => number) {
    this.#random = random
  }

  setUp(files: number): Step[] {
    const setup = layOut(this.#world)
    while (this.#world.leaves.length < files) {
      if (this.#chance(0.15)) this.#makeFolder()
      else this.#create()
    }
    setup.push(...(this.#items as Step[]))
    this.#items = []
    return setup
  }

  make({ steps, kills }: ScenarioOptions): Item[] {
    this.#steps = 0
    // The nested location and the second one are added while the tree moves.
    const adds = Object.keys(HOMES).map((name, i) => ({ name, at: i === 0 ? 0 : this.#random() * (steps / 6) }))
    const killsAt = Array.from({ length: kills }, () => this.#random() * steps).toSorted((a, b) => a - b)
    this.#items.push({ op: 'start' })
    for (let quiet = 1; quiet <= QUIET_POINTS; quiet++) {
      while (this.#steps < (steps * quiet) / QUIET_POINTS) {
        for (const add of adds.splice(0)) {
          if (add.at <= this.#steps) this.#add(add.name)
          else adds.push(add)
        }
        this.#burst(1 + Math.floor(this.#random() ** 2 * LONGEST_BURST))
        if (killsAt.length > 0 && killsAt[0]! <= this.#steps) {
          killsAt.shift()
          this.#killAndStart()
        }
        this.#ask()
      }
      if (quiet === QUIET_POINTS) for (const _ of killsAt) this.#killAndStart()
      this.#quiet(this.#chance(0.25))
    }
    return this.#items
  }

  #burst(changes: number): void {
    for (let i = 0; i < changes; i++) this.#change()
    this.#wait()
  }

  #killAndStart(): void {
    this.#items.push({ op: 'wait', ms: Math.round(this.#random() * LONGEST_WAIT_MS) }, { op: 'kill' })
    for (let i = Math.floor(this.#random() * 40); i > 0; i--) this.#change()
    this.#items.push({ op: 'start' })
  }

  #quiet(nestedAway: boolean): void {
    this.#quiets++
    this.#items.push(...this.#world.restoring({ nestedAway }), { op: 'quiet', nestedAway })
  }

  #add(name: string): void {
    const { home } = this.#world.locations.get(name)!
    this.#then({ op: 'ask', method: 'locations.add', input: addOf(name, home) })
  }

  /** Work that goes on while the disk changes. */
  #ask(): void {
    const location = this.#one(Object.values(HOMES))
    if (this.#chance(0.12)) this.#then({ op: 'ask', method: 'locations.rescan', input: { location } })
    if (this.#chance(0.04)) this.#then({ op: 'ask', method: 'indexing.location', input: { location, mode: 'deep' } })
    if (this.#chance(0.05)) this.#then({ op: 'ask', method: 'libraries.backup', input: {} })
    if (this.#chance(0.04)) this.#then({ op: 'ask', method: 'sidecars.retry', input: {} })
    if (this.#chance(0.06)) {
      const path = this.#world.pathOf(this.#folder())
      this.#then({ op: 'ask', method: 'indexing.quickScan', input: { path, scope: 'recursive' } })
    }
  }

  #change(): void {
    const crowded = this.#world.leaves.length > CROWDED
    if (crowded && this.#chance(0.2)) return this.#removeFile()
    if (crowded && this.#chance(0.02)) return this.#removeFolder()
    const total = this.#changes.reduce((sum, [weight]) => sum + weight, 0)
    let at = this.#random() * total
    for (const [weight, change] of this.#changes) {
      at -= weight
      if (at < 0) return change()
    }
  }

  #create(): void {
    const folder = this.#folder()
    const path = this.#pathIn(folder, this.#newName())
    if (this.#chance(0.015)) this.#step({ op: 'picture', path: `${path}.png`, seed: this.#number(PICTURES) })
    else this.#step({ op: 'write', path, ...this.#content() })
  }

  #makeFolder(): void {
    this.#step({ op: 'mkdir', path: this.#pathIn(this.#folder(), this.#newName('d')) })
  }

  #rewrite(): void {
    const file = this.#file()
    if (file) this.#step({ op: 'write', path: this.#path(file), ...this.#content() })
  }

  #append(): void {
    const file = this.#file()
    if (file) this.#step({ op: 'append', path: this.#path(file), bytes: 1 + this.#number(60), seed: ++this.#names })
  }

  #truncate(): void {
    const file = this.#file()
    if (file) this.#step({ op: 'truncate', path: this.#path(file), bytes: this.#number(40) })
  }

  /** As editors do: written beside it, and renamed over it. */
  #save(): void {
    const file = this.#file()
    if (!file) return
    const path = this.#path(file)
    const draft = `${path.slice(0, path.lastIndexOf('/'))}/draft${++this.#names}.tmp`
    this.#step({ op: 'write', path: draft, ...this.#content() })
    this.#mayWait()
    this.#step({ op: 'rename', from: draft, to: path })
  }

  #keepAsBackupAndWriteAnew(): void {
    const file = this.#file()
    if (!file) return
    const path = this.#path(file)
    this.#step({ op: 'rename', from: path, to: this.#beside(path, `old${++this.#names}`) })
    this.#step({ op: 'write', path, ...this.#content() })
  }

  #removeFile(): void {
    const leaf = this.#leaf()
    if (leaf) this.#step({ op: 'remove', path: this.#path(leaf) })
  }

  #removeFolder(): void {
    const folder = this.#movable()
    if (folder && [...this.#world.below(folder)].length < 120) this.#step({ op: 'remove', path: this.#path(folder) })
  }

  #renameFile(): void {
    const leaf = this.#leaf()
    if (!leaf) return
    const path = this.#path(leaf)
    const over = this.#chance(0.1) ? this.#leaf() : null
    const to = over?.parent === leaf.parent ? this.#path(over) : this.#beside(path, this.#newName())
    this.#step({ op: 'rename', from: path, to })
  }

  #moveFile(): void {
    const leaf = this.#leaf()
    if (leaf) this.#moveTo(leaf, this.#folderBeside(leaf))
  }

  #renameFolder(): void {
    const folder = this.#movable()
    if (!folder) return
    const path = this.#path(folder)
    this.#step({ op: 'rename', from: path, to: this.#beside(path, this.#newName('d')) })
  }

  #moveFolder(): void {
    const folder = this.#movable()
    if (folder) this.#moveTo(folder, this.#folderBeside(folder))
  }

  /** `mv x z; mkdir -p x/y; mv z x/y/x`: a folder that comes to lie below its own old place. */
  #moveIntoOwnChild(): void {
    const folder = this.#movable()
    if (!folder) return
    const path = this.#path(folder)
    const aside = this.#beside(path, this.#newName('d'))
    if (!this.#step({ op: 'rename', from: path, to: aside })) return
    this.#mayWait()
    this.#step({ op: 'mkdir', path })
    this.#step({ op: 'mkdir', path: `${path}/y` })
    this.#mayWait()
    this.#step({ op: 'rename', from: aside, to: `${path}/y/${folder.name}` })
  }

  #backAndForth(): void {
    const node = this.#chance(0.5) ? this.#movable() : this.#leaf()
    if (!node) return
    const path = this.#path(node)
    const other = this.#pathIn(this.#folderBeside(node), node.name)
    for (let i = 2 + this.#number(6); i > 0; i--) {
      const [from, to] = this.#path(node) === path ? [path, other] : [other, path]
      if (!this.#world.find(to)) this.#step({ op: 'rename', from, to })
      this.#mayWait()
    }
  }

  /** As `mv` does it: everything is copied, then removed. */
  #moveAcrossVolumes(): void {
    const node = this.#chance(0.3) ? this.#movable() : this.#leaf()
    if (!node || this.#world.holdsKept(node) || [...this.#world.below(node)].length > 60) return
    const path = this.#path(node)
    const target = this.#folder((other) => this.#path(other)[0] !== path[0])
    const copy = this.#pathIn(target, node.name)
    if (this.#world.find(copy)) return
    this.#copy(node, copy)
    this.#mayWait()
    this.#step({ op: 'remove', path })
  }

  #copy(node: Node, to: string): void {
    const from = this.#path(node)
    if (node.object.kind === 'file') this.#step({ op: 'copy', from, to })
    else if (node.object.kind === 'symlink') this.#step({ op: 'symlink', path: to, target: 'copied' })
    else if (node.object.kind === 'other') this.#step({ op: 'fifo', path: to })
    else if (this.#step({ op: 'mkdir', path: to }))
      for (const child of node.children!.values()) this.#copy(child, `${to}/${child.name}`)
  }

  #link(): void {
    const file = this.#file()
    if (!file) return
    this.#step({ op: 'link', from: this.#path(file), to: this.#pathIn(this.#folderBeside(file), this.#newName()) })
  }

  #symlink(): void {
    const path = this.#pathIn(this.#folder(), this.#newName('s'))
    const target = this.#chance(0.3) ? 'nowhere' : this.#chance(0.2) ? '..' : (this.#leaf()?.name ?? '.')
    this.#step({ op: 'symlink', path, target })
  }

  #exchange(): void {
    const one = this.#chance(0.4) ? this.#movable() : this.#leaf()
    if (!one) return
    const volume = this.#path(one)[0]
    const isNear = (node: Node) => this.#path(node)[0] === volume && node !== one
    const other = this.#chance(0.4) ? this.#movable(isNear) : this.#leaf(isNear)
    if (other) this.#step({ op: 'exchange', from: this.#path(one), to: this.#path(other) })
  }

  #block(): void {
    const node = this.#chance(0.4) ? this.#movable() : this.#leaf()
    if (node) this.#step({ op: 'mode', path: this.#path(node), mode: BLOCKED })
  }

  #unblock(): void {
    const blocked = [...this.#world.blocked]
    if (blocked.length === 0) return
    const node = this.#one(blocked)
    this.#step({ op: 'mode', path: this.#path(node), mode: node.children ? 0o755 : 0o644 })
  }

  #swapFileAndFolder(): void {
    const leaf = this.#leaf()
    if (!leaf) return
    const path = this.#path(leaf)
    if (!this.#step({ op: 'remove', path })) return
    this.#mayWait()
    this.#step({ op: 'mkdir', path })
    this.#step({ op: 'write', path: `${path}/inside`, ...this.#content() })
    this.#mayWait()
    if (this.#chance(0.5)) return
    this.#step({ op: 'remove', path })
    this.#step({ op: 'write', path, ...this.#content() })
  }

  /** Some files are taken out, the folder is removed or set aside, and another one gets its name. */
  #replaceFolder(): void {
    const folder = this.#movable()
    if (!folder) return
    const path = this.#path(folder)
    for (const child of [...folder.children!.values()].slice(0, 4)) this.#moveTo(child, this.#folderBeside(child))
    const gone = this.#chance(0.5)
      ? this.#step({ op: 'remove', path })
      : this.#step({ op: 'rename', from: path, to: this.#beside(path, this.#newName('d')) })
    if (!gone) return
    this.#step({ op: 'mkdir', path })
    for (let i = this.#number(4); i > 0; i--)
      this.#step({ op: 'write', path: `${path}/${this.#newName()}`, ...this.#content() })
  }

  #touch(): void {
    const file = this.#file()
    const mtimeMs = 1_500_000_000_000 + this.#number(200_000_000_000)
    if (file) this.#step({ op: 'touch', path: this.#path(file), mtimeMs })
  }

  #fifo(): void {
    this.#step({ op: 'fifo', path: this.#pathIn(this.#folder(), this.#newName('p')) })
  }

  /** Gives something a name that the rules leave out, or another name again. */
  #hide(): void {
    const hidden = this.#world.folders.find((folder) => folder.name === HIDDEN_FOLDER)
    if (hidden && this.#chance(0.6)) {
      const path = this.#path(hidden)
      this.#step({ op: 'rename', from: path, to: this.#beside(path, this.#newName('d')) })
      return
    }
    const node = this.#chance(0.5) ? this.#movable() : this.#file()
    if (!node || (node.children && this.#world.holdsKept(node))) return
    const path = this.#path(node)
    const to = this.#beside(path, node.children ? HIDDEN_FOLDER : HIDDEN_FILE)
    if (!this.#world.find(to)) this.#step({ op: 'rename', from: path, to })
  }

  #moveOutside(): void {
    const node = this.#chance(0.5) ? this.#movable() : this.#leaf()
    if (node) this.#moveTo(node, this.#outside(node))
  }

  #moveInside(): void {
    const place = this.#world.find(this.#one(OUTSIDE))!
    const inside = [...place.children!.values()].filter((node) => !this.#world.holdsKept(node))
    if (inside.length === 0) return
    const node = this.#one(inside)
    this.#moveTo(node, this.#folderBeside(node))
  }

  /** Hundreds of moves without a pause, most of them from one folder to another. */
  #burstOfMoves(): void {
    const target = this.#folder()
    const isNear = (node: Node) => this.#path(node)[0] === this.#path(target)[0]
    for (let i = 100 + this.#number(200); i > 0; i--) {
      const node = this.#chance(0.15) ? this.#movable(isNear) : this.#leaf(isNear)
      if (node) this.#moveTo(node, this.#chance(0.7) ? target : this.#folderBeside(node))
    }
  }

  #moveRoot(): void {
    const location = this.#world.locations.get(this.#one(['A', 'B', 'C']))!
    if (!this.#world.isHome(location)) return
    this.#step({ op: 'rename', from: location.home, to: `${location.home}.away` })
    // Before they have all been added, the new folder might be added in the place of the old one.
    if (this.#quiets > 0 && this.#chance(0.3)) this.#step({ op: 'mkdir', path: location.home })
  }

  #moveNested(): void {
    const { node } = this.#world.locations.get('N')!
    const chance = this.#random()
    if (chance < 0.3) this.#moveTo(node, this.#outside(node))
    else if (chance < 0.5) this.#step({ op: 'rename', from: this.#path(node), to: this.#beside(this.#path(node), 'M') })
    else this.#moveTo(node, this.#folderBeside(node))
  }

  #bringHome(): void {
    for (const step of this.#world.restoring({ nestedAway: false })) {
      this.#items.push(step)
      this.#steps++
    }
  }

  #moveTo(node: Node, folder: Node): void {
    const to = this.#pathIn(folder, node.name)
    const free = this.#world.find(to) ? this.#pathIn(folder, this.#newName(node.children ? 'd' : 'f')) : to
    this.#step({ op: 'rename', from: this.#path(node), to: free })
  }

  #step(step: Step): boolean {
    if (!this.#world.apply(step)) return false
    this.#items.push(step)
    this.#steps++
    return true
  }

  #then(event: Event): void {
    this.#items.push(event)
  }

  #wait(): void {
    this.#items.push({ op: 'wait', ms: Math.round(this.#random() ** 4 * LONGEST_WAIT_MS) })
  }

  #mayWait(): void {
    if (this.#chance(0.25)) this.#wait()
  }

  #path(node: Node): string {
    return this.#world.pathOf(node)
  }

  #pathIn(folder: Node, name: string): string {
    return `${this.#path(folder)}/${name}`
  }

  #beside(path: string, name: string): string {
    return `${path.slice(0, path.lastIndexOf('/'))}/${name}`
  }

  #outside(node: Node): Node {
    return this.#world.find(OUTSIDE[this.#path(node).startsWith('E') ? 0 : 1])!
  }

  /** A folder to put things into: one of a location, or the location itself. */
  #folder(suits: (node: Node) => boolean = () => true): Node {
    const locations = [...this.#world.locations.values()].map((location) => location.node)
    return this.#someFolder(suits) ?? locations.find((node) => suits(node)) ?? locations[0]!
  }

  /** A folder to move or to remove: the folders of locations have changes of their own. */
  #movable(suits: (node: Node) => boolean = () => true): Node | null {
    return this.#someFolder((node) => !this.#world.isKept(node) && suits(node))
  }

  #someFolder(suits: (node: Node) => boolean): Node | null {
    for (let i = 0; i < TRIES; i++) {
      const node = this.#one(this.#world.folders)
      if (this.#isInLocation(node) && suits(node)) return node
    }
    return null
  }

  /** A folder of a location on the same volume. */
  #folderBeside(node: Node): Node {
    const volume = this.#path(node)[0]
    return this.#folder((other) => this.#path(other)[0] === volume)
  }

  #leaf(suits: (node: Node) => boolean = () => true): Node | null {
    for (let i = 0; i < TRIES; i++) {
      const node = this.#one(this.#world.leaves)
      if (!this.#world.isKept(node) && suits(node)) return node
    }
    return null
  }

  #file(): Node | null {
    return this.#leaf(({ object }) => object.kind === 'file')
  }

  #isInLocation(node: Node): boolean {
    return [...this.#world.locations.values()].some((location) => this.#world.isInside(node, location.node))
  }

  /** Names are bytes; most are plain, and some are what has gone wrong somewhere before. */
  #newName(kind = 'f'): string {
    const number = ++this.#names
    const plain = `${kind}${number}`
    const chance = this.#random()
    if (chance < 0.02) return Buffer.from(`Ünï ${plain} é.dat`).toString('latin1')
    if (chance < 0.03) return `${plain}\xff\xfe`
    if (chance < 0.04) return `.${plain}`
    if (chance < 0.05) return `${plain} a\nb`
    if (chance < 0.055) return `${plain}-${'x'.repeat(180)}`
    if (chance < 0.1) return `${plain.toUpperCase()}.DAT`
    if (chance < 0.15) return `00${number} ${kind}.bin`
    // Texts are drawn and read, which takes longer than everything else here.
    if (chance < 0.18 && kind === 'f') return `${plain}.txt`
    return kind === 'f' ? `${plain}.${this.#one(['bin', 'dat', 'blob'])}` : plain
  }

  #content(): { bytes: number; seed: number } {
    const chance = this.#random()
    if (chance < 0.04) return { bytes: 0, seed: 0 }
    if (chance < 0.15) return { bytes: 64, seed: this.#number(SHARED_CONTENTS) }
    const seed = 100 + ++this.#names
    if (chance < 0.165) return { bytes: SAMPLED_BYTES + this.#number(5_000), seed }
    return { bytes: 1 + this.#number(1_500), seed }
  }

  #one<T>(items: readonly T[]): T {
    return items[this.#number(items.length)]!
  }

  #number(below: number): number {
    return Math.floor(this.#random() * below)
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }
}
