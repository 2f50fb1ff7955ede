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
  const folderFirst = (a: Entry, b: Entry) => Number(b.kind === 'directory') - Number(a.kind === 'directory')
  const compare = comparisons[sort]
  if (compare) byName.sort(reverse ? (a, b) => compare(b, a) : compare)
  else if (reverse) byName.reverse()
  return foldersFirst && (compare || reverse) ? byName.toSorted(folderFirst) : byName
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

function sortByName(entries: readonly Entry[]): Entry[] {
  const keyed = entries.map((entry) => {
    const name = entry.nameBase64 === undefined ? entry.name : parsePath(`base64:${entry.nameBase64}`)
    return { entry, key: Buffer.from(sortKey(name, false)) }
  })
  return keyed.toSorted((a, b) => a.key.compare(b.key)).map(({ entry }) => entry)
}
