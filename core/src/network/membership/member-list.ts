import { createHash } from 'node:crypto'
import type { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { inOrder, isGenuine, markOf, MAX_BY_MEMBER, type Statement, type Unsigned } from './statement.ts'

/**
 * How far a counter may be above the highest one that counts before it. A member who jumps ahead again and again reaches
 * 2^25 at most, because the number of statements that count is bounded too.
 */
const MAX_GAP = 10_000
/** Statements that the device that shared the library first may make, its removals of present members not counted. */
const MAX_BY_ROOT = 1_000
/** The same for another member, together with everyone that member has added, and those that these have added. */
const MAX_OF_BRANCH = 100
/** The same for all members but the first together. */
const MAX_BY_OTHERS = 500

export interface Member {
  readonly device: DeviceId
  readonly key: PeerKey
  readonly name: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/**
 * Who the members of one library are. A list holds only the statements that count, so nobody can fill it: the author is
 * a member at that point of the list, the counter is not far ahead, and no quota is used up. A removal of a present
 * member uses no quota but the author's own, so that one always fits. Two lists with the same statements say the same.
 */
export class MemberList {
  readonly library: LibraryId
  /** Who shared the library first: nobody else can remove it, and its own `add` needs nobody before it. */
  readonly root: PeerKey
  /** Those that count, by counter. */
  readonly statements: readonly Statement[]
  readonly #members: ReadonlyMap<PeerKey, Member>

  /** `statements`: genuine ones of this library, each once. Those that do not count are left out. */
  constructor(of: { library: LibraryId; root: PeerKey; statements: readonly Statement[] }) {
    this.library = of.library
    this.root = of.root
    const { counted, members } = evaluate(this.root, of.statements)
    this.statements = counted
    this.#members = members
  }

  /** In the order they came. */
  get members(): readonly Member[] {
    return [...this.#members.values()]
  }

  has(key: PeerKey): boolean {
    return this.#members.has(key)
  }

  /** Whether it is a member, or was one. */
  knows(key: PeerKey): boolean {
    return this.statements.some((statement) => statement.key === key)
  }

  /** The same for two lists with the same statements. */
  get digest(): string {
    const hash = createHash('sha256')
    for (const { signature } of this.statements) hash.update(signature)
    return hash.digest('hex')
  }

  /** What the holder of a key may see: a member all, one that was a member what was said until it was one no longer. */
  visibleTo(key: PeerKey): readonly Statement[] {
    if (this.has(key)) return this.statements
    const end = this.statements.findLast((statement) => statement.key === key && statement.kind !== 'add')
    return end ? this.statements.slice(0, this.statements.indexOf(end) + 1) : []
  }

  /**
   * With more statements; itself where it has all of them that count. Throws `InvalidInput` where one that would count
   * is not genuine or of another library.
   */
  with(more: readonly Statement[]): MemberList {
    const known = new Set(this.statements.map(({ signature }) => signature))
    const fresh = new Map(more.map((statement) => [statement.signature, statement]))
    for (const signature of known) fresh.delete(signature)
    if (fresh.size === 0) return this
    const list = new MemberList({
      library: this.library,
      root: this.root,
      statements: [...this.statements, ...fresh.values()],
    })
    // What does not count takes no time: of thousands that a device pushes, only these are verified.
    const counted = list.statements.filter(({ signature }) => !known.has(signature))
    for (const statement of counted) {
      if (statement.library !== this.library || !isGenuine(statement))
        throw new CoreError('InvalidInput', 'a statement about the members of a library is not genuine')
    }
    return counted.length === 0 && list.statements.length === this.statements.length ? this : list
  }

  /** What its author would sign next. */
  next(of: Pick<Unsigned, 'kind' | 'device' | 'key' | 'name' | 'by' | 'at'>): Unsigned {
    const kept = of.kind === 'remove' ? this.statements.filter(({ by }) => by === of.key).map(markOf) : []
    const counter = (this.statements.at(-1)?.counter ?? 0) + 1
    return { ...of, library: this.library, counter, kept }
  }
}

interface Evaluated {
  readonly counted: readonly Statement[]
  readonly members: ReadonlyMap<PeerKey, Member>
}

/**
 * One statement after the other: each counts where its author is a member at that point. A removal also voids what the
 * removed device says it had said before, and the remover had not heard of; then it is looked at anew.
 */
function evaluate(root: PeerKey, statements: readonly Statement[]): Evaluated {
  const ordered = statements.toSorted(inOrder)
  const byAuthor = Map.groupBy(ordered, ({ by }) => by)
  const voided = new Set<Statement>()
  for (;;) {
    const walk = new Walk(root)
    const late = ordered.values().map((statement) => {
      if (voided.has(statement) || !walk.counts(statement)) return []
      const unheard = statement.kind === 'remove' ? unheardOf(statement, byAuthor, voided) : []
      if (unheard.length === 0) walk.apply(statement)
      return unheard
    })
    const first = late.find((unheard) => unheard.length > 0)
    if (!first) return { counted: walk.counted, members: walk.members }
    for (const statement of first) voided.add(statement)
  }
}

/** What the removed device says it had said by then, and the author of the removal did not know. */
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

/** The members after some statements, and what each has used up. */
class Walk {
  readonly counted: Statement[] = []
  readonly members = new Map<PeerKey, Member>()
  readonly #root: PeerKey
  readonly #made = new Map<PeerKey, number>()
  /** The member that the root has added, above each other key. */
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
      // Who comes back stays in the branch it was in: leaving and coming back gives no new quota.
      if (!this.#branches.has(key)) this.#branches.set(key, by === this.#root ? key : this.#branchOf(by))
    }
  }

  /** There are at most as many of these as members were added. */
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
