import { baseOf, displayName, nameKey, parsePath, type RawName } from '../util/file-name.ts'
import { foldName } from '../util/fold.ts'
import type { FolderOrder } from '../entries/index.ts'

/** The target of a seek in a listing: the beginning of a name, or a path. */
export interface SeekInput extends FolderOrder {
  readonly path: string
  readonly all: boolean
  readonly prefix?: string | undefined
  readonly entryPath?: string | undefined
  /** Start index; the search continues from the first row after the last. */
  readonly from: number
}

/** Returns a test for the names that the seek looks for. */
export function isSought({ entryPath, prefix = '' }: SeekInput): (name: RawName) => boolean {
  const begins = foldName(prefix)
  if (entryPath === undefined) return (name) => foldName(displayName(name)).startsWith(begins)
  const key = nameKey(baseOf(parsePath(entryPath)))
  return (name) => nameKey(name) === key
}

/** The first match from an index on; after the end it continues at the beginning. */
export function firstFrom<T>(from: number, all: ArrayLike<T>, isWanted: (item: T) => boolean): number | null {
  for (let i = 0; i < all.length; i++) {
    const at = (i + from) % all.length
    if (isWanted(all[at]!)) return at
  }
  return null
}
