import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Reading } from '../library/read-messages.ts'
import { SharedWork } from '../util/shared-work.ts'
import { type FolderOrder, orderFolder } from './order-folder.ts'

/** Put in order on the main thread: a few milliseconds. */
export const SMALL_FOLDER = 2_000
/** Listings that somebody looks through at the same time, in a few windows. */
const MAX_KEPT = 16
/** Row ids in all orders that are kept, 8 bytes each; the last one is kept whatever its size. */
const MAX_KEPT_IDS = 4_000_000

export interface FolderOrdersDeps {
  readonly connection: DatabaseSync
  /** Calls a function in a thread; what is given up before its turn is not read. */
  readonly read: <I, O>(url: URL, reading: Reading<I, O>, input: I, signal: AbortSignal) => Promise<O>
}

/** What a folder holds, at a moment. */
interface Stamp {
  /** Counted by `changed`. */
  readonly changes: number
  /** Of names and stats; null where they are not all known. */
  readonly fingerprint: string | null
  readonly children: number
  readonly folders: number
}

interface Kept {
  stamp: Stamp
  readonly ids: SharedWork<Float64Array>
  size: number
}

/**
 * The orders that large folders are listed in: made once, and kept as long as the folder is the same, so that a window
 * anywhere in it costs no more than its own rows.
 */
export class FolderOrders {
  readonly #deps: FolderOrdersDeps
  readonly #directory: StatementSync
  /** The one that was used last is last. */
  readonly #kept = new Map<string, Kept>()
  #changes = 0

  constructor(deps: FolderOrdersDeps) {
    this.#deps = deps
    this.#directory = deps.connection.prepare(
      `select hex(fingerprint) as fingerprint, child_count as children, dir_count as folders from directories where id = ?`,
    )
  }

  /** Entries have changed somewhere. */
  changed(): void {
    this.#changes++
  }

  /** Row ids of all that a folder holds, in order. */
  async of(directoryId: number, order: FolderOrder, signal: AbortSignal): Promise<Float64Array> {
    const stamp = this.#stamp(directoryId)
    const input = { directoryId, ...order }
    if (stamp.children <= SMALL_FOLDER) return orderFolder(this.#deps.connection, input)
    const key = JSON.stringify(input)
    const kept = this.#kept.get(key)
    this.#kept.delete(key)
    if (kept && isSame(kept.stamp, stamp, order)) {
      kept.stamp = stamp
      this.#kept.set(key, kept)
      return this.#wait(kept, signal)
    }
    const url = new URL('order-folder.ts', import.meta.url)
    const ids = new SharedWork(
      (left) => this.#deps.read(url, orderFolder, input, left),
      () => this.#forget(key, made),
    )
    const made: Kept = { stamp, ids, size: stamp.children }
    this.#kept.set(key, made)
    this.#forgetOldest()
    return this.#wait(made, signal)
  }

  async #wait(kept: Kept, signal: AbortSignal): Promise<Float64Array> {
    const ids = await kept.ids.wait(signal)
    kept.size = ids.length
    return ids
  }

  #forget(key: string, kept: Kept): void {
    if (this.#kept.get(key) === kept) this.#kept.delete(key)
  }

  #stamp(directoryId: number): Stamp {
    const row = this.#directory.get(directoryId)
    return {
      changes: this.#changes,
      fingerprint: row?.['fingerprint'] ? String(row['fingerprint']) : null,
      children: Number(row?.['children'] ?? 0),
      folders: Number(row?.['folders'] ?? 0),
    }
  }

  #forgetOldest(): void {
    let ids = [...this.#kept.values()].reduce((sum, { size }) => sum + size, 0)
    for (const [key, { size }] of this.#kept) {
      if (this.#kept.size <= 1 || (this.#kept.size <= MAX_KEPT && ids <= MAX_KEPT_IDS)) return
      this.#kept.delete(key)
      ids -= size
    }
  }
}

/** Whether an order made at one moment is that of another. */
function isSame(before: Stamp, now: Stamp, { sort }: FolderOrder): boolean {
  if (before.changes === now.changes) return true
  // The fingerprint says nothing of what lies deeper, and not what a file was found to be.
  if (sort === 'type' || (sort === 'size' && now.folders > 0)) return false
  return now.fingerprint !== null && before.fingerprint === now.fingerprint && before.children === now.children
}
