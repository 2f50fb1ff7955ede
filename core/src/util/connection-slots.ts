import { originOf } from './ip-address.ts'

/** The facts about the sender of a connection that matter for counting. */
export interface Sender {
  /** The group of the sender. The largest group loses a slot first. */
  readonly group: string
  /** Maximum number of connections with the same key. */
  readonly caps: readonly { readonly key: string; readonly max: number }[]
}

/** Why a connection gets or keeps no slot. `sender`: its sender has too many; `total`: all slots are taken. */
export type SlotReason = 'sender' | 'total'

/** The slot of one open connection. */
export interface Slot {
  /** Call it when the client has done something: finished the TLS handshake, or sent a request. */
  spoke(): void
  /** From now on, the client cannot lose the slot. */
  keep(): void
  /**
   * Call it when the client has proved its identity. From now on, it loses the slot only to a client of a smaller
   * group, and only if there is no stranger. This does not cancel `keep`.
   */
  keepWhileFair(): void
  /** Remembers the address. Later connections from it are the last strangers that lose their slots. */
  rememberSender(): void
  /** Counts the connection as one of another sender. This may cost that sender's oldest connection its slot. */
  moveTo(sender: Sender): void
  /** Call it when the connection has ended. It may be called again. */
  release(): void
}

export interface SlotClaim {
  /** Called if the connection loses its slot. It must close the connection. */
  readonly end: (why: SlotReason) => void
  /** Whether the connection loses its slot before other connections of its group. */
  readonly isTentative?: boolean
}

/**
 * A group with at most this many connections does not count as large: one program may open seven connections at once.
 */
const FAIR_SHARE = 8
/** Maximum number of senders that are remembered; the oldest are forgotten first. */
const MAX_KNOWN = 1_000

/** The stages of a connection, in the order in which connections of a group lose their slots. */
const STAGES = ['tentative', 'silent', 'spoken'] as const
type Stage = (typeof STAGES)[number]

class Group {
  /** Whether its sender was remembered. */
  readonly isKnown: boolean
  readonly strangers: Readonly<Record<Stage, Set<OpenSlot>>> = {
    tentative: new Set(),
    silent: new Set(),
    spoken: new Set(),
  }
  readonly guests = new Set<OpenSlot>()
  #kept = 0

  constructor(isKnown: boolean) {
    this.isKnown = isKnown
  }

  get strangerCount(): number {
    return STAGES.reduce((sum, stage) => sum + this.strangers[stage].size, 0)
  }

  get isEmpty(): boolean {
    return this.#kept + this.guests.size + this.strangerCount === 0
  }

  add(slot: OpenSlot): void {
    this.#setOf(slot)?.add(slot)
    if (slot.standing === 'kept') this.#kept++
  }

  delete(slot: OpenSlot): void {
    this.#setOf(slot)?.delete(slot)
    if (slot.standing === 'kept') this.#kept--
  }

  /** The stranger that loses its slot first; with `key`, among the strangers with that key. */
  firstStranger(key?: string): OpenSlot | null {
    for (const stage of STAGES) {
      for (const slot of this.strangers[stage]) {
        if (key === undefined || slot.sender.caps.some((cap) => cap.key === key)) return slot
      }
    }
    return null
  }

  #setOf({ stage, standing }: OpenSlot): Set<OpenSlot> | null {
    if (standing === 'kept') return null
    return standing === 'guest' ? this.guests : this.strangers[stage]
  }
}

interface OpenSlot extends Slot {
  readonly number: number
  sender: Sender
  group: string
  stage: Stage
  standing: 'stranger' | 'guest' | 'kept'
  isOpen: boolean
  readonly end: (why: SlotReason) => void
}

/**
 * The connections that a server keeps open at once. No client can hold all of them without signing in: if all slots
 * are taken, a new connection gets the slot of a stranger, which is a client that has not proved its identity. The
 * group with the most strangers loses one: silent strangers first, and of these the oldest.
 */
export class ConnectionSlots {
  readonly #total: number
  readonly #groups = new Map<string, Group>()
  readonly #counts = new Map<string, number>()
  readonly #known = new Set<string>()
  #size = 0
  #number = 0

  constructor(total: number) {
    this.#total = total
  }

  get size(): number {
    return this.#size
  }

