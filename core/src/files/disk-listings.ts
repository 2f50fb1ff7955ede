import { lstat } from 'node:fs/promises'
import type { Entry } from '../domain/index.ts'
import { displayName, fsPath, nameKey, type RawName } from '../util/file-name.ts'
import { untilAborted } from '../util/until-aborted.ts'
import type { FolderOrder } from './order-folder.ts'
import { firstFrom, isSought, type SeekInput } from './seek.ts'
import { type ListInput, sortEntries } from './sort-entries.ts'

interface LookOptions {
  readonly recursive: boolean
  readonly content: boolean
  readonly limit: number
}

/** The entries of a folder in the order of their names, with the rule that keeps an entry out of the index. */
type Look = (dir: RawName, options: LookOptions, signal: AbortSignal) => Promise<{ items: Entry[] }>

/** More entries than one folder sensibly shows at once; a larger one is read in pages of the index. */
export const MAX_LOOKED_AT = 1_000_000
/** Nobody says when a folder that is not indexed changes: what was seen is shown no longer than this. */
const KEEP_MS = 5_000
/** Folders that somebody looks through at the same time, as in columns. */
const MAX_KEPT = 4

interface Seen {
  /** When the folder itself was changed last, as far as it says so. */
  readonly stamp: string
  readonly items: Promise<Entry[]>
  /** By what they are sorted by. */
  readonly sorted: Map<string, Entry[]>
  readonly looking: AbortController
  /** How many wait for it. */
  waiting: number
}

/** Lists folders as the disk has them: the first window as it is now, those that follow it as they were a moment ago. */
export class DiskListings {
  readonly #look: Look
  readonly #seen = new Map<string, Seen>()

  constructor(look: Look) {
    this.#look = look
  }

  async list(dir: RawName, input: ListInput, signal: AbortSignal) {
    const { limit, offset } = input
    const entries = await this.#inOrder(dir, input, { signal, anew: offset === 0 })
    return {
      path: displayName(dir),
      source: 'disk' as const,
      items: entries.slice(offset, offset + limit),
      total: entries.length,
      online: true,
    }
  }

  /** Finds a row of such a listing again. */
  async seek(dir: RawName, input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    const entries = await this.#inOrder(dir, input, { signal, anew: false })
    return { offset: firstFrom(input.from, entries, isSought(input)) }
  }

  async #inOrder(
    dir: RawName,
    { all, foldersFirst, reverse, sort }: FolderOrder & { readonly all: boolean },
    { anew, signal }: { readonly anew: boolean; readonly signal: AbortSignal },
  ): Promise<readonly Entry[]> {
    const stamp = await stampOf(dir)
    const key = nameKey(dir)
    const before = this.#seen.get(key)
    const seen = before && !anew && before.stamp === stamp ? before : this.#lookAt(dir, key, stamp)
    const items = await this.#wait(seen, key, signal)
    const order = JSON.stringify([all, sort, reverse, foldersFirst])
    let sorted = seen.sorted.get(order)
    if (!sorted) {
      const shown = all ? items : items.filter((entry) => entry.hiddenBy === undefined)
      sorted = sortEntries(shown, { foldersFirst, reverse, sort })
      seen.sorted.set(order, sorted)
    }
    return sorted
  }

  /** Who gives up ends the look only if nobody else waits for the same. */
  async #wait(seen: Seen, key: string, signal: AbortSignal): Promise<Entry[]> {
    seen.waiting++
    try {
      return await untilAborted(seen.items, signal)
    } catch (err) {
      if (seen.waiting === 1) {
        this.#forget(key, seen)
        seen.looking.abort()
      }
      throw err
    } finally {
      seen.waiting--
    }
  }

  #forget(key: string, seen: Seen): void {
    if (this.#seen.get(key) === seen) this.#seen.delete(key)
  }

  #lookAt(dir: RawName, key: string, stamp: string): Seen {
    const looking = new AbortController()
    const options = { recursive: false, content: false, limit: MAX_LOOKED_AT }
    // The id of an entry that is not indexed is its own from the moment it is: until then nobody can ask for it by that.
    const items = this.#look(dir, options, looking.signal).then((found) =>
      found.items.map((entry) => ({ ...entry, id: null })),
    )
    const seen: Seen = { stamp, items, sorted: new Map(), looking, waiting: 0 }
    items.then(
      () => void setTimeout(() => this.#forget(key, seen), KEEP_MS).unref(),
      () => this.#forget(key, seen),
    )
    this.#seen.delete(key)
    this.#seen.set(key, seen)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > MAX_KEPT && oldest !== undefined) this.#seen.delete(oldest)
    return seen
  }
}

async function stampOf(dir: RawName): Promise<string> {
  try {
    const { ctimeNs, dev, ino, mtimeNs } = await lstat(fsPath(dir), { bigint: true })
    return [dev, ino, mtimeNs, ctimeNs].join(' ')
  } catch {
    // Looking at it says what is wrong.
    return ''
  }
}
