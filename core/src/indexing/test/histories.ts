import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { objectAt, type Place, PLACES, ScheduleWorld } from './schedule-world.ts'
import { compareWithDisk } from './tree-oracle.ts'

const MAX_ENTRIES = 60

function build(root: string): void {
  for (const folder of ['A/d/e/f', 'A/x/y', 'A/q', 'B/p/r', 'B/s', 'out/o'])
    mkdirSync(join(root, folder), { recursive: true })
  for (const file of [
    'A/one',
    'A/d/two',
    'A/d/e/three',
    'A/d/e/f/four',
    'A/x/y/five',
    'A/q/six',
    'B/p/seven',
    'B/p/r/eight',
    'B/s/nine',
    'out/o/ten',
  ])
    writeFileSync(join(root, file), file)
}

/** The id and path of each file and folder, by its object key (see `objectAt`). */
type Files = Map<string, { uuid: string; path: string }>

/** The kind of a step and the two things it acts on. */
type Step = readonly [what: number, a: number, b: number]

export type History = readonly Step[]

const WEIGHTS = {
  write: 2,
  append: 2,
  mkdir: 2,
  move: 8,
  moveFolder: 8,
  swap: 3,
  wrap: 2,
  remove: 3,
  swapKind: 1,
  save: 1,
  link: 1,
  outAndBack: 2,
  refresh: 8,
  scan: 3,
  scanBelow: 3,
  resume: 24,
  kill: 1,
} as const
type What = keyof typeof WEIGHTS
const table = Object.entries(WEIGHTS).flatMap(([what, weight]) => Array.from({ length: weight }, () => what as What))

class Life {
  readonly world: ScheduleWorld
  /** Objects whose id may change: a file that was written over another takes over its row. */
  readonly #free = new Set<string>()
  /** Files that have had several names: no watcher reports a change through another name. */
  readonly #linked = new Set<string>()
  /** All names that each file has had. */
  readonly #named = new Map<string, Set<string>>()
  /** The names under which the index knew each file after some step, by inode: the file system gives no inode twice. */
  readonly #recorded = new Map<string, Set<string>>()
  #names = 0

  constructor(world: ScheduleWorld) {
    this.world = world
    for (const { path, isFolder } of world.entries()) if (!isFolder) this.#noteName(objectAt(path), basename(path))
  }

  /**
   * Whether a file may have a new id because the engine cannot tell it from another file. A new file under the name of
   * an old one counts as the old file written anew, and so does a file that was moved over another, or to the name of
   * one that stays beside it as a backup. A file that swapped names with a hard link looks like that, too, because no
   * name of a linked file is its own.
   */
  isWrittenAnew(object: string, uuid: string, { before, after }: { before: Files; after: Files }): boolean {
    const names = this.#named.get(object) ?? new Set()
    const isTaken = [...this.#named].some(
      ([other, its]) => !before.has(other) && [...its].some((name) => names.has(name)),
    )
    const isOver = [...before].some(([other, its]) => {
      if (its.uuid !== uuid) return false
      return !after.has(other) || this.#linked.has(other) || this.#isSaved(other, { before, after })
    })
    return isTaken || isOver || this.#isSaved(object, { before, after })
  }

  /**
   * Whether another file was moved to this file's name while this file stays beside it as a backup: the name keeps the
   * id. If this file has a name under which the index knew the other one, the two were exchanged instead, and keep their
   * ids.
   */
  #isSaved(object: string, { before, after }: { before: Files; after: Files }): boolean {
    const heir = [...after].find(([, { uuid }]) => uuid === before.get(object)?.uuid)
    if (!heir) return false
    const [other, { path }] = heir
    const [inode = ''] = other.split(':')
    const itsNames = this.#recorded.get(inode) ?? new Set()
    const hasMoved = [...after.values()].every(
      (each) => each.path === path || dirname(each.path) !== dirname(path) || !itsNames.has(basename(each.path)),
    )
    return hasMoved && (this.#named.get(object)?.has(basename(path)) ?? false)
  }

  isLinked(object: string): boolean {
    return this.#linked.has(object)
  }

  isFree(object: string): boolean {
    return this.#free.has(object)
  }

