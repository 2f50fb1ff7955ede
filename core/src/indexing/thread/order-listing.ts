import { detectFromExtension } from '../../content/types/detect.ts'
import { entryKindNumbers, fileTypeByNumber } from '../../domain/stored-lists.ts'
import type { FolderOrder } from '../../entries/index.ts'
import { displayName, extensionOf } from '../../util/file-name.ts'
import { sortKey } from '../../util/sort-key.ts'
import { birthtimeOf, FIELDS, KIND, type Listing, MTIME, SIZE } from './listing.ts'

type Listed = Pick<Listing, 'names' | 'numbers'>

/** The order in which people expect names. */
export const BY_NAME: FolderOrder = { sort: 'name', reverse: false, foldersFirst: true }

/**
 * Returns the indexes of the entries in the order that `files.list` uses for an indexed folder. One difference: the
 * total size of a folder is unknown here. Equal entries are ordered by name.
 */
export function orderListing(listing: Listed, { foldersFirst, reverse, sort }: FolderOrder): number[] {
  const byName = orderNames(listing, foldersFirst)
  if (sort === 'name' && !reverse) return byName
  const isFolder = listing.names.map((_, i) => Number(listing.numbers[i * FIELDS + KIND] === DIRECTORY))
  const places = sort === 'name' ? inverse(byName) : placesOf(listing, sort)
  const sign = DESCENDING.includes(sort) === reverse ? 1 : -1
  // The sort is stable, so equal entries stay in the order of their names.
  return byName.toSorted((a, b) => (foldersFirst ? isFolder[b]! - isFolder[a]! : 0) || sign * (places[a]! - places[b]!))
}

type Sort = FolderOrder['sort']

/** Sort orders in which the largest value comes first, unless `reverse` is set. */
const DESCENDING: readonly Sort[] = ['size', 'modified', 'created']
const DIRECTORY = entryKindNumbers.directory
const FILE = entryKindNumbers.file
/** Lower than every time. Not infinity, because infinity minus infinity is not a number. */
const NO_TIME = -Number.MAX_SAFE_INTEGER

function orderNames({ names, numbers }: Listed, foldersFirst: boolean): number[] {
  // Text keys with one byte in each character can be compared with `<`, which is faster than a call for each pair of
  // buffers.
  const keys = names.map((name, i) => {
    const key = sortKey(name, foldersFirst && numbers[i * FIELDS + KIND] === DIRECTORY)
    return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
  })
  return names.map((_, i) => i).toSorted((a, b) => (keys[a]! < keys[b]! ? -1 : 1))
}

function inverse(order: readonly number[]): Float64Array {
  const places = new Float64Array(order.length)
  for (const [place, i] of order.entries()) places[i] = place
  return places
}

/** For each entry a number; the numbers have the order of the values to sort by. */
function placesOf({ names, numbers }: Listed, sort: Exclude<Sort, 'name'>): Float64Array {
  const field = (at: number) => Float64Array.from(names, (_, i) => numbers[i * FIELDS + at]!)
  switch (sort) {
    case 'size':
      return field(SIZE)
    case 'modified':
      return field(MTIME)
    case 'created':
      return Float64Array.from(names, (_, i) => birthtimeOf({ numbers, at: i * FIELDS }) ?? NO_TIME)
    case 'type':
    case 'extension':
      return ranksOf(names.map((_, i) => wordAt({ names, numbers }, i, sort)))
  }
}

/** The type or extension to sort by; empty for folders, and for everything but files if it is the extension. */
function wordAt({ names, numbers }: Listed, i: number, sort: 'type' | 'extension'): string {
  const kind = numbers[i * FIELDS + KIND]
  const name = displayName(names[i]!)
  if (sort === 'extension') return kind === FILE ? extensionOf(name) : ''
  if (kind === DIRECTORY) return ''
  return kind === FILE ? fileTypeByNumber[detectFromExtension(name)]! : 'unknown'
}

function ranksOf(words: readonly string[]): Float64Array {
  const ranks = new Map([...new Set(words)].toSorted().map((word, rank) => [word, rank]))
  return Float64Array.from(words, (word) => ranks.get(word)!)
}
