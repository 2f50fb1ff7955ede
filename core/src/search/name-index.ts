import { entryKindByNumber, entryKindNumbers, fileTypeByNumber } from '../domain/stored-lists.ts'
import { foldName } from '../util/fold.ts'
import { markFolders } from './folder-marks.ts'
import { FolderTable } from './folder-table.ts'
import { NAMES_AT, Scanner } from './wasm/scanner.ts'

/** The data that the index keeps of one entry. */
export interface NameRow {
  readonly id: number
  /** Id of the entry's folder; 0 if it has none. */
  readonly parentId: number
  /** The name as it is displayed. */
  readonly name: string
  /** A number of `entryKindNumbers`. */
  readonly kind: number
  /** A number of `fileTypeNumbers`. */
  readonly type: number
  /** Id of the extension; 0 for none. */
  readonly extensionId: number
  readonly size: number
  readonly mtime: number
}

const DIRECTORY = entryKindNumbers.directory

/** A trait byte: bit 7 marks a hidden entry, bits 5 and 6 are its kind, the others its type. */
const HIDDEN_SHIFT = 7
const KIND_SHIFT = 5
const KIND_MASK = 0x3
/** The trait byte of a removed row; no type has this number. */
const DEAD = 0x1f
if (fileTypeByNumber.length > DEAD)
  throw new Error('more file types than the five type bits of a trait byte can number')

/** Stored for all lengths that do not fit in a byte. */
export const LONG = 0xff

/** The largest id that fits in the `ids` column. */
const MAX_ID = 0xffff_ffff

const MIN_CAPACITY = 1_024
/** Columns grow by this factor. */
const GROWTH = 1.25
/** With fewer wasted rows than this, rebuilding the index is never worthwhile. */
const MIN_WASTE = 4_096
const MAX_WASTED_SHARE = 0.25

/**
 * The folded names of many entries in one piece of memory, in row order, with one array for each column that filters
 * and sorting read. A row never moves: a renamed entry gets a new row.
 */
export class NameIndex {
  readonly scanner = new Scanner()
  readonly folders = new FolderTable()

  /** Columns, by row. Other code may read them; only this class writes. Adding rows may replace the arrays. */
  ids = new Uint32Array(0)
  /** Address of the name. It ends at the next row's address, minus the NUL in between. */
  starts = new Uint32Array(1)
  /** Length of the name in bytes; `LONG` stands for that length and more. */
  lengths = new Uint8Array(0)
  traits = new Uint8Array(0)
  /** 1 if the name begins with a dot, otherwise 0. */
  #dots = new Uint8Array(0)
  /** Number in `folders` of the entry's folder. */
  parents = new Uint32Array(0)
  extensions = new Uint32Array(0)
  /** Size in bytes; 0 for a folder. */
  sizes = new Float64Array(0)
  mtimes = new Float64Array(0)

  /** Number of rows, including dead ones. */
  rows = 0
  /** The largest extension id of any row. */
  maxExtensionId = 0
  /** Number of rows that have a name. Between `addRow` and `addNames`, it may be less than `rows`. */
  #named = 0
  #dead = 0
  /** The ids of this many rows, from the first, are in ascending order. The ids of later rows are in `#strays`. */
  #sorted = 0
  readonly #strays = new Map<number, number>()
  /** For each folder number: whether the folder's contents are hidden. Valid for the state `#hiddenAsOf`. */
  #hiddenFolders: Uint8Array = new Uint8Array(1)
  #hiddenAsOf = ''

  constructor() {
    this.clear()
    this.#grow(MIN_CAPACITY)
  }

  /** Makes room for this many rows at once, if their number is known in advance. */
  reserve(rows: number): void {
    if (rows > this.ids.length) this.#grow(rows)
  }

