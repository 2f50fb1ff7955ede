import type { NameIndex } from '../name-index.ts'
import { PLACE_BITS } from '../wasm/scanner.ts'
import type { TextMatches } from './text-index.ts'

/** The rows of the name index that match by more than their names. Valid until the index changes. */
export class TextRows {
  readonly #index: NameIndex
  readonly #rows: Uint32Array
  #count = 0
  /** By row: its best score, below 0; 0 if nothing matches or the row is left out. */
  readonly scores: Float64Array

  constructor(index: NameIndex) {
    this.#index = index
    this.scores = new Float64Array(index.rows)
    this.#rows = new Uint32Array(index.rows)
  }

  get count(): number {
    return this.#count
  }

  /** Adds the entries whose texts match. */
  addTexts({ count, entries, scores }: TextMatches): void {
    let row = -1
    for (let i = 0; i < count; i++) {
      // Neighbours in one list are often neighbours in the other.
      row = this.#index.rowOf(entries[i]!, row + 1)
      // A missing row belongs to an entry that was added after the names were read, and whose change has not arrived
      // yet.
      if (row >= 0) this.add(row, scores[i]!)
    }
  }

  add(row: number, score: number): void {
    const before = this.scores[row]!
    if (before === 0) this.#rows[this.#count++] = row
    if (score < before || before === 0) this.scores[row] = Math.min(score, LEAST)
  }

  /** Leaves out the rows of hits, which are already found by their names. */
  leaveOut(hits: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.scores[hits[i]! >>> PLACE_BITS] = 0
  }

  /**
   * Writes rows as hits, from the `from`th on and without those left out, as many as fit; returns the number of hits.
   */
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

/** The score of a match without a score of its own: almost 0, because 0 means no match. */
const LEAST = -1e-9
