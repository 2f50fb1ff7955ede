/** Limit on remembered rows. With more, searching all rows is as fast as looking up each one. */
const MAX_WAITING = 10_000

/** A run of identification, and the files that may be pending in its location. */
export interface Waiting extends Disposable {
  /** The pending rows; null if they are unknown, so that the run must search all rows. */
  readonly ids: readonly number[] | null
  /** Ends the run. `left`: rows that are still pending, or that belong to another location. */
  done(left: readonly number[]): void
}

/**
 * Remembers the rows that were written since a location was last searched for pending files. If a few files change,
 * they are found without searching all rows. This is only a hint in memory: each location's first run after a start
 * searches all rows.
 */
export class WaitingFiles {
  /** By row id: a counter value from when the row was last noted. */
  readonly #heard = new Map<number, number>()
  /** Locations whose pending files are all in `#heard`. */
  readonly #known = new Set<string>()
  /** The number of current runs in each location. When a run ends, the files that it left are noted. */
  readonly #running = new Map<string, number>()
  /** Increased when the set of pending files is no longer known. */
  #epoch = 0
  #clock = 0

  /**
   * Notes rows that a transaction has added or changed. `moved`: folders have arrived from elsewhere, so any file
   * below them may be pending.
   */
  note(ids: Iterable<number>, { moved }: { moved: boolean }): void {
    for (const id of ids) {
      if (this.#heard.size >= MAX_WAITING) break
      this.#heard.set(id, ++this.#clock)
    }
    if (moved || this.#heard.size >= MAX_WAITING) this.#forget()
  }

  /**
   * Begins a run of identification in a location. If another run is in progress there, the new one searches all rows.
   */
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
          // A row that was noted again during the run may have changed after the run read it.
          if (!waiting.has(id) && this.#heard.get(id)! <= begun) this.#heard.delete(id)
        }
        this.note(
          left.filter((id) => !this.#heard.has(id)),
          { moved: false },
        )
      },
      // A run that was interrupted may have left files pending that have not changed and so are not noted here. From
      // now on, the pending files are unknown.
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
