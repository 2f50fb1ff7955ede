import type { Inode } from '../../util/inode.ts'
import type { MovedEntry } from './former-places.ts'

/** The columns a comparison with the disk needs. */
export interface EntryRow {
  readonly id: number
  readonly parent_id: number | null
  readonly name: string | Uint8Array
  readonly kind: number
  readonly size: number
  readonly allocated: number
  readonly mtime: number
  readonly mtime_ns: number
  readonly ctime: number
  readonly inode: Inode
  readonly nlink: number
  readonly mode: number
  readonly birthtime: number | null
  readonly content_id: number | null
}

/** A removed row, with the facts that identify its file. */
export interface RemovedRow extends Pick<EntryRow, 'id' | 'name' | 'kind' | 'inode' | 'birthtime' | 'nlink'> {
  readonly uuid: Uint8Array
  readonly parentId: number | null
}

/** The rows that a transaction touched, for search, events and caches: row ids, and the removed rows. */
export interface Touched {
  readonly added: number[]
  readonly modified: number[]
  /** Files whose content became known, must be looked at again, or could not be read. */
  readonly identified: number[]
  readonly removed: RemovedRow[]
  /** Entries that the transaction moved to another place; set at the commit. */
  moved: readonly MovedEntry[]
  /** A directory was moved or removed, so cached paths are stale. */
  directories: boolean
  /** Change sets of the transaction: its changes in other tables, and the removed rows. Set at the commit. */
  changesets: readonly Uint8Array[]
  /** Folders whose wrong sums were found and corrected before the commit. A wrong sum is a fault of this program. */
  corrected: number
}

export function nothingTouched(): Touched {
  return {
    added: [],
    modified: [],
    identified: [],
    removed: [],
    moved: [],
    directories: false,
    changesets: [],
    corrected: 0,
  }
}
