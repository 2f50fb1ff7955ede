import type { PeerKey } from '../../domain/index.ts'
import { MAX_BY_MEMBER, type Statement, type Unsigned } from './statement.ts'

/**
 * How much higher a counter may be than the highest earlier one. Even if a member jumps ahead repeatedly, it reaches
 * at most 2^35, because the number of statements is limited too.
 */
const MAX_GAP = 10_000_000
/**
 * Maximum number of statements by the device that shared the library first, not counting its removals of present
 * members.
 */
const MAX_BY_ROOT = 1_000
/** The same limit for any other member together with everyone it added, directly or indirectly. */
const MAX_OF_BRANCH = 100
/**
 * Our programs sign no `add` beyond this limit. The rest of the quota is a margin for devices that add members at the
 * same time.
 */
const MARGIN_OF_BRANCH = 80
/** The same limit for all members except the first, together. */
const MAX_BY_OTHERS = 500

/** Whether a statement is stored. `excess`: it is stored only as proof that its author's branch exceeds a quota. */
type Fit = 'fits' | 'excess' | 'no'

/**
 * The statements that a list stores: those whose author was added before, within the quotas. The first removal after
 * an `add` uses only its author's own quota, so a removal always fits. A `leave` between the two does not change this,
 * because its author might have backdated it.
 *
 * Each member that the root adds begins a branch, and every device added through this member belongs to it. Our
 * programs stay within the quotas. A branch that exceeds one has a hostile member, which might backdate statements to
 * displace others. Therefore no device of this branch stays a member, except those that the root adds again: the root
 * begins a new branch each time.
 */
export class KeptStatements {
  readonly all: Statement[] = []
  readonly #root: PeerKey
  /** The keys that were added and not removed since. */
  readonly #present = new Set<PeerKey>()
  /** For each key, the branch that it belongs to: the signature with which the root began it. */
  readonly #branches = new Map<PeerKey, string>()
  readonly #exceeded = new Set<string>()
  readonly #made = new Map<PeerKey, number>()
  readonly #charged = new Map<string, number>()
  #chargedOthers = 0
  #highest = 0

  constructor(root: PeerKey) {
    this.#root = root
  }

  /** Call it with the statements in order. */
  fit(statement: Unsigned): Fit {
    const { by, counter, kept, key, kind } = statement
    const isFounding = kind === 'add' && by === this.#root && key === this.#root
    if (!isFounding && !this.#branches.has(by)) return 'no'
    if (counter > this.#highest + MAX_GAP || kept.length > MAX_BY_MEMBER) return 'no'
    if (kind === 'leave' && by !== key) return 'no'
    if (kind === 'remove' && key === this.#root) return 'no'
    if (by === this.#root) {
      const isFull = (this.#charged.get(this.#root) ?? 0) >= MAX_BY_ROOT
      return this.#isEnding(statement) || !isFull ? 'fits' : 'no'
    }
    if (!this.#isEnding(statement) && this.#chargedOthers >= MAX_BY_OTHERS) return 'no'
    if (this.#hasRoom(statement)) return 'fits'
    return this.#exceeded.has(this.#branches.get(by)!) ? 'no' : 'excess'
  }

  keep(statement: Statement): void {
    const { by, counter, key, kind, signature } = statement
    const branch = by === this.#root ? this.#root : this.#branches.get(by)!
    if (this.fit(statement) === 'excess') this.#exceeded.add(branch)
    if (!this.#isEnding(statement)) {
      this.#charged.set(branch, (this.#charged.get(branch) ?? 0) + 1)
      if (by !== this.#root) this.#chargedOthers++
    }
    this.#made.set(by, (this.#made.get(by) ?? 0) + 1)
    this.#highest = counter
    this.all.push(statement)
    if (kind === 'remove') this.#present.delete(key)
    if (kind !== 'add') return
    this.#present.add(key)
    // A member that another member adds again stays in its branch: leaving and rejoining gives no new quota.
    if (by === this.#root) this.#branches.set(key, signature)
    else if (!this.#branches.has(key)) this.#branches.set(key, branch)
  }

  /** Whether the branch of a key exceeds a quota. */
  isOverdrawn(key: PeerKey): boolean {
    return this.#exceeded.has(this.#branches.get(key) ?? '')
  }

  /**
   * Whether our program may sign a statement: it must be within the quotas, with a margin for statements of other
   * devices.
   */
  maySign(statement: Unsigned): boolean {
    const { by, kind } = statement
    const isNear = by !== this.#root && kind === 'add' && this.#chargedTo(by) >= MARGIN_OF_BRANCH
    return !isNear && this.fit(statement) !== 'excess'
  }

  /** Whether a statement removes a present member. There is at most one such removal for each `add`. */
  #isEnding({ key, kind }: Unsigned): boolean {
    return kind === 'remove' && this.#present.has(key)
  }

  #hasRoom(statement: Unsigned): boolean {
    if ((this.#made.get(statement.by) ?? 0) >= MAX_BY_MEMBER) return false
    return this.#isEnding(statement) || this.#chargedTo(statement.by) < MAX_OF_BRANCH
  }

  /** How much of its quota the branch of a key has used. */
  #chargedTo(key: PeerKey): number {
    return this.#charged.get(this.#branches.get(key) ?? '') ?? 0
  }
}
