import { createHash } from 'node:crypto'
import type { LibraryId, PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { KeptStatements } from './kept-statements.ts'
import { type Member, PresentMembers } from './present-members.ts'
import { inOrder, isGenuine, markOf, MAX_BY_MEMBER, type Statement, type Unsigned } from './statement.ts'

/**
 * The largest jump between counters that statements of this device follow. If a list has a larger jump, a new
 * statement takes a counter before the jump. Even if all statements of a list were this far apart, they would reach
 * only 10,000,000, which is one allowed jump. So statements of this device stay valid even if any others become
 * invalid.
 */
const NEAR_GAP = 3_000

/**
 * The members of one library. `KeptStatements` limits which statements are stored, so no device can flood the list.
 * `PresentMembers` computes the members from them. Two lists with the same statements have the same members.
 */
export class MemberList {
  readonly library: LibraryId
  /**
   * The device that shared the library first. No other member can remove it, and its own `add` needs no member before
   * it.
   */
  readonly root: PeerKey
  /** Sorted by counter. */
  readonly statements: readonly Statement[]
  readonly #kept: KeptStatements
  readonly #present: PresentMembers
  readonly #members: ReadonlyMap<PeerKey, Member>

  /**
   * `statements` must not contain duplicates. Those that no list stores are left out. `check` is called for each other
   * one before it takes effect, and throws if the statement is not genuine or is of another library. By default,
   * nothing is checked.
   */
  constructor(
    of: { library: LibraryId; root: PeerKey; statements: readonly Statement[] },
    check: (statement: Statement) => void = () => {},
  ) {
    this.library = of.library
    this.root = of.root
    const kept = new KeptStatements(this.root)
    for (const statement of of.statements.toSorted(inOrder)) {
      if (kept.fit(statement) === 'no') continue
      check(statement)
      kept.keep(statement)
    }
    this.#kept = kept
    this.statements = kept.all
    this.#present = new PresentMembers(this.root, kept.all, (key) => kept.isOverdrawn(key))
    this.#members = this.#present.members
  }

  /** In the order in which they joined. */
  get members(): readonly Member[] {
    return [...this.#members.values()]
  }

  has(key: PeerKey): boolean {
    return this.#members.has(key)
  }

  /** Whether a member can add a device: one that was removed can be added only by some (`PresentMembers`). */
  mayAdd(by: PeerKey, key: PeerKey): boolean {
    return this.#present.mayAdd(by, key)
  }

  /** Whether the key belongs to a present or former member. */
  knows(key: PeerKey): boolean {
    return this.statements.some((statement) => statement.key === key)
  }

  /** Equal for two lists with the same statements. */
  get digest(): string {
    const hash = createHash('sha256')
    for (const { signature } of this.statements) hash.update(signature)
    return hash.digest('hex')
  }

  /**
   * The statements that the holder of a key may see. A member sees all of them; a former member sees those up to its
   * removal or leave.
   */
  visibleTo(key: PeerKey): readonly Statement[] {
    if (this.has(key)) return this.statements
    const end = this.statements.findLast((statement) => statement.key === key && statement.kind !== 'add')
    return end ? this.statements.slice(0, this.statements.indexOf(end) + 1) : []
  }

  /**
   * Returns a list with more statements, or the same list if none of them is new and would be stored. Throws
   * `InvalidInput` if one of them is not genuine or is of another library.
   */
  with(more: readonly Statement[]): MemberList {
    const own = new Set(this.statements.map(({ signature }) => signature))
    const fresh = new Map(more.map((statement) => [statement.signature, statement]))
    for (const signature of own) fresh.delete(signature)
    if (fresh.size === 0) return this
    // A device may send thousands of statements, so only stored statements are verified, each once.
    const known = new Set(own)
    const check = (statement: Statement) => {
      if (known.has(statement.signature)) return
      if (statement.library !== this.library || !isGenuine(statement))
        throw new CoreError('InvalidInput', 'a statement about the members of a library is not genuine')
      known.add(statement.signature)
    }
    const list = new MemberList(
      { library: this.library, root: this.root, statements: [...this.statements, ...fresh.values()] },
      check,
    )
    const isSame =
      list.statements.length === this.statements.length && list.statements.every(({ signature }) => own.has(signature))
    return isSame ? this : list
  }

  /**
   * The next statement of an author, ready to be signed. Its counter follows the highest known counter before the
   * first large jump. `after` is given if a signed statement had no effect because a member states the opposite with a
   * higher counter: then the new counter follows that opposite statement. Null if there is no such statement, or if a
   * quota of the author is used up.
   */
  next(of: Pick<Unsigned, 'kind' | 'device' | 'key' | 'name' | 'by' | 'at'>, after?: Unsigned): Unsigned | null {
    const before = after ? this.#oppositeOf(after)?.counter : this.#near
    if (before === undefined) return null
    const said = of.kind === 'remove' ? this.statements.filter(({ by }) => by === of.key) : []
    const kept = said.slice(0, MAX_BY_MEMBER).map(markOf)
    const next = { ...of, library: this.library, counter: before + 1, kept }
    return this.#kept.maySign(next) ? next : null
  }

  get #near(): number {
    let highest = 0
    for (const { counter } of this.statements) {
      if (counter > highest + NEAR_GAP) break
      highest = counter
    }
    return highest
  }

  #oppositeOf({ counter, key, kind }: Unsigned): Statement | undefined {
    return this.statements.find(
      (each) => each.key === key && each.counter >= counter && (each.kind === 'add') !== (kind === 'add'),
    )
  }
}
