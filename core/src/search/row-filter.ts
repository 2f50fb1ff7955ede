import type { SearchType } from '../domain/index.ts'
import { entryKindByNumber, fileTypeByNumber } from '../domain/stored-lists.ts'
import { type NameIndex, traitTable } from './name-index.ts'
import type { SizeRange } from './size-expression.ts'
import type { TimeRange } from '../util/time-expression.ts'
import { PLACE_BITS } from './wasm/scanner.ts'

export interface RowFilterOptions {
  readonly types: readonly SearchType[]
  /** Ids of the accepted extensions; null accepts all. */
  readonly extensionIds: readonly number[] | null
  /** By folder number: 1 if entries directly in it are accepted, else 0; null accepts all. */
  readonly folders: Uint8Array | null
  /** Hidden entries are accepted. */
  readonly hidden: boolean
  readonly size: SizeRange | null
  readonly modified: TimeRange | null
  /** By row: 1 if it is accepted, else 0. A row must be accepted in each of the lists. */
  readonly rows?: readonly Uint8Array[]
}

/** Decides which rows of an index pass the filters of a search. Valid until the index changes. */
export class RowFilter {
  readonly #index: NameIndex
  readonly #options: RowFilterOptions
  readonly #acceptedTraits: Uint8Array
  readonly #acceptedExtensions: Uint8Array | null

  constructor(index: NameIndex, options: RowFilterOptions) {
    this.#index = index
    this.#options = options
    this.#acceptedTraits = traitTable(acceptedTraits(options), options.hidden)
    this.#acceptedExtensions = options.extensionIds && extensionTable(index, options.extensionIds)
  }

  /** Moves the hits on accepted rows to the front, in their order; returns their number. */
  keep(hits: Uint32Array, count: number): number {
    return this.#keepRest(hits, keepMarked(hits, count, this.#index.traits, this.#acceptedTraits))
  }

  /** Writes every `step`th row of a range as a hit, if it is accepted; returns the number of hits. */
  keepRows({ from, step, to }: { from: number; step: number; to: number }, hits: Uint32Array): number {
    const { traits } = this.#index
    const marks = this.#acceptedTraits
    let kept = 0
    for (let row = from; row < to; row += step) {
      hits[kept] = row << PLACE_BITS
      kept += marks[traits[row]!]!
    }
    return this.#keepRest(hits, kept)
  }

  /** Applies all filters but the trait filter, which comes first. */
  #keepRest(hits: Uint32Array, count: number): number {
    const { parents, extensions, sizes, mtimes } = this.#index
    const { folders, modified, rows = [], size } = this.#options
    let kept = count
    if (this.#acceptedExtensions) kept = keepMarked(hits, kept, extensions, this.#acceptedExtensions)
    if (size) kept = keepBetween(hits, kept, sizes, size.min, size.max)
    if (modified) kept = keepBetween(hits, kept, mtimes, modified.from, modified.to - 1)
    if (folders) kept = keepMarked(hits, kept, parents, folders)
    for (const marks of rows) kept = keepMarkedRows(hits, kept, marks)
    return kept
  }
}

// These loops always move a hit, and then decide whether to count it. A branch would be mispredicted too often.

function keepMarked(hits: Uint32Array, count: number, column: Uint8Array | Uint32Array, marks: Uint8Array): number {
  let kept = 0
  for (let i = 0; i < count; i++) {
    const hit = hits[i]!
    hits[kept] = hit
    kept += marks[column[hit >>> PLACE_BITS]!]!
  }
  return kept
}

function keepMarkedRows(hits: Uint32Array, count: number, marks: Uint8Array): number {
  let kept = 0
  for (let i = 0; i < count; i++) {
    const hit = hits[i]!
    hits[kept] = hit
    kept += marks[hit >>> PLACE_BITS]!
  }
  return kept
}

function keepBetween(hits: Uint32Array, count: number, column: Float64Array, min: number, max: number): number {
  let kept = 0
  for (let i = 0; i < count; i++) {
    const hit = hits[i]!
    const value = column[hit >>> PLACE_BITS]!
    hits[kept] = hit
    kept += Number(value >= min) & Number(value <= max)
  }
  return kept
}

/** A folder has no type, and its size is not compared. */
function acceptedTraits({ types, size }: RowFilterOptions): (kind: number, type: number) => boolean {
  const wanted = new Set<string>(types.map((type) => (type === 'folder' ? 'directory' : type)))
  return (kind, type) => {
    const isFolder = entryKindByNumber[kind] === 'directory'
    if (isFolder && size) return false
    return (
      wanted.size === 0 || wanted.has(entryKindByNumber[kind]!) || (!isFolder && wanted.has(fileTypeByNumber[type]!))
    )
  }
}

function extensionTable(index: NameIndex, ids: readonly number[]): Uint8Array {
  const table = new Uint8Array(index.maxExtensionId + 1)
  for (const id of ids) {
    if (id < table.length) table[id] = 1
  }
  return table
}
