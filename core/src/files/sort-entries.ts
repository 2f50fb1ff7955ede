import type { Entry } from '../domain/index.ts'
import { parsePath } from '../util/file-name.ts'
import { sortKey } from '../util/sort-key.ts'
import type { FolderOrder } from './order-folder.ts'

export interface ListInput extends FolderOrder {
  readonly path: string
  readonly all: boolean
  /** Each with what there is to show of its content. */
  readonly thumbs: boolean
  readonly limit: number
  readonly offset: number
}

/** In the same order as `orderFolder`, but that nobody knows here how much is below a folder. */
export function sortEntries(entries: readonly Entry[], { foldersFirst, reverse, sort }: FolderOrder): Entry[] {
  // They come in the order of names, folders first; the sorts are stable.
  const byName = foldersFirst ? [...entries] : sortByName(entries)
  const compare = comparisons[sort]
  if (compare) byName.sort(reverse ? (a, b) => compare(b, a) : compare)
  else if (reverse) byName.reverse()
  if (!foldersFirst || !(compare || reverse)) return byName
  const isFolder = ({ kind }: Entry) => kind === 'directory'
  return [...byName.filter(isFolder), ...byName.filter((entry) => !isFolder(entry))]
}

type Compare = (a: Entry, b: Entry) => number

/** All but that of names. */
const comparisons: Readonly<Partial<Record<FolderOrder['sort'], Compare>>> = {
  size: (a, b) => b.size - a.size,
  modified: (a, b) => compareText(b.modifiedAt, a.modifiedAt),
  created: (a, b) => compareText(b.createdAt ?? '', a.createdAt ?? ''),
  type: (a, b) => compareText(typeOf(a), typeOf(b)),
  extension: (a, b) => compareText(a.extension, b.extension),
}

function typeOf({ kind, type }: Entry): string {
  return kind === 'directory' ? '' : type
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Folders and what comes after them are in order already: each folder is put where it belongs among the others. */
function sortByName(entries: readonly Entry[]): Entry[] {
  const begin = entries.findIndex(({ kind }) => kind !== 'directory')
  if (begin <= 0) return [...entries]
  const others = entries.slice(begin)
  // A key takes longer to make than to compare: only those that are looked at are made.
  const keys: Buffer[] = []
  const sorted: Entry[] = []
  let from = 0
  for (const folder of entries.slice(0, begin)) {
    const key = keyOf(folder)
    const at = firstNotBefore(from, others.length, (i) => (keys[i] ??= keyOf(others[i]!)).compare(key) < 0)
    for (; from < at; from++) sorted.push(others[from]!)
    sorted.push(folder)
  }
  for (; from < others.length; from++) sorted.push(others[from]!)
  return sorted
}

/** Binary search. */
function firstNotBefore(from: number, end: number, isBefore: (i: number) => boolean): number {
  let [low, high] = [from, end]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}

function keyOf({ name, nameBase64 }: Entry): Buffer {
  return Buffer.from(sortKey(nameBase64 === undefined ? name : parsePath(`base64:${nameBase64}`), false))
}
