import type { NameIndex } from '../name-index.ts'
import { PLACE_BITS } from '../wasm/scanner.ts'
import type { TextMatches } from './text-index.ts'

/** The rows of the name index that match by more than their names. Valid only until the index changes. */
export class TextRows {
  readonly #index: NameIndex
  readonly #rows: Uint32Array
  #count = 0
  /** For each row its best score, which is below 0; 0 if nothing matches, or if the row is left out. */
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
      // Entries that are next to each other in one list often are in the other too.
      row = this.#index.rowOf(entries[i]!, row + 1)
      // If a row is missing, its entry was added after the names were read, and the change has not arrived yet.
      if (row >= 0) this.add(row, scores[i]!)
    }
  }

  add(row: number, score: number): void {
    const before = this.scores[row]!
    if (before === 0) this.#rows[this.#count++] = row
    if (score < before || before === 0) this.scores[row] = Math.min(score, LEAST)
  }

  /** Leaves out the rows of hits, because they are already found by their names. */
  leaveOut(hits: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.scores[hits[i]! >>> PLACE_BITS] = 0
  }

  /**
   * Writes rows as hits, from row `from` on, without the rows that were left out, and as many as fit. Returns the
   * number of hits.
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

/** The score of a match that has no score of its own. It is almost 0; 0 itself means no match. */
const LEAST = -1e-9
