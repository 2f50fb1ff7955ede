import { type Inode, inodeKey } from '../../util/inode.ts'
import { UuidFactory } from '../../util/uuid.ts'

/** The least recently seen are forgotten beyond this many: some 10 MB. */
const MAX_IDS = 100_000
/** Nobody comes back to a folder after this long, in milliseconds. */
const MAX_IDLE_MS = 30 * 60_000

/**
 * The ids of entries that were browsed and are not indexed. They last while somebody looks, and go over to the index
 * when the folder is added to it, so that what was attached to an id stays attached.
 */
export class EphemeralIds {
  readonly #ids = new Map<string, { uuid: Uint8Array; seenAt: number }>()
  readonly #uuids: UuidFactory
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.#uuids = new UuidFactory(now)
  }

  /** The id of a file, made on first sight. */
  of(device: bigint, inode: Inode): Uint8Array {
    const key = `${device}:${inodeKey(inode)}`
    const uuid = this.#ids.get(key)?.uuid ?? this.#uuids.next()
    this.#ids.delete(key)
    this.#ids.set(key, { uuid, seenAt: this.#now() })
    this.#prune()
    return uuid
  }

  /** The id a file has been seen under, given up by this index. */
  take(device: bigint, inode: Inode): Uint8Array | undefined {
    if (this.#ids.size === 0) return undefined
    const key = `${device}:${inodeKey(inode)}`
    const found = this.#ids.get(key)
    if (found) this.#ids.delete(key)
    return found?.uuid
  }

  #prune(): void {
    const oldest = this.#now() - MAX_IDLE_MS
    for (const [key, { seenAt }] of this.#ids) {
      if (this.#ids.size <= MAX_IDS && seenAt >= oldest) return
      this.#ids.delete(key)
    }
  }
}
