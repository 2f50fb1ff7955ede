/** Of more than this many it is not kept which they are: looking through all rows takes no longer than asking for each. */
const MAX_WAITING = 10_000

/** Files that may wait for identification, and from which look on they are all of a location's. */
export interface Waiting extends Disposable {
  /** Null: nobody knows, all rows have to be looked through. */
  readonly ids: readonly number[] | null
  /** The run is over; `left` are those that wait still, or belong to another location. */
  done(left: readonly number[]): void
}

/**
 * Which rows have been written since a location was last looked through for files without identity, so that the few of
 * a burst of changes need not be looked for among all. Only a hint, in memory: every start looks through everything.
 */
export class WaitingFiles {
  /** By row id: when it was last heard of, as a number that only grows. */
  readonly #heard = new Map<number, number>()
  /** Locations in which all that waits is among these. */
  readonly #known = new Set<string>()
  /** Grows when it is no longer known which files wait. */
  #epoch = 0
  #clock = 0

  /** Rows that a transaction has added or changed; `moved` where folders have come from elsewhere, with what they hold. */
  note(ids: Iterable<number>, { moved }: { moved: boolean }): void {
    for (const id of ids) {
      if (this.#heard.size >= MAX_WAITING) break
      this.#heard.set(id, ++this.#clock)
    }
    if (moved || this.#heard.size >= MAX_WAITING) this.#forget()
  }

  /** Begins a run of identification in a location. */
  begin(locationId: string): Waiting {
    const epoch = this.#epoch
    const begun = this.#clock
    const ids = this.#known.has(locationId) ? [...this.#heard.keys()] : null
    let isDone = false
    return {
      ids,
      done: (left) => {
        isDone = true
        if (epoch !== this.#epoch) return
        this.#known.add(locationId)
        const waiting = new Set(left)
        for (const id of ids ?? []) {
          // One that was heard of again meanwhile may have changed after it was looked at.
          if (!waiting.has(id) && this.#heard.get(id)! <= begun) this.#heard.delete(id)
        }
        this.note(
          left.filter((id) => !this.#heard.has(id)),
          { moved: false },
        )
      },
      // A run that ended too early may have made files wait that nobody has changed.
      [Symbol.dispose]: () => {
        if (!isDone) this.#known.delete(locationId)
      },
    }
  }

  #forget(): void {
    this.#epoch++
    this.#heard.clear()
    this.#known.clear()
  }
}
