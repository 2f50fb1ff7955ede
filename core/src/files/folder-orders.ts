import type { ReadDatabase, ReadStatement } from '../db/sqlite.ts'
import type { ChangeFeed, Reading } from '../store/index.ts'
import { SharedWork } from '../util/shared-work.ts'
import { type FolderOrder, orderFolder } from '../entries/index.ts'

/** Folders up to this size are sorted on the main thread, in a few milliseconds. */
export const SMALL_FOLDER = 2_000
/** Number of cached orders: enough for a user with a few windows. */
const MAX_KEPT = 16
/** Limit on row ids in all cached orders, 8 bytes each; the last order is kept even if it is larger. */
const MAX_KEPT_IDS = 4_000_000

export interface FolderOrdersDeps {
  readonly connection: ReadDatabase
  readonly changes: ChangeFeed
  /** Calls a function in a thread; an aborted call is skipped if it has not started. */
  readonly read: <I, O>(url: URL, reading: Reading<I, O>, input: I, signal: AbortSignal) => Promise<O>
}

/** The state of a folder at one time. */
interface Stamp {
  /** Number of commits that changed entries. */
  readonly changes: number
  /** Fingerprint of names and stats; null if they are not all known. */
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
 * The orders of large folders. An order is computed once and cached as long as the folder is the same, so that a window
 * anywhere in it costs only its own rows.
 */
export class FolderOrders implements Disposable {
  readonly #deps: FolderOrdersDeps
  readonly #directory: ReadStatement
  /** Ordered by last use: the most recently used is last. */
  readonly #kept = new Map<string, Kept>()
  readonly #subscription: Disposable
  #changes = 0

  constructor(deps: FolderOrdersDeps) {
    this.#deps = deps
    this.#subscription = deps.changes.subscribe(({ touchesEntries }) => {
      if (touchesEntries) this.#changes++
    })
    this.#directory = deps.connection.prepare(
      `select hex(fingerprint) as fingerprint, child_count as children, dir_count as folders from directories where id = ?`,
    )
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }

  /** Row ids of all entries of a folder, in order. */
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
    const url = new URL('../entries/order-folder.ts', import.meta.url)
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

/** Whether an order of an earlier state is still valid. */
function isSame(before: Stamp, now: Stamp, { sort }: FolderOrder): boolean {
  if (before.changes === now.changes) return true
  // The fingerprint covers neither deeper levels nor the types of files.
  if (sort === 'type' || (sort === 'size' && now.folders > 0)) return false
  return now.fingerprint !== null && before.fingerprint === now.fingerprint && before.children === now.children
}
