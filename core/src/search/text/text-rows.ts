import type { NameIndex } from '../name-index.ts'
import { PLACE_BITS } from '../wasm/scanner.ts'
import type { TextMatches } from './text-index.ts'

/** The rows of the name index that are found by more than their names. Good until the index changes. */
export class TextRows {
  readonly #index: NameIndex
  readonly #rows: Uint32Array
  #count = 0
  /** By row: how well the best of it matches, below 0; 0 where nothing does, or the row is left out. */
  readonly scores: Float64Array

  constructor(index: NameIndex) {
    this.#index = index
    this.scores = new Float64Array(index.rows)
    this.#rows = new Uint32Array(index.rows)
  }

  get count(): number {
    return this.#count
  }

  /** The entries whose texts match. */
  addTexts({ count, entries, scores }: TextMatches): void {
    let row = -1
    for (let i = 0; i < count; i++) {
      // Neighbours in one list are neighbours in the other as often as not.
      row = this.#index.rowOf(entries[i]!, row + 1)
      // It was added after the names were read, and the change has not come in yet.
      if (row >= 0) this.add(row, scores[i]!)
    }
  }

  add(row: number, score: number): void {
    const before = this.scores[row]!
    if (before === 0) this.#rows[this.#count++] = row
    if (score < before || before === 0) this.scores[row] = Math.min(score, LEAST)
  }

  /** The rows of hits are found by their names already. */
  leaveOut(hits: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.scores[hits[i]! >>> PLACE_BITS] = 0
  }

  /** Writes rows from the `from`th on that are not left out as hits, as many as there is room for; returns how many. */
  write(from: number, hits: Uint32Array): number {
    const end = Math.min(from + hits.length, this.#count)
    let written = 0
    for (let i = from; i < end; i++) {
      const row = this.#rows[i]!
      if (this.scores[row] !== 0) hits[written++] = row << PLACE_BITS
    }
    return written
  }
}

/** What matches has a score, and where it says nothing one that is nearly none. */
const LEAST = -1e-9