  /** Notes the names that the index has now. */
  observe(): void {
    const rows = this.world.db.prepare('select name, inode from entries').all()
    for (const { inode, name } of rows) addTo(this.#recorded, String(inode), String(name))
  }

  async take([number, a, b]: Step): Promise<void> {
    const { world } = this
    const what = table[number % table.length]!
    if (what === 'resume') return world.resume(a)
    if (what === 'kill') return world.kill()
    if (what === 'refresh') return world.startRefresh(PLACES[a % 2]!)
    if (what === 'scan') return world.startScan(PLACES[a % 2]!, join(world.root, PLACES[a % 2]!))
    const entries = world.entries()
    const top = (path: string) => dirname(path) === world.root
    const all = entries.filter(({ path }) => !top(path))
    const folders = all.filter(({ isFolder }) => isFolder).map(({ path }) => path)
    const files = all.filter(({ isFolder }) => !isFolder).map(({ path }) => path)
    const anywhere = [...folders, ...entries.filter(({ path }) => top(path)).map(({ path }) => path)]
    const pick = (from: readonly string[], n: number) => from[n % from.length]
    const into = pick(anywhere, b)!
    const fresh = () => `n${this.#names++}`
    if (what === 'scanBelow') {
      const dir = pick(folders, a)
      const place = PLACES.find((each) => dir?.startsWith(`${join(world.root, each)}/`))
      if (dir && place) world.startScan(place, dir)
      return
    }
    if (what === 'write' && all.length < MAX_ENTRIES) return world.write(join(into, fresh()), 'new')
    if (what === 'mkdir' && all.length < MAX_ENTRIES) return world.mkdir(join(into, fresh()))
    const file = pick(files, a)
    const folder = pick(folders, a)
    if (what === 'append' && file) return world.append(file)
    if (what === 'link' && file && all.length < MAX_ENTRIES) {
      this.#free.add(objectAt(file))
      this.#linked.add(objectAt(file))
      return world.link(file, join(into, fresh()))
    }
    if (what === 'save' && file) {
      const temporary = join(dirname(file), fresh())
      world.write(temporary, 'saved')
      this.#free.add(objectAt(temporary))
      this.#free.add(objectAt(file))
      return this.#rename(temporary, file)
    }
    if (what === 'move' && file) return this.#move(file, into, a)
    if (!folder) return
    if (what === 'moveFolder') return this.#move(folder, into, a)
    if (what === 'remove') return world.remove(a % 3 === 0 ? folder : (file ?? folder))
    if (what === 'swapKind' && file) {
      world.remove(file)
      return world.mkdir(file)
    }
    if (what === 'wrap') {
      const aside = join(world.root, 'out', fresh())
      world.move(folder, aside)
      world.mkdir(folder)
      return world.move(aside, join(folder, basename(folder)))
    }
    if (what === 'outAndBack') {
      const aside = join(world.root, a % 2 ? 'out' : 'B', fresh())
      if (aside.startsWith(`${folder}/`)) return
      world.move(folder, aside)
      await world.resume(b)
      if (existsSync(aside) && existsSync(dirname(folder)) && !existsSync(folder)) world.move(aside, folder)
      return
    }
    if (what === 'swap') {
      const other = pick(a % 2 ? folders : files, b)
      const one = a % 2 ? folder : file
      if (!other || !one || other === one || other.startsWith(`${one}/`) || one.startsWith(`${other}/`)) return
      const aside = join(world.root, 'out', fresh())
      this.#rename(one, aside)
      this.#rename(other, one)
      this.#rename(aside, other)
    }
  }

  #rename(from: string, to: string): void {
    this.world.move(from, to)
    this.#noteName(objectAt(to), basename(to))
  }

  #noteName(object: string, name: string): void {
    addTo(this.#named, object, name)
  }

  #move(from: string, into: string, salt: number): void {
    if (into === from || into.startsWith(`${from}/`)) return
    const kept = join(into, basename(from))
    const to = salt % 2 && !existsSync(kept) ? kept : join(into, `n${this.#names++}`)
    this.#rename(from, to)
  }
}

function addTo(names: Map<string, Set<string>>, key: string, name: string): void {
  names.set(key, (names.get(key) ?? new Set()).add(name))
}

/**
 * Runs a history to its end. Returns the faults found at any commit or at the end. Files must also keep their ids
 * unless another file could be meant. `template` is the file of an empty library.
 */
export async function liveHistory(template: string, history: History): Promise<string[]> {
  await using world = await ScheduleWorld.create(template, build)
  const before = uuidsByObject(world)
  const life = new Life(world)
  life.observe()
  world.hold()
  for (const step of history) {
    await life.take(step)
    life.observe()
    if (world.faults.length > 0) return world.faults
  }
  await world.settle()
  // The disk no longer changes: refresh until the watcher has no events left.
  while (world.hasEvents) {
    for (const place of PLACES) world.startRefresh(place)
    await world.settle()
  }
  for (const round of ['watched', 'rescanned']) {
    const isExcused = (path: string) => round === 'watched' && life.isLinked(objectAt(path))
    const faults = [...world.faults, ...PLACES.flatMap((place) => differences(world, place, isExcused))]
    if (faults.length > 0) return faults.map((fault) => `${round}: ${fault}`)
    const after = uuidsByObject(world)
    for (const [object, uuid] of before) {
      const now = after.get(object)
      if (!now || now.uuid === uuid.uuid || life.isFree(object)) continue
      if (!life.isWrittenAnew(object, now.uuid, { before, after }))
        return [`${round}: ${uuid.path} is known by another id at ${now.path}`]
    }
    await world.rescan()
  }
  return world.faults
}

function differences(world: ScheduleWorld, place: Place, isExcused: (path: string) => boolean): string[] {
  return compareWithDisk(world.db, join(world.root, place), isExcused).faults
}

function uuidsByObject(world: ScheduleWorld): Files {
  const found = new Map<string, { uuid: string; path: string }>()
  for (const place of PLACES) {
    for (const [path, uuid] of compareWithDisk(world.db, join(world.root, place)).uuids)
      found.set(objectAt(path), { uuid, path })
  }
  return found
}

/** A history whose steps shrink one by one. */
export const histories = fc.array(fc.tuple(fc.nat(table.length - 1), fc.nat(1_000), fc.nat(1_000)), {
  minLength: 4,
  maxLength: 60,
  size: 'max',
})
