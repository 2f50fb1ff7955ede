import { createHash } from 'node:crypto'
import type { DeviceId, LibraryId, PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { inOrder, isGenuine, markOf, MAX_STATEMENTS, type Statement, type Unsigned } from './statement.ts'

export interface Member {
  readonly device: DeviceId
  readonly key: PeerKey
  readonly name: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/**
 * Who the members of one library are: all statements there are about it, in any order, and what follows from them. Two
 * lists with the same statements say the same.
 */
export class MemberList {
  readonly library: LibraryId
  /** Who shared the library first: nobody else can remove it, and its own `add` needs nobody before it. */
  readonly root: PeerKey
  /** By counter. */
  readonly statements: readonly Statement[]
  readonly #members: ReadonlyMap<PeerKey, Member>

  /** `statements`: genuine ones of this library, each once. */
  constructor(of: { library: LibraryId; root: PeerKey; statements: readonly Statement[] }) {
    this.library = of.library
    this.root = of.root
    this.statements = of.statements.toSorted(inOrder)
    this.#members = membersBy(this.root, this.statements)
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
   * With more statements; itself where it has them all. Throws `InvalidInput` where one is not genuine or of another
   * library, and `Conflict` where there are too many.
   */
  with(more: readonly Statement[]): MemberList {
    const known = new Set(this.statements.map(({ signature }) => signature))
    const fresh = new Map(more.map((statement) => [statement.signature, statement]))
    for (const signature of known) fresh.delete(signature)
    if (fresh.size === 0) return this
    for (const statement of fresh.values()) {
      if (statement.library !== this.library || !isGenuine(statement))
        throw new CoreError('InvalidInput', 'a statement about the members of a library is not genuine')
    }
    const statements = [...this.statements, ...fresh.values()]
    if (statements.length > MAX_STATEMENTS)
      throw new CoreError('Conflict', `more than ${MAX_STATEMENTS} changes of the members of a library`)
    return new MemberList({ library: this.library, root: this.root, statements })
  }

  /** What its author would sign next. */
  next(of: Pick<Unsigned, 'kind' | 'device' | 'key' | 'name' | 'by' | 'at'>): Unsigned {
    const kept = of.kind === 'remove' ? this.statements.filter(({ by }) => by === of.key).map(markOf) : []
    const counter = (this.statements.at(-1)?.counter ?? 0) + 1
    return { ...of, library: this.library, counter, kept }
  }
}

/**
 * One statement after the other: each counts where its author is a member at that point. A removal also voids what the
 * removed device says it had said before, and the remover had not heard of; then it is looked at anew.
 */
function membersBy(root: PeerKey, ordered: readonly Statement[]): ReadonlyMap<PeerKey, Member> {
  const voided = new Set<Statement>()
  for (;;) {
    const members = new Map<PeerKey, Member>()
    const late = walk(ordered, { root, members, voided })
    if (late.length === 0) return members
    for (const statement of late) voided.add(statement)
  }
}

/** Fills `members`; stops at the first removal that voids something, and returns that. */
function walk(
  ordered: readonly Statement[],
  { members, root, voided }: { root: PeerKey; members: Map<PeerKey, Member>; voided: ReadonlySet<Statement> },
): readonly Statement[] {
  for (const statement of ordered) {
    const { at, by, counter, device, kept, key, kind, name } = statement
    const isFounding = kind === 'add' && by === root && key === root
    if (voided.has(statement) || !(isFounding || members.has(by))) continue
    if (kind === 'add') {
      if (!members.has(key)) members.set(key, { device, key, name, since: at })
    } else if (kind === 'leave') {
      if (by === key) members.delete(key)
    } else if (key !== root) {
      const late = ordered.filter(
        (each) => each.by === key && each.counter < counter && !voided.has(each) && !kept.includes(markOf(each)),
      )
      if (late.length > 0) return late
      members.delete(key)
    }
  }
  return []
}
