import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** How many copies there are of each content. Hard links to one inode on one volume are one copy. */
export class CopyCounts {
  readonly #copies: Uint32Array
  readonly #sizes: Float64Array
  readonly #place: StatementSync
  /** Files with several names that one has been counted of. */
  readonly #linked = new Set<string>()

  constructor(db: DatabaseSync, maxContentRowId: number) {
    this.#copies = new Uint32Array(maxContentRowId + 1)
    this.#sizes = new Float64Array(maxContentRowId + 1)
    this.#place = db.prepare(
      `select d.volume_id as volume, hex(e.inode) as inode from entries e join directories d on d.id = e.parent_id where e.id = ?`,
    )
  }

  /** `linked` is the row id of a file with several names; null where it has one only. */
  add(contentRowId: number, size: number, linked: number | null): void {
    if (linked !== null && this.#isCounted(contentRowId, linked)) return
    this.#copies[contentRowId]!++
    this.#sizes[contentRowId] = size
  }

  /** Copies beyond the first of each content; of empty files nothing could be reclaimed. */
  duplicates(): { groups: number; files: number; reclaimableBytes: number } {
    const found = { groups: 0, files: 0, reclaimableBytes: 0 }
    for (const [i, copies] of this.#copies.entries()) {
      const size = this.#sizes[i]!
      if (copies < 2 || size === 0) continue
      found.groups++
      found.files += copies - 1
      found.reclaimableBytes += (copies - 1) * size
    }
    return found
  }

  unique(): { files: number; bytes: number } {
    const found = { files: 0, bytes: 0 }
    for (const [i, copies] of this.#copies.entries()) {
      if (copies !== 1) continue
      found.files++
      found.bytes += this.#sizes[i]!
    }
    return found
  }

  #isCounted(contentRowId: number, entryRowId: number): boolean {
    const place = this.#place.get(entryRowId)
    const key = `${contentRowId} ${String(place?.['volume'])} ${String(place?.['inode'])}`
    if (this.#linked.has(key)) return true
    this.#linked.add(key)
    return false
  }
}
