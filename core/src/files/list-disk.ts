import type { Entry } from '../domain/index.ts'
import { displayName, type RawName } from '../util/file-name.ts'

export interface ListInput {
  readonly path: string
  readonly all: boolean
  readonly sort: 'name' | 'size' | 'modified'
  readonly reverse: boolean
  readonly limit: number
  readonly offset: number
}

interface LookOptions {
  readonly recursive: boolean
  readonly content: boolean
  readonly limit: number
}

/** The entries of a folder in the order of their names, with the rule that keeps an entry out of the index. */
type Look = (dir: RawName, options: LookOptions, signal: AbortSignal) => Promise<{ items: Entry[] }>

/** More entries than one folder sensibly shows at once; a larger one is read in pages of the index. */
export const MAX_LOOKED_AT = 1_000_000

/** Lists a folder as the disk has it now. */
export async function listDisk(dir: RawName, input: ListInput, look: Look, signal: AbortSignal) {
  const { items } = await look(dir, { recursive: false, content: false, limit: MAX_LOOKED_AT }, signal)
  const shown = input.all ? items : items.filter((entry) => entry.hiddenBy === undefined)
  const sorted = sortEntries(shown, input)
  return {
    path: displayName(dir),
    source: 'disk' as const,
    items: sorted.slice(input.offset, input.offset + input.limit),
    total: sorted.length,
    online: true,
  }
}

function sortEntries(entries: readonly Entry[], { sort, reverse }: Pick<ListInput, 'sort' | 'reverse'>): Entry[] {
  // They come in the order of names; the sort is stable.
  const key = sort === 'size' ? (entry: Entry) => -entry.size : (entry: Entry) => -Date.parse(entry.modifiedAt)
  if (sort === 'name') return reverse ? entries.toReversed() : [...entries]
  const sign = reverse ? -1 : 1
  return entries.toSorted(
    (a, b) => Number(b.kind === 'directory') - Number(a.kind === 'directory') || sign * (key(a) - key(b)),
  )
}
