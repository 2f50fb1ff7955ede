import type { Generated } from 'kysely'

/** All known extensions, in lower case without the dot. */
export interface ExtensionTable {
  id: Generated<number>
  ext: string
}

/** One file, folder, symlink or special file. Its path is its folder's path and its name. */
export interface EntryTable {
  id: Generated<number>
  uuid: Uint8Array
  /** The entry's folder; null for the root of a location that is not inside another location. */
  parent_id: number | null
  /** Text, or a blob if the bytes of the name are not valid UTF-8. */
  name: string | Uint8Array
  /** Folders first, then natural order: see `util/sort-key.ts`. Unique within its folder. */
  sort_key: Uint8Array
  /** A number of `entryKindNumbers`. */
  kind: number
  /** A number of `fileTypeNumbers`. */
  type: number
  ext_id: number | null
  size: number
  /** Size on disk, in bytes. */
  allocated: number
  /** Whole milliseconds, rounded down, and the remaining nanoseconds (0–999,999). */
  mtime: number
  mtime_ns: number
  ctime: number
  /** Null if the file system does not store it. */
  birthtime: number | null
  /** An integer if a double holds it exactly, otherwise its 8 bytes, big-endian. */
  inode: number | Uint8Array
  nlink: number
  mode: number
  content_id: number | null
  /** State of the content: 0 pending, 1 identified, 2 failed, 3 skipped because of the location's mode. */
  content_state: Generated<number>
}

/**
 * Columns of directories only; `id` is the entry's id. Counts and sizes cover the whole subtree without the folder
 * itself.
 */
export interface DirectoryTable {
  id: number
  volume_id: number
  /**
   * Relative to the volume's root, with `/` between the names and at the end; empty for the root. A blob, because names
   * are bytes.
   */
  path: Uint8Array
  /** Number of entries directly inside. */
  child_count: Generated<number>
  file_count: Generated<number>
  dir_count: Generated<number>
  symlink_count: Generated<number>
  other_count: Generated<number>
  /** Sum of the sizes of the files below, in bytes. */
  total_size: Generated<number>
  /** Sum over the names and stats of the direct entries (indexing/fingerprint.ts); null until the folder was read. */
  fingerprint: Uint8Array | null
  scanned_at: number | null
  /** Why the last read failed; null if it succeeded. After a failure, the rows are from an earlier read. */
  error: string | null
}