  /** Takes a slot for a connection. Returns the reason if no other connection loses its slot for it. */
  take(sender: Sender, { end, isTentative = false }: SlotClaim): Slot | SlotReason {
    for (const { key, max } of sender.caps) if (!this.#freeOne(key, max - 1)) return 'sender'
    if (this.#size >= this.#total) {
      const victim = this.#victimFor(sender)
      if (!victim) return 'total'
      this.#evict(victim, 'total')
    }
    return this.#open(sender, { end, isTentative })
  }

  #open(sender: Sender, { end, isTentative }: Required<SlotClaim>): Slot {
    const stand = (standing: OpenSlot['standing']) => this.#change(slot, () => (slot.standing = standing))
    const slot: OpenSlot = {
      number: this.#number++,
      sender,
      group: '',
      stage: isTentative ? 'tentative' : 'silent',
      standing: 'stranger',
      isOpen: true,
      end,
      spoke: () => {
        if (slot.stage === 'silent') this.#change(slot, () => (slot.stage = 'spoken'))
      },
      keep: () => stand('kept'),
      keepWhileFair: () => {
        if (slot.standing === 'stranger') stand('guest')
      },
      rememberSender: () => this.#remember(slot.sender),
      moveTo: (to) => {
        this.#change(slot, () => (slot.sender = to))
        for (const { key, max } of to.caps) this.#freeOne(key, max)
      },
      release: () => {
        if (!slot.isOpen) return
        this.#leave(slot)
        slot.isOpen = false
      },
    }
    this.#enter(slot)
    return slot
  }

  #change(slot: OpenSlot, change: () => void): void {
    if (!slot.isOpen) return
    this.#leave(slot)
    change()
    this.#enter(slot)
  }

  #enter(slot: OpenSlot): void {
    const { group, isKnown } = this.#groupOf(slot.sender)
    slot.group = group
    if (!this.#groups.has(group)) this.#groups.set(group, new Group(isKnown))
    this.#groups.get(group)!.add(slot)
    for (const { key } of slot.sender.caps) this.#counts.set(key, this.#count(key) + 1)
    this.#size++
  }

  #leave(slot: OpenSlot): void {
    const group = this.#groups.get(slot.group)!
    group.delete(slot)
    if (group.isEmpty) this.#groups.delete(slot.group)
    for (const { key } of slot.sender.caps) {
      const count = this.#count(key) - 1
      if (count > 0) this.#counts.set(key, count)
      else this.#counts.delete(key)
    }
    this.#size--
  }

  /**
   * The group of a sender. A remembered network is a group by itself, so that its neighbours cannot make its group
   * large.
   */
  #groupOf({ caps, group }: Sender): { readonly group: string; readonly isKnown: boolean } {
    const known = caps.find(({ key }) => this.#known.has(key))
    return known ? { group: `known ${known.key}`, isKnown: true } : { group, isKnown: false }
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  /**
   * Frees a slot of a key by ending strangers with that key. Returns whether at most `max` connections with the key
   * remain.
   */
  #freeOne(key: string, max: number): boolean {
    while (this.#count(key) > max) {
      const victim = this.#firstWith(key)
      if (!victim) return false
      this.#evict(victim, 'sender')
    }
    return true
  }

  #firstWith(key: string): OpenSlot | null {
    for (const group of this.#groups.values()) {
      const slot = group.firstStranger(key)
      if (slot) return slot
    }
    return null
  }

  #victimFor(sender: Sender): OpenSlot | null {
    const { group: own } = this.#groupOf(sender)
    let victim: { readonly slot: OpenSlot; readonly rank: readonly number[] } | null = null
    for (const [name, group] of this.#groups) {
      const slot = group.firstStranger()
      if (!slot) continue
      const size = group.strangerCount + (name === own ? 1 : 0)
      const rank = [Number(group.isKnown), -Math.max(size, FAIR_SHARE), STAGES.indexOf(slot.stage), slot.number]
      if (!victim || isBefore(rank, victim.rank)) victim = { slot, rank }
    }
    return victim?.slot ?? this.#guestFor(own)
  }

  /**
   * The newest guest of the largest group of guests. Null if that group has no more guests than its fair share, or no
   * more than the sender's own group would have.
   */
  #guestFor(own: string): OpenSlot | null {
    const ofOwn = (this.#groups.get(own)?.guests.size ?? 0) + 1
    const largest = [...this.#groups.values()].toSorted((a, b) => b.guests.size - a.guests.size)[0]
    if (!largest || largest.guests.size <= Math.max(FAIR_SHARE, ofOwn)) return null
    return [...largest.guests].at(-1)!
  }

  #evict(slot: OpenSlot, why: SlotReason): void {
    slot.release()
    slot.end(why)
  }

  #remember({ caps }: Sender): void {
    const key = caps[0]?.key
    if (key === undefined) return
    this.#known.delete(key)
    this.#known.add(key)
    const [oldest] = this.#known
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest)
  }
}

/** Compares two lists, number by number. */
function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index])
  return at >= 0 && one[at]! < other[at]!
}

/**
 * The sender at an IP address. `perAddress` is for an IPv4 address or an IPv6 network, `perSite` for all IPv6 networks
 * that one customer may have.
 */
export function senderAt(
  address: string,
  { perAddress, perSite }: { readonly perAddress: number; readonly perSite: number },
): Sender {
  const { network, site } = originOf(address)
  const cap = { key: network, max: perAddress }
  if (site === null) return { group: network, caps: [cap] }
  return { group: `site ${site}`, caps: [cap, { key: `site ${site}`, max: perSite }] }
}
