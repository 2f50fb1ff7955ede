import type { DeviceId, PeerKey } from '../../domain/index.ts'
import { markOf, type Statement } from './statement.ts'

export interface Member {
  readonly device: DeviceId
  readonly key: PeerKey
  readonly name: string
  /** Milliseconds since 1970. */
  readonly since: number
}

interface Presence {
  readonly member: Member
  /**
   * The members without whom this one would not be a member: its inviter, the inviter of that one, and so on. If
   * several members have added it, only those that are in all these chains.
   */
  readonly through: ReadonlySet<PeerKey>
}

/**
 * The members after a number of statements. Every removal counts, even if its author has left or was removed, because
 * a real removal cannot be distinguished from a backdated one. An `add` or `leave` counts only if its author is a
 * member at that point, and no removal of the author voids it. A removed key can be added again only by a member that
 * has not got in through this key, or by the only member that removed it.
 */
export class PresentMembers {
  readonly #root: PeerKey
  readonly #isOverdrawn: (key: PeerKey) => boolean
  readonly #removals: ReadonlyMap<PeerKey, readonly Removal[]>
  readonly #present = new Map<PeerKey, Presence>()
  /** For each removed key, the authors of its removals. */
  readonly #removedBy = new Map<PeerKey, Set<PeerKey>>()

  /** `isOverdrawn`: whether the branch of a key exceeds a quota; then its holder is no member. */
  constructor(root: PeerKey, statements: readonly Statement[], isOverdrawn: (key: PeerKey) => boolean) {
    this.#root = root
    this.#isOverdrawn = isOverdrawn
    this.#removals = Map.groupBy(
      statements.filter(({ kind }) => kind === 'remove').map((each) => ({ ...each, kept: new Set(each.kept) })),
      ({ key }) => key,
    )
    for (const statement of statements) this.#apply(statement)
  }

  /** In the order in which they joined. */
  get members(): ReadonlyMap<PeerKey, Member> {
    const members = this.#present.entries().filter(([key]) => !this.#isOverdrawn(key))
    return new Map(members.map(([key, { member }]) => [key, member]))
  }

  /** Whether an `add` of a key by a member would count. */
  mayAdd(by: PeerKey, key: PeerKey): boolean {
    const author = this.#present.get(by)
    if (!author || this.#isOverdrawn(by)) return false
    const removers = this.#removedBy.get(key)
    if (!removers || !author.through.has(key)) return true
    return removers.size === 1 && removers.has(by)
  }

  #apply(statement: Statement): void {
    const { by, key, kind } = statement
    if (kind === 'remove') {
      this.#present.delete(key)
      this.#removedBy.set(key, (this.#removedBy.get(key) ?? new Set()).add(by))
    } else if (kind === 'leave') {
      if (!this.#isVoid(statement)) this.#present.delete(key)
    } else this.#add(statement)
  }

  #add(statement: Statement): void {
    const { at, by, device, key, name } = statement
    const isFounding = by === this.#root && key === this.#root
    if (!isFounding && (this.#isVoid(statement) || !this.mayAdd(by, key))) return
    // The root is a member without being added.
    const through = new Set(key === this.#root ? [] : [...this.#present.get(by)!.through, by])
    const before = this.#present.get(key)
    this.#removedBy.delete(key)
    this.#present.set(key, {
      member: before?.member ?? { device, key, name, since: at },
      through: before ? new Set([...before.through].filter((each) => through.has(each))) : through,
    })
  }

  /**
   * Whether a member removed the author without knowing this statement. Then the statement does not count, although
   * its date is earlier.
   */
  #isVoid(statement: Statement): boolean {
    const removals = this.#removals.get(statement.by) ?? []
    return removals.some(({ counter, kept }) => statement.counter <= counter && !kept.has(markOf(statement)))
  }
}

type Removal = Pick<Statement, 'counter'> & { readonly kept: ReadonlySet<string> }
