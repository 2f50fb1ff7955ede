import { displayName, joinName, type RawName } from '../../util/file-name.ts'
import { createRuleEngine, hasListed, type Rule, type RuleContext, type RuleEngine } from '../rules/index.ts'
import { type Inode, toInode } from '../../util/inode.ts'
import { FINGERPRINT_BYTES } from './fingerprint.ts'
import {
  type Accept,
  FIELDS,
  type Listing,
  listDirectory,
  listNames,
  type SeenFolder,
  silence,
  statOrNull,
  UnreadableDirectory,
} from './listing.ts'
import type { WalkResults, WalkSetup, WalkStatus, WalkTask } from './walk-messages.ts'

/**
 * If a folder changes while it is read, it is read up to this many times in a row. After that, the scan tries again
 * later.
 */
const LISTING_ATTEMPTS = 3

/**
 * Lists folders under the rules of one scan. Runs in a walking thread or process; small work runs in the bulk thread.
 */
export class Walker {
  readonly device: bigint
  readonly #root: string
  readonly #rules: RuleEngine
  readonly #answered: (() => void) | null
  readonly #silent: SilentMounts | null

  /** `answered` is called whenever the file system has answered something. */
  constructor({ root, device, rules, silent }: WalkSetup, answered: (() => void) | null = null) {
    this.device = device
    this.#root = root
    this.#rules = createRuleEngine({ settings: rules, root })
    this.#answered = answered
    this.#silent = silent.length > 0 ? new SilentMounts(silent) : null
  }

  get rules(): RuleEngine {
    return this.#rules
  }

