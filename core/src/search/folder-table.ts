/**
 * Gives small numbers to the folders that contain entries, so that properties of folders can be stored in arrays.
 * Number 0 means no folder.
 */
export class FolderTable {
  readonly #numbers = new Map<number, number>()
  /** By number: the folder's id, and its own row, -1 if it has none. */
  ids: number[] = []
  rows: number[] = []
  /** Increases whenever a folder is added, removed, renamed or moved. */
  version = 0

  // Most entries have the same parent as the previous entry.
  #lastId = 0
  #lastNumber = 0

  constructor() {
    this.clear()
  }

  clear(): void {
    this.#numbers.clear()
    this.#numbers.set(0, 0)
    this.ids = [0]
    this.rows = [-1]
    this.version++
    this.#lastId = 0
    this.#lastNumber = 0
  }

  numberOf(id: number): number {
    if (id === this.#lastId) return this.#lastNumber
    this.#lastId = id
    this.#lastNumber = this.#find(id)
    return this.#lastNumber
  }

  setRow(id: number, row: number): void {
    const number = this.numberOf(id)
    if (this.rows[number] === row) return
    this.rows[number] = row
    this.version++
  }

  #find(id: number): number {
    const known = this.#numbers.get(id)
    if (known !== undefined) return known
    const number = this.ids.length
    this.#numbers.set(id, number)
    this.ids.push(id)
    this.rows.push(-1)
    this.version++
    return number
  }
}
