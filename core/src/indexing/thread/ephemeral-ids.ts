import type { Inode } from '../../util/inode.ts'
import { UuidFactory } from '../../util/uuid.ts'
import { objectKey } from './reconcile.ts'

/**
 * The identity of a file on its file system. The time of birth distinguishes files that get the same inode one after
 * another.
 */
export interface FileObject {
  readonly device: bigint
  readonly inode: Inode
  readonly birthtime: number | null
}

/** Limit on remembered ids, some 10 MB. Beyond it, the least recently seen ids are dropped. */
const MAX_IDS = 100_000
/** An id that was not used for this many milliseconds is dropped. */
const MAX_IDLE_MS = 30 * 60_000
/**
 * Ids are dropped in batches: to find its oldest key, a map first skips all deleted slots, which is too slow to do for
 * each id.
 */
const KEPT_BETWEEN_PRUNINGS = 1_000

/**
 * The ids of files that have no row now: files that were browsed but not indexed, and files whose rows were just
 * removed. The id of a browsed file lasts while its folder is in use. If the folder is added to the index, the file
 * keeps the id, and everything attached to it. The id of a removed file returns with the file if a scan finds the file
 * at its new place after it found the old place empty.
 */
export class EphemeralIds {
  readonly #ids = new Map<string, { uuid: Uint8Array; seenAt: number }>()
  readonly #uuids: UuidFactory
  readonly #now: () => number
  #keptSincePruned = 0

  constructor(now: () => number) {
    this.#now = now
    this.#uuids = new UuidFactory(now)
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0
  }

  /** The id of a file. If the file is new, it gets an id. */
  of(file: FileObject): Uint8Array {
    const key = keyOf(file)
    const uuid = this.#ids.get(key)?.uuid ?? this.#uuids.next()
    this.#keep(key, uuid)
    return uuid
  }

  /** Remembers the id of a file. */
  keep(file: FileObject, uuid: Uint8Array): void {
    this.#keep(keyOf(file), uuid)
  }

  /** Returns the id of a file and forgets it here, because the index now keeps it. */
  take(file: FileObject): Uint8Array | undefined {
    const key = keyOf(file)
    const found = this.#ids.get(key)
    if (found) this.#ids.delete(key)
    return found?.uuid
  }

  #keep(key: string, uuid: Uint8Array): void {
    this.#ids.delete(key)
    this.#ids.set(key, { uuid, seenAt: this.#now() })
    if (++this.#keptSincePruned >= KEPT_BETWEEN_PRUNINGS) this.#prune()
  }

  #prune(): void {
    this.#keptSincePruned = 0
    const oldest = this.#now() - MAX_IDLE_MS
    for (const [key, { seenAt }] of this.#ids) {
      if (this.#ids.size <= MAX_IDS && seenAt >= oldest) return
      this.#ids.delete(key)
    }
  }
}

function keyOf({ device, inode, birthtime }: FileObject): string {
  return `${device}:${objectKey(inode, birthtime)}`
}
