import type { NameIndex } from '../name-index.ts'
import { PLACE_BITS } from '../wasm/scanner.ts'
import type { TextMatches } from './text-index.ts'

/** The rows of the name index whose texts match. Good until the index changes. */
export class TextRows {
  /** Each once. */
  readonly rows: Uint32Array
  /** By row: how well its best text matches, below 0; 0 where none does, or the row is left out. */
  readonly scores: Float64Array

  constructor(index: NameIndex, { count, entries, scores }: TextMatches) {
    const rows = new Uint32Array(count)
    this.scores = new Float64Array(index.rows)
    let size = 0
    for (let i = 0; i < count; i++) {
      const row = index.rowOf(entries[i]!)
      // It was added after the names were read, and the change has not come in yet.
      if (row < 0) continue
      const score = Math.min(scores[i]!, LEAST)
      if (this.scores[row] === 0) rows[size++] = row
      this.scores[row] = Math.min(this.scores[row]!, score)
    }
    this.rows = rows.subarray(0, size)
  }

  /** The rows of hits are found by their names already. */
  leaveOut(hits: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.scores[hits[i]! >>> PLACE_BITS] = 0
  }

  /** Writes rows from the `from`th on that are not left out as hits, as many as there is room for; returns how many. */
  write(from: number, hits: Uint32Array): number {
    const end = Math.min(from + hits.length, this.rows.length)
    let written = 0
    for (let i = from; i < end; i++) {
      const row = this.rows[i]!
      if (this.scores[row] !== 0) hits[written++] = row << PLACE_BITS
    }
    return written
  }
}

/** What matches has a score, and where it says nothing one that is nearly none. */
const LEAST = -1e-9