  /** Anchors that `dir` inherits from the folders between the rules' root and itself. */
  anchorsAt(dir: RawName): readonly string[] {
    const below = displayName(dir).slice(this.#root.length).split('/').filter(Boolean)
    let anchors = this.#rules.rootContext().anchors
    let at: RawName = this.#root
    for (const name of below) {
      anchors = this.anchorsInside(at, anchors)
      at = joinName(at, name)
    }
    return anchors
  }

  /** Anchors that a folder passes on to its subfolders, without listing it. */
  anchorsInside(dir: RawName, anchors: readonly string[]): readonly string[] {
    return this.#inside(dir, anchors).anchors
  }

  /** Like `list`, but only for some names. Names that do not exist are left out. */
  look(
    dir: RawName,
    anchors: readonly string[],
    names: readonly RawName[],
    onHidden?: (name: string, rule: Rule) => void,
  ): { context: RuleContext; listing: Listing } {
    const shown = displayName(dir)
    const context = this.#inside(dir, anchors)
    const has = (name: string) => exists(joinName(dir, name))
    const accept = (name: string, isDirectory: boolean) => {
      this.#answered?.()
      const rule = this.#rules.match(context, shown, name, isDirectory, has)
      if (rule && onHidden) onHidden(name, rule)
      return rule === null || onHidden !== undefined
    }
    return { context, listing: listNames(dir, names, { device: this.device, accept, silent: this.#silent?.in(shown) }) }
  }

  #inside(dir: RawName, anchors: readonly string[]): RuleContext {
    const has = (name: string) => exists(joinName(dir, name))
    return this.#rules.enter(this.#rules.fromAnchors(anchors), displayName(dir), has)
  }

  /**
   * Lists a folder under the rules, and returns the context for its inside. With `onHidden` the listing includes
   * excluded entries and reports them there. Throws `UnreadableDirectory`.
   */
  list(
    dir: RawName,
    anchors: readonly string[],
    {
      onHidden,
      seen = null,
    }: { onHidden?: ((name: string, rule: Rule) => void) | undefined; seen?: SeenFolder | null } = {},
  ): { context: RuleContext; listing: Listing } {
    const inherited = this.#rules.fromAnchors(anchors)
    const shown = displayName(dir)
    if (this.#silent?.has(shown)) throw new UnreadableDirectory(dir, silence(shown))
    let context: RuleContext | null = null
    const prepare = (all: readonly RawName[]): Accept => {
      const has = hasListed(all)
      const inside = this.#rules.enter(inherited, shown, has)
      context = inside
      return (name, isDirectory) => {
        this.#answered?.()
        const rule = this.#rules.match(inside, shown, name, isDirectory, has)
        if (rule && onHidden) onHidden(name, rule)
        return rule === null || onHidden !== undefined
      }
    }
    const silent = this.#silent?.in(shown)
    // Hidden entries are reported as they are read, so the folder must be read only once.
    const attempts = onHidden ? 1 : LISTING_ATTEMPTS
    const listing = listDirectory(dir, { device: this.device, prepare, silent, attempts, seen })
    return { context: context ?? inherited, listing }
  }

  run(tasks: readonly WalkTask[]): WalkResults {
    const statuses: WalkStatus[] = []
    const counts: number[] = []
    const anchors = new AnchorLists()
    const fingerprints = new Uint8Array(tasks.length * FINGERPRINT_BYTES)
    const unreadable: WalkResults['unreadable'] = []
    const failures: WalkResults['failures'] = []
    const bigInodes = new Map<number, Uint8Array>()
    const names: RawName[] = []
    const numbers: number[][] = []
    const owns: (Inode | null)[] = []
    const settled: boolean[] = []
    const ownNumbers = new Float64Array(tasks.length * FIELDS)
    for (const [i, task] of tasks.entries()) {
      anchors.set(i, task.anchors)
      counts.push(0)
      statuses.push('same')
      owns.push(null)
      settled.push(true)
      try {
        this.#answered?.()
        const unchanged = this.#silent?.has(displayName(task.dir)) ? null : sameTimes(task)
        if (unchanged) {
          owns[i] = toInode(unchanged.ino)
          anchors.set(i, this.anchorsInside(task.dir, task.anchors))
          continue
        }
        const { context, listing } = this.list(task.dir, task.anchors, { seen: task.seen })
        anchors.set(i, context.anchors)
        for (const entry of listing.unreadable) unreadable.push({ task: i, ...entry })
        counts[i] = listing.names.length
        owns[i] = listing.own
        settled[i] = listing.isSettled
        ownNumbers.set(listing.ownNumbers, i * FIELDS)
        if (isSame(task, listing)) continue
        statuses[i] = 'listed'
        fingerprints.set(listing.fingerprint.bytes(), i * FINGERPRINT_BYTES)
        for (const [at, inode] of listing.bigInodes) bigInodes.set(names.length + at, inode)
        for (const name of listing.names) names.push(name)
        numbers.push(listing.numbers)
      } catch (err) {
        if (!(err instanceof UnreadableDirectory)) throw err
        statuses[i] = 'failed'
        failures.push({ task: i, gone: err.gone, code: err.code, message: err.message })
      }
    }
    const packed = new Float64Array(names.length * FIELDS)
    let at = 0
    for (const part of numbers) {
      packed.set(part, at)
      at += part.length
    }
    const text = names.every((name) => typeof name === 'string')
    return {
      seqs: tasks.map((task) => task.seq),
      statuses,
      counts,
      anchorLists: anchors.lists,
      anchors: anchors.indexes,
      fingerprints,
      names: text ? names.join('\0') : names,
      numbers: packed,
      bigInodes,
      unreadable,
      failures,
      owns,
      ownNumbers,
      settled,
    }
  }
}

/** Whether the rows match the listing: both the fingerprint and the number of entries are equal. */
function isSame({ fingerprint, childCount }: WalkTask, listing: Listing): boolean {
  if (fingerprint === null || !listing.isSettled || listing.unreadable.length > 0) return false
  return listing.names.length === childCount && listing.fingerprint.equals(fingerprint)
}

/** The anchor lists of one batch without repetition: neighbouring folders pass on the same list. */
class AnchorLists {
  readonly lists: (readonly string[])[] = []
  readonly indexes: number[] = []

  set(i: number, anchors: readonly string[]): void {
    let index = this.lists.lastIndexOf(anchors)
    if (index < 0) index = this.lists.push(anchors) - 1
    this.indexes[i] = index
  }
}

/** Mount points by the folders they are in. */
class SilentMounts {
  readonly #names = new Map<string, Set<string>>()

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const slash = path.lastIndexOf('/')
      const dir = path.slice(0, slash) || '/'
      this.#names.set(dir, (this.#names.get(dir) ?? new Set()).add(path.slice(slash + 1)))
    }
  }

  in(dir: string): ReadonlySet<string> | undefined {
    return this.#names.get(dir)
  }

  has(path: string): boolean {
    const slash = path.lastIndexOf('/')
    return this.in(path.slice(0, slash) || '/')?.has(path.slice(slash + 1)) ?? false
  }
}

/** The stats of a folder whose times can be trusted and have not changed; otherwise null. */
function sameTimes({ dir, times }: WalkTask): ReturnType<typeof statOrNull> {
  if (!times) return null
  // If it cannot be reached, its listing reports why.
  const stats = statOrNull(dir)
  if (!stats?.isDirectory()) return null
  return stats.mtimeNs === BigInt(times.mtime) * 1_000_000n + BigInt(times.mtimeNs) ? stats : null
}

function exists(path: RawName): boolean {
  return statOrNull(path) !== null
}
