import type { ReadDatabase, ReadStatement } from '../db/sqlite.ts'

/**
 * Counts the copies of each content. Entries with the same inode on one volume are one file: hard links, or a folder
 * that is mounted twice.
 */
export class CopyCounts {
  readonly #copies: Uint32Array
  readonly #sizes: Float64Array
  readonly #place: ReadStatement
  /** For each content, the row id of its first entry. */
  readonly #first: Float64Array
  /** Keys of files that were already counted, for contents with several entries. */
  readonly #counted = new Set<string>()

  constructor(db: ReadDatabase, maxContentRowId: number) {
    this.#copies = new Uint32Array(maxContentRowId + 1)
    this.#sizes = new Float64Array(maxContentRowId + 1)
    this.#first = new Float64Array(maxContentRowId + 1)
    this.#place = db.prepare(
      `select d.volume_id as volume, case when e.inode <> 0 then hex(e.inode) end as inode from entries e join directories d on d.id = e.parent_id where e.id = ?`,
    )
  }

  /** Counts an entry, given by its row id, unless the same file was counted before. */
  add(contentRowId: number, size: number, entryRowId: number): void {
    if (this.#copies[contentRowId] === 0) this.#first[contentRowId] = entryRowId
    else {
      this.#isCounted(contentRowId, this.#first[contentRowId]!)
      if (this.#isCounted(contentRowId, entryRowId)) return
    }
    this.#copies[contentRowId]!++
    this.#sizes[contentRowId] = size
  }

  /** Copies beyond the first of each content. Empty files are left out, because they take no space. */
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

  /** Empty files that have the same content, because nothing is in them; 0 if there is only one. */
  emptyFiles(): number {
    const row = this.#copies.findIndex((copies, i) => copies > 1 && this.#sizes[i] === 0)
    return row === -1 ? 0 : this.#copies[row]!
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
    // If a file system has no inodes, it reports 0 for all files.
    const inode = place?.['inode'] ?? `entry ${entryRowId}`
    const key = `${contentRowId} ${String(place?.['volume'])} ${String(inode)}`
    if (this.#counted.has(key)) return true
    this.#counted.add(key)
    return false
  }
}
