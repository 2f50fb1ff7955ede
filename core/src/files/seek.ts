import { baseOf, displayName, nameKey, parsePath, type RawName } from '../util/file-name.ts'
import { foldName } from '../util/fold.ts'
import type { SeekInput } from '../sources/index.ts'

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
