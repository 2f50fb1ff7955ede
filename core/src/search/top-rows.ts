export interface TopRowsOptions {
  readonly limit: number
  /** Orders two rows with equal keys: negative if `a` comes first. Never 0 for different rows. */
  readonly tieBreak: (a: number, b: number) => number
  /** Accepts the rows of later pages; null accepts all rows. */
  readonly isLater: ((row: number, key: number) => boolean) | null
}

/**
 * Keeps the first rows, those with the smallest keys, of all rows that are offered. It is a heap with the last of the
 * kept rows on top.
 */
export class TopRows {
  readonly #options: TopRowsOptions
  readonly #rows: Uint32Array
  readonly #keys: Float64Array
  #size = 0
  /** Rows with a larger key cannot be among the first. If a caller skips them, it must set `overflowed`. */
  worst = Infinity
  /** Whether more rows were offered than fit. */
  overflowed = false

  constructor(options: TopRowsOptions) {
    this.#options = options
    this.#rows = new Uint32Array(options.limit)
    this.#keys = new Float64Array(options.limit)
  }

  offer(row: number, key: number): void {
    if (key > this.worst) {
      this.overflowed = true
      return
    }
    const { limit, isLater } = this.#options
    if (isLater && !isLater(row, key)) return
    if (this.#size < limit) {
      this.#rise(this.#size++, row, key)
      if (this.#size === limit) this.worst = this.#keys[0]!
      return
    }
    this.overflowed = true
    if (this.#compare(row, key, 0) >= 0) return
    this.#sink(row, key)
    this.worst = this.#keys[0]!
  }

  /** The rows with their keys, in order. */
  sorted(): { row: number; key: number }[] {
    const rows = Array.from(this.#rows.subarray(0, this.#size), (row, i) => ({ row, key: this.#keys[i]! }))
    return rows.toSorted((a, b) => a.key - b.key || this.#options.tieBreak(a.row, b.row))
  }

  #compare(row: number, key: number, at: number): number {
    return key - this.#keys[at]! || this.#options.tieBreak(row, this.#rows[at]!)
  }

  #rise(from: number, row: number, key: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#compare(row, key, parent) <= 0) break
      this.#move(parent, at)
      at = parent
    }
    this.#rows[at] = row
    this.#keys[at] = key
  }

  /** Replaces the last of the kept rows. */
  #sink(row: number, key: number): void {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#size) break
      const right = child + 1
      if (right < this.#size && this.#compare(this.#rows[right]!, this.#keys[right]!, child) > 0) child = right
      if (this.#compare(row, key, child) >= 0) break
      this.#move(child, at)
      at = child
    }
    this.#rows[at] = row
    this.#keys[at] = key
  }

  #move(from: number, to: number): void {
    this.#rows[to] = this.#rows[from]!
    this.#keys[to] = this.#keys[from]!
  }
}
