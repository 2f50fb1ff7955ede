import type { Entry } from '../domain/index.ts'
import { baseOf, nameKey, parsePath } from '../util/file-name.ts'
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

/** Whether an entry is what is looked for. */
export function isSought({ entryPath, prefix = '' }: SeekInput): (entry: Entry) => boolean {
  const begins = foldName(prefix)
  if (entryPath === undefined) return ({ name }) => foldName(name).startsWith(begins)
  const key = nameKey(baseOf(parsePath(entryPath)))
  return ({ name, nameBase64 }) => nameKey(nameBase64 === undefined ? name : parsePath(`base64:${nameBase64}`)) === key
}

/** The first from a place on, and from the beginning where there is none up to the end. */
export function firstFrom<T>(from: number, all: ArrayLike<T>, isWanted: (item: T) => boolean): number | null {
  for (let i = 0; i < all.length; i++) {
    const at = (i + from) % all.length
    if (isWanted(all[at]!)) return at
  }
  return null
}
