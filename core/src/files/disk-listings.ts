import { lstat } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FolderListing, FolderListingOptions, FolderOrder } from '../entries/index.ts'
import { displayName, fsPath, nameKey, type RawName } from '../util/file-name.ts'
import { SharedWork } from '../util/shared-work.ts'
import type { ListInput, SeekInput } from '../sources/index.ts'
import { isSought } from './seek.ts'

/** Reads and orders a folder outside the main thread. */
type ListFolder = (dir: RawName, options: FolderListingOptions, signal: AbortSignal) => Promise<FolderListing>

/** Limit on the entries of one listing, more than users look through. */
const MAX_LOOKED_AT = 1_000_000
/** Names examined before other work gets its turn: a millisecond or two. */
const NAMES_PER_TURN = 2_000
/** A folder that is not indexed reports no changes, so a reading is shown no longer than this. */
const KEEP_MS = 5_000
/** Folders that users look through at the same time, as in columns. */
const MAX_KEPT = 4

interface Seen {
  /** Times of the last change of the folder itself. */
  readonly stamp: string
  readonly listing: SharedWork<FolderListing>
}

/**
 * Lists folders from the disk. Asking for the first window reads the folder; later windows reuse that reading for a
 * few seconds.
 */
export class DiskListings {
  readonly #listFolder: ListFolder
  /** Recent readings, by folder and order. */
  readonly #seen = new Map<string, Seen>()

  constructor(listFolder: ListFolder) {
    this.#listFolder = listFolder
  }

  async list(dir: RawName, input: ListInput, signal: AbortSignal) {
    const { limit, offset } = input
    const listing = await this.#inOrder(dir, input, { signal, anew: offset === 0 })
    return {
      path: displayName(dir),
      source: 'disk' as const,
      items: listing.entries(offset, limit),
      total: listing.length,
      online: true,
    }
  }

  /** Finds a row of this listing. */
  async seek(dir: RawName, input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    const listing = await this.#inOrder(dir, input, { signal, anew: false })
    const isWanted = isSought(input)
    for (let i = 0; i < listing.length; i++) {
      if (i > 0 && i % NAMES_PER_TURN === 0) {
        await nextTurn()
        signal.throwIfAborted()
      }
      const offset = (i + input.from) % listing.length
      if (isWanted(listing.nameAt(offset))) return { offset }
    }
    return { offset: null }
  }

  async #inOrder(
    dir: RawName,
    { all, foldersFirst, reverse, sort }: FolderOrder & { readonly all: boolean },
    { anew, signal }: { readonly anew: boolean; readonly signal: AbortSignal },
  ): Promise<FolderListing> {
    const stamp = await stampOf(dir)
    const key = JSON.stringify([nameKey(dir), all, sort, reverse, foldersFirst])
    const before = this.#seen.get(key)
    const options = { all, order: { foldersFirst, reverse, sort }, limit: MAX_LOOKED_AT }
    const seen = before && !anew && before.stamp === stamp ? before : this.#lookAt(dir, { key, stamp, options })
    return seen.listing.wait(signal)
  }

  #forget(key: string, seen: Seen): void {
    if (this.#seen.get(key) === seen) this.#seen.delete(key)
  }

  #lookAt(dir: RawName, of: { key: string; stamp: string; options: FolderListingOptions }): Seen {
    const { key, options, stamp } = of
    const listing = new SharedWork(
      (left) => this.#listFolder(dir, options, left),
      () => this.#forget(key, seen),
    )
    const seen: Seen = { stamp, listing }
    void listing.over().then(() => void setTimeout(() => this.#forget(key, seen), KEEP_MS).unref())
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
    // Reading the folder will report the error.
    return ''
  }
}
