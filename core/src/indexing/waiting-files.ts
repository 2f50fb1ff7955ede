/** More files than this are not kept one by one: looking through all rows then takes no longer than asking for each. */
const MAX_WAITING = 10_000

/** Files that may wait for identification in a location. */
export interface Waiting extends Disposable {
  /** The rows that wait; null if they are unknown, so that the run must search all rows. */
  readonly ids: readonly number[] | null
  /** Ends the run. `left`: rows that still wait, or that belong to another location. */
  done(left: readonly number[]): void
}

/**
 * The rows that were written since a location was last searched for files without identity. So the few files of a burst
 * of changes are found without a search through all rows. This is only a hint in memory: every start searches all rows.
 */
export class WaitingFiles {
  /** By row id: when it was last noted, as a number that only grows. */
  readonly #heard = new Map<number, number>()
  /** Locations whose waiting files are all among these. */
  readonly #known = new Set<string>()
  /** How many runs are in progress in each location. The files that a run leaves are noted when it ends. */
  readonly #running = new Map<string, number>()
  /** Grows when it is no longer known which files wait. */
  #epoch = 0
  #clock = 0

  /** Rows that a transaction has added or changed. `moved`: folders have arrived from elsewhere, with all their files. */
  note(ids: Iterable<number>, { moved }: { moved: boolean }): void {
    for (const id of ids) {
      if (this.#heard.size >= MAX_WAITING) break
      this.#heard.set(id, ++this.#clock)
    }
    if (moved || this.#heard.size >= MAX_WAITING) this.#forget()
  }

  /** Begins a run of identification in a location. A run beside another one looks at all files. */
  begin(locationId: string): Waiting {
    const epoch = this.#epoch
    const begun = this.#clock
    const others = this.#running.get(locationId) ?? 0
    this.#running.set(locationId, others + 1)
    const ids = others === 0 && this.#known.has(locationId) ? [...this.#heard.keys()] : null
    let isDone = false
    return {
      ids,
      done: (left) => {
        isDone = true
        if (epoch !== this.#epoch) return
        this.#known.add(locationId)
        const waiting = new Set(left)
        for (const id of ids ?? []) {
          // A row that was noted again in the meantime may have changed after the run saw it.
          if (!waiting.has(id) && this.#heard.get(id)! <= begun) this.#heard.delete(id)
        }
        this.note(
          left.filter((id) => !this.#heard.has(id)),
          { moved: false },
        )
      },
      // A run that ended too early may have left files waiting that have not changed.
      [Symbol.dispose]: () => {
        if (!isDone) this.#known.delete(locationId)
        this.#end(locationId)
      },
    }
  }

  #end(locationId: string): void {
    const others = this.#running.get(locationId)! - 1
    if (others > 0) this.#running.set(locationId, others)
    else this.#running.delete(locationId)
  }

  #forget(): void {
    this.#epoch++
    this.#heard.clear()
    this.#known.clear()
  }
}
