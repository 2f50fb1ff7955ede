import { createHash } from 'node:crypto'
import type { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import {
  inOrder,
  isGenuine,
  markOf,
  MAX_BY_MEMBER,
  MAX_STATEMENTS,
  type Statement,
  type Unsigned,
} from './statement.ts'

/**
 * How far a counter may be above the highest valid counter before it. Even a member who jumps ahead repeatedly reaches
 * at most 2^35, because the number of valid statements is limited too.
 */
const MAX_GAP = 10_000_000
/**
 * Statements that are made here take no part in larger jumps. All valid statements together reach a counter of
 * `MAX_GAP` at most by jumps of this size, so own statements stay valid even if any of the others become invalid.
 */
const NEAR_GAP = MAX_STATEMENTS
/** Most statements by the device that shared the library first, not counting its removals of present members. */
const MAX_BY_ROOT = 1_000
/** The same limit for any other member together with everyone it added, directly or indirectly. */
const MAX_OF_BRANCH = 100
/** The same limit for all members except the first, together. */
const MAX_BY_OTHERS = 500

export interface Member {
  readonly device: DeviceId
  readonly key: PeerKey
  readonly name: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/**
 * The members of one library. The list keeps only valid statements, so nobody can flood it. A statement is valid if its
 * author is a member at that point of the list, its counter is not too far ahead, and no quota is used up. A removal of
 * a present member uses only the author's own quota, so it always fits. Two lists with the same statements have the
 * same members.
 */
export class MemberList {
  readonly library: LibraryId
  /**
   * The device that shared the library first. No other member can remove it, and its own `add` needs no member before
   * it.
   */
  readonly root: PeerKey
  /** The valid statements, by counter. */
  readonly statements: readonly Statement[]
  readonly #members: ReadonlyMap<PeerKey, Member>

  /**
   * `statements`: without repetitions; invalid ones are left out. `check` is called with each that would be valid,
   * before it has any effect, and throws if it is not a genuine one of this library; by default all are.
   */
  constructor(
    of: { library: LibraryId; root: PeerKey; statements: readonly Statement[] },
    check: (statement: Statement) => void = () => {},
  ) {
    this.library = of.library
    this.root = of.root
    const { counted, members } = evaluate(this.root, of.statements, check)
    this.statements = counted
    this.#members = members
  }

  /** In the order in which they joined. */
  get members(): readonly Member[] {
    return [...this.#members.values()]
  }

  has(key: PeerKey): boolean {
    return this.#members.has(key)
  }

  /** Whether the key is, or was, that of a member. */
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
   * The statements that the holder of a key may see. A member sees all; a former member sees those up to its removal or
   * leave.
   */
  visibleTo(key: PeerKey): readonly Statement[] {
    if (this.has(key)) return this.statements
    const end = this.statements.findLast((statement) => statement.key === key && statement.kind !== 'add')
    return end ? this.statements.slice(0, this.statements.indexOf(end) + 1) : []
  }

  /**
   * A list with more statements added; the same list if it already has all valid ones. Throws `InvalidInput` if a
   * statement that would be valid is not genuine or is of another library.
   */
  with(more: readonly Statement[]): MemberList {
    const own = new Set(this.statements.map(({ signature }) => signature))
    const fresh = new Map(more.map((statement) => [statement.signature, statement]))
    for (const signature of own) fresh.delete(signature)
    if (fresh.size === 0) return this
    // Invalid statements cost no time: of thousands that a device may send, only the valid ones are verified, each once.
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
   * The next statement of an author, ready to be signed: after all that others have said without a jump. `after`: one
   * that had no effect, because a member says the opposite with a higher counter; the next one follows the first of those. Null if
   * there is none.
   */
  next(of: Pick<Unsigned, 'kind' | 'device' | 'key' | 'name' | 'by' | 'at'>, after?: Unsigned): Unsigned | null {
    const before = after ? this.#oppositeOf(after)?.counter : this.#near
    if (before === undefined) return null
    const kept = of.kind === 'remove' ? this.statements.filter(({ by }) => by === of.key).map(markOf) : []
    return { ...of, library: this.library, counter: before + 1, kept }
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

interface Evaluated {
  readonly counted: readonly Statement[]
  readonly members: ReadonlyMap<PeerKey, Member>
}

/**
 * Goes through the statements in order: each is valid if its author is a member at that point. A removal also voids the
 * statements that the removed device dates before it, but that the remover did not know. Then the evaluation starts
 * again.
 */
function evaluate(root: PeerKey, statements: readonly Statement[], check: (statement: Statement) => void): Evaluated {
  const ordered = statements.toSorted(inOrder)
  const byAuthor = Map.groupBy(ordered, ({ by }) => by)
  const voided = new Set<Statement>()
  for (;;) {
    const walk = new Walk(root)
    const late = ordered.values().map((statement) => {
      if (voided.has(statement) || !walk.counts(statement)) return []
      // A forged removal would void others, and each of them starts the evaluation again.
      check(statement)
      const unheard = statement.kind === 'remove' ? unheardOf(statement, byAuthor, voided) : []
      if (unheard.length === 0) walk.apply(statement)
      return unheard
    })
    const first = late.find((unheard) => unheard.length > 0)
    if (!first) return { counted: walk.counted, members: walk.members }
    for (const statement of first) voided.add(statement)
  }
}

/** Statements that the removed device dates before its removal, but that the author of the removal did not know. */
function unheardOf(
  removal: Statement,
  byAuthor: ReadonlyMap<PeerKey, readonly Statement[]>,
  voided: ReadonlySet<Statement>,
): readonly Statement[] {
  const kept = new Set(removal.kept)
  return (byAuthor.get(removal.key) ?? []).filter(
    (each) => each !== removal && each.counter <= removal.counter && !voided.has(each) && !kept.has(markOf(each)),
  )
}

/** The members after a number of statements, and how much of each quota is used. */
class Walk {
  readonly counted: Statement[] = []
  readonly members = new Map<PeerKey, Member>()
  readonly #root: PeerKey
  readonly #made = new Map<PeerKey, number>()
  /** For each other member, the member in its chain of invitations that the root added. */
  readonly #branches = new Map<PeerKey, PeerKey>()
  readonly #charged = new Map<PeerKey, number>()
  #chargedOthers = 0
  #highest = 0

  constructor(root: PeerKey) {
    this.#root = root
  }

  counts(statement: Statement): boolean {
    const { by, counter, kept, key, kind } = statement
    const isFounding = kind === 'add' && by === this.#root && key === this.#root
    if (!isFounding && !this.members.has(by)) return false
    if (counter > this.#highest + MAX_GAP || kept.length > MAX_BY_MEMBER) return false
    if (kind === 'leave' && by !== key) return false
    if (kind === 'remove' && key === this.#root) return false
    if (by !== this.#root && (this.#made.get(by) ?? 0) >= MAX_BY_MEMBER) return false
    return this.#isEnding(statement) || this.#hasRoom(by)
  }

  apply(statement: Statement): void {
    const { at, by, counter, device, key, kind, name } = statement
    if (!this.#isEnding(statement)) this.#charge(by)
    this.#made.set(by, (this.#made.get(by) ?? 0) + 1)
    this.#highest = counter
    this.counted.push(statement)
    if (kind !== 'add') this.members.delete(key)
    else if (!this.members.has(key)) {
      this.members.set(key, { device, key, name, since: at })
      // A member that comes back stays in its old branch, so leaving and coming back gives no new quota.
      if (!this.#branches.has(key)) this.#branches.set(key, by === this.#root ? key : this.#branchOf(by))
    }
  }

  /** There can be at most one removal or leave per added member. */
  #isEnding({ key, kind }: Statement): boolean {
    return kind !== 'add' && this.members.has(key)
  }

  #hasRoom(by: PeerKey): boolean {
    const charged = this.#charged.get(this.#branchOf(by)) ?? 0
    if (by === this.#root) return charged < MAX_BY_ROOT
    return charged < MAX_OF_BRANCH && this.#chargedOthers < MAX_BY_OTHERS
  }

  #charge(by: PeerKey): void {
    const branch = this.#branchOf(by)
    this.#charged.set(branch, (this.#charged.get(branch) ?? 0) + 1)
    if (by !== this.#root) this.#chargedOthers++
  }

  #branchOf(key: PeerKey): PeerKey {
    return this.#branches.get(key) ?? key
  }
}
