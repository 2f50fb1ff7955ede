import { baseOf, displayName, nameKey, parsePath, type RawName } from '../util/file-name.ts'
import { foldName } from '../util/fold.ts'
import type { FolderOrder } from './order-folder.ts'

/** What is looked for in a listing: what its name begins with, or where it lies. */
export interface SeekInput extends FolderOrder {
  readonly path: string
  readonly all: boolean
  readonly prefix?: string | undefined
  readonly entryPath?: string | undefined
  /** Where to begin; behind the last row it goes on at the first. */
  readonly from: number
}

/** Whether a name is that of what is looked for. */
export function isSought({ entryPath, prefix = '' }: SeekInput): (name: RawName) => boolean {
  const begins = foldName(prefix)
  if (entryPath === undefined) return (name) => foldName(displayName(name)).startsWith(begins)
  const key = nameKey(baseOf(parsePath(entryPath)))
  return (name) => nameKey(name) === key
}

/** The first from a place on, and from the beginning where there is none up to the end. */
export function firstFrom<T>(from: number, all: ArrayLike<T>, isWanted: (item: T) => boolean): number | null {
  for (let i = 0; i < all.length; i++) {
    const at = (i + from) % all.length
    if (isWanted(all[at]!)) return at
  }
  return null
}