  /** Removes all rows, but keeps the memory for later use. */
  clear(): void {
    this.scanner.bytes.fill(0, NAMES_AT, this.end)
    this.starts[0] = NAMES_AT
    this.folders.clear()
    this.rows = 0
    this.#named = 0
    this.#dead = 0
    this.#sorted = 0
    this.#strays.clear()
  }

  /** Address after the last name. */
  get end(): number {
    return this.starts[this.#named]!
  }

  /** Number of entries in the index. */
  get size(): number {
    return this.rows - this.#dead
  }

  /** Whether so many rows are dead or out of order that rebuilding the index is worthwhile. */
  get isWasteful(): boolean {
    const waste = this.#dead + this.#strays.size
    return waste > MIN_WASTE && waste > this.rows * MAX_WASTED_SHARE
  }

  /** Row of an entry; -1 if it has none. `guess` is its likely row. */
  rowOf(id: number, guess = -1): number {
    if (this.ids[guess] === id && guess < this.#sorted && this.traits[guess] !== DEAD) return guess
    const stray = this.#strays.get(id)
    if (stray !== undefined) return stray
    let low = 0
    let high = this.#sorted - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const found = this.ids[middle]!
      if (found === id) return this.traits[middle] === DEAD ? -1 : middle
      if (found < id) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  /** Adds or updates the entry. */
  put(entry: NameRow): void {
    const name = foldName(entry.name)
    const row = this.rowOf(entry.id)
    if (row >= 0 && this.#kindOf(row) === entry.kind && this.#hasName(row, name)) {
      this.#setColumns(row, entry)
      return
    }
    if (row >= 0) this.#kill(row)
    this.addRow(entry)
    this.addNames(name)
  }

  remove(id: number): void {
    const row = this.rowOf(id)
    if (row >= 0) this.#kill(row)
  }

  /**
   * If folders have changed, recomputes which entries are hidden. These are entries whose name begins with a dot, and
   * everything in a folder with such a name, as far as the folder is below the root of its innermost location.
   */
  refreshHidden(locationRoots: ReadonlySet<number>): void {
    const asOf = `${this.folders.version} ${[...locationRoots].join(' ')}`
    if (asOf === this.#hiddenAsOf) return
    this.#hiddenAsOf = asOf
    this.#hiddenFolders = markFolders(this, ({ id, row }, outer) => {
      if (locationRoots.has(id)) return 0
      return row >= 0 && this.#dots[row] === 1 ? 1 : outer
    })
    const { rows, traits, parents } = this
    const dots = this.#dots
    const folders = this.#hiddenFolders
    for (let row = 0; row < rows; row++) {
      if (traits[row] !== DEAD) traits[row] = withHidden(traits[row]!, dots[row]! | folders[parents[row]!]!)
    }
  }

  /** Adds a new row without its name; `addNames` must follow, for this row or for many. */
  addRow(entry: Omit<NameRow, 'name'>): void {
    if (entry.id > MAX_ID) throw new RangeError(`entry ${entry.id} is beyond the ids the name index has room for`)
    const row = this.rows
    if (row >= this.ids.length) this.#grow(Math.max(MIN_CAPACITY, Math.ceil(row * GROWTH)))
    this.ids[row] = entry.id
    if (row === this.#sorted && (row === 0 || this.ids[row - 1]! < entry.id)) this.#sorted++
    else this.#strays.set(entry.id, row)
    this.rows++
    this.#dots[row] = 0
    this.#setColumns(row, entry)
  }

  /** Adds the folded names of all rows without a name, in row order, joined by NULs. */
  addNames(folded: string): void {
    const from = this.end
    this.scanner.reserve(from + folded.length * 3 + 1)
    const { written } = encoder.encodeInto(folded, this.scanner.bytes.subarray(from))
    const { bytes } = this.scanner
    let row = this.#named
    let start = from
    for (let at = from; at <= from + written; at++) {
      if (bytes[at] !== 0) continue
      if (bytes[start] === DOT_BYTE) {
        this.#dots[row] = 1
        this.traits[row] = withHidden(this.traits[row]!, 1)
      }
      this.lengths[row] = Math.min(at - start, LONG)
      row++
      start = at + 1
      this.starts[row] = start
    }
    this.#named = row
  }

  #setColumns(row: number, entry: Omit<NameRow, 'name'>): void {
    const isFolder = entry.kind === DIRECTORY
    const parent = this.folders.numberOf(entry.parentId)
    if (isFolder && this.parents[row] !== parent) this.folders.version++
    this.parents[row] = parent
    // A new folder has no mark yet; `refreshHidden` corrects this.
    this.traits[row] = traitByte(entry.kind, entry.type, this.#dots[row]! | (this.#hiddenFolders[parent] ?? 0))
    this.extensions[row] = entry.extensionId
    if (entry.extensionId > this.maxExtensionId) this.maxExtensionId = entry.extensionId
    this.sizes[row] = isFolder ? 0 : entry.size
    this.mtimes[row] = entry.mtime
    if (isFolder) this.folders.setRow(entry.id, row)
  }

  #kill(row: number): void {
    const id = this.ids[row]!
    if (this.#kindOf(row) === DIRECTORY) this.folders.setRow(id, -1)
    this.scanner.bytes.fill(NO_TEXT, this.starts[row], this.starts[row + 1]! - 1)
    this.traits[row] = DEAD
    this.#strays.delete(id)
    this.#dead++
  }

  #kindOf(row: number): number {
    return (this.traits[row]! >> KIND_SHIFT) & KIND_MASK
  }

  #hasName(row: number, folded: string): boolean {
    const start = this.starts[row]!
    const length = this.starts[row + 1]! - 1 - start
    return Buffer.byteLength(folded) === length && folded === this.nameOf(row)
  }

  /** The folded name. */
  nameOf(row: number): string {
    const { bytes } = this.scanner
    return Buffer.from(bytes.buffer).toString('utf8', this.starts[row], this.starts[row + 1]! - 1)
  }

  #grow(size: number): void {
    this.ids = grown(this.ids, new Uint32Array(size))
    this.starts = grown(this.starts, new Uint32Array(size + 1))
    this.lengths = grown(this.lengths, new Uint8Array(size))
    this.traits = grown(this.traits, new Uint8Array(size))
    this.#dots = grown(this.#dots, new Uint8Array(size))
    this.parents = grown(this.parents, new Uint32Array(size))
    this.extensions = grown(this.extensions, new Uint32Array(size))
    this.sizes = grown(this.sizes, new Float64Array(size))
    this.mtimes = grown(this.mtimes, new Float64Array(size))
  }
}

/** Marks the trait bytes of living rows that pass a filter: 1 for those, 0 for all others. */
export function traitTable(accepts: (kind: number, type: number) => boolean, withHiddenOnes: boolean): Uint8Array {
  const table = new Uint8Array(256)
  for (let kind = 0; kind < entryKindByNumber.length; kind++) {
    for (let type = 0; type < fileTypeByNumber.length; type++) {
      if (!accepts(kind, type)) continue
      table[traitByte(kind, type, 0)] = 1
      if (withHiddenOnes) table[traitByte(kind, type, 1)] = 1
    }
  }
  return table
}

function traitByte(kind: number, type: number, hidden: number): number {
  return (hidden << HIDDEN_SHIFT) | (kind << KIND_SHIFT) | type
}

function withHidden(trait: number, hidden: number): number {
  return (trait & ((1 << HIDDEN_SHIFT) - 1)) | (hidden << HIDDEN_SHIFT)
}

const DOT_BYTE = 0x2e
/**
 * Overwrites the bytes of a dead name. This byte occurs in no UTF-8 text. It is not NUL, because the scanner counts
 * NULs.
 */
const NO_TEXT = 0xff
const encoder = new TextEncoder()

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
