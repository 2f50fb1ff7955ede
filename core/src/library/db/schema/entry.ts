import type { Generated } from 'kysely'

/** Every extension met, in lower case without its dot. */
export interface ExtensionTable {
  id: Generated<number>
  ext: string
}

/** One file, folder, symlink or special file. Its path is its folder's path and its name. */
export interface EntryTable {
  id: Generated<number>
  uuid: Uint8Array
  /** The folder it is in; null for a location's root that lies in no other location. */
  parent_id: number | null
  /** Text; a blob only where the name's bytes are not valid UTF-8. */
  name: string | Uint8Array
  /** Folders first, then natural order: see `util/sort-key.ts`. Unique within its folder. */
  sort_key: Uint8Array
  /** Index into `entryKinds`. */
  kind: number
  /** Index into `fileTypes`. */
  type: number
  ext_id: number | null
  size: number
  /** Bytes on disk. */
  allocated: number
  /** Whole milliseconds, rounded down, and the nanoseconds that remain (0–999,999). */
  mtime: number
  mtime_ns: number
  ctime: number
  /** Null where the file system does not keep it. */
  birthtime: number | null
  /** An integer where it is exact in a double, else its 8 bytes, big-endian. */
  inode: number | Uint8Array
  nlink: number
  mode: number
  content_id: number | null
  /** How far the content is known: 0 pending, 1 identified, 2 failed, 3 skipped by the mode of the location. */
  content_state: Generated<number>
}

/** What only directories have; `id` is the entry's id. Counts and sizes cover the whole subtree, the folder itself not included. */
export interface DirectoryTable {
  id: number
  volume_id: number
  /** From the volume's root, `/` between and at the end; the root itself is empty. A blob, for names are bytes. */
  path: Uint8Array
  /** Entries directly inside. */
  child_count: Generated<number>
  file_count: Generated<number>
  dir_count: Generated<number>
  symlink_count: Generated<number>
  other_count: Generated<number>
  /** Sum of the sizes of the files below, in bytes. */
  total_size: Generated<number>
  /** Sum over the names and stats directly inside (indexing/fingerprint.ts); null until it has been read. */
  fingerprint: Uint8Array | null
  scanned_at: number | null
  /** Why it could not be read the last time; its rows are then those of the time before. */
  error: string | null
}
