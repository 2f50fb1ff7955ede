import { setTimeout as delay } from 'node:timers/promises'

/** Both ends of a move are told within one burst of the watcher; this long covers two bursts of 300 ms and some work. */
const WINDOW_MS = 2_000
/** The other location's changes are sent at the same moment: long enough for them to arrive, on a machine at rest. */
const GRACE_MS = 50

/**
 * What was added to the library a moment ago. A file moved from one location to another is new in the one and gone from
 * the other, told apart and in any order: before it is removed here, it is looked for among those. What comes later
 * still gets its id back, from `EphemeralIds`.
 */
export class RecentAdditions {
  readonly #nextId: () => number
  readonly #now: () => number
  readonly #marks: { at: number; id: number }[] = []

  constructor(nextId: () => number, now: () => number) {
    this.#nextId = nextId
    this.#now = now
  }

  /** Rows with this id or a higher one are recent. */
  floor(): number {
    const now = this.#now()
    this.#marks.push({ at: now, id: this.#nextId() })
    while (this.#marks.length > 1 && this.#marks[0]!.at < now - WINDOW_MS) this.#marks.shift()
    return this.#marks[0]!.id
  }

  /** Resolves when whatever else was sent at this moment had its chance to add. */
  async othersAdded(signal: AbortSignal): Promise<void> {
    await delay(GRACE_MS, undefined, { signal })
  }
}
