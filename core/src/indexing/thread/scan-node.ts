import type { RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import type { WalkTask } from './walk-messages.ts'

/** A folder that is being listed. */
export interface Listing {
  readonly id: number
  readonly dir: RawName
  readonly path: RawName
  readonly depth: number
  /** The inode in the folder's row, and the value of the writer's `structure` when the path and the inode were read. */
  readonly inode: Inode
  readonly structure: number
  /**
   * True if other code changed the folder's rows, or an event named the folder: then the listing may be outdated when
   * it arrives.
   */
  isStale: boolean
}

/** A folder that the walk of a scan lists, or was asked to list. */
export interface Node extends Listing {
  /** Sequence number of the task in the walk. */
  seq: number
  /** The folder in which it was found; null for the folder where the scan begins. */
  readonly above: Node | null
  readonly anchors: readonly string[]
  /** The facts of its row; null if this scan added the row, so that nothing below it has rows. */
  readonly row: RowFacts | null
  /** The times in the folder's row. With `trustTimes`, the folder is read only if the times on the disk differ. */
  readonly mtime: number
  readonly mtimeNs: number
  /** The ctime from the latest listing of its parent; null if only the row is known. */
  readonly ctime: number | null
}

/** The facts about a folder that its row guarantees. */
export interface RowFacts {
  /** In hexadecimal. */
  readonly fingerprint: string | null
  readonly childCount: number
  readonly trustTimes: boolean
  /** Whether its subfolders must be read from the database again instead of taken from the loaded ones. */
  readonly isFresh: boolean
}

/** The sequence number of a node that is not queued yet. */
export const UNSENT = -1

/** For a folder whose row guarantees nothing, so that the folder is read again. */
export const READ_ANEW: RowFacts = { fingerprint: null, childCount: 0, trustTimes: false, isFresh: true }

/** A node that is not queued yet. */
export function newNode(
  { id, inode, mtime, mtimeNs }: Pick<Node, 'id' | 'inode' | 'mtime' | 'mtimeNs'>,
  {
    above,
    anchors,
    ctime,
    dir,
    path,
    row,
    structure,
  }: Omit<Node, 'id' | 'inode' | 'mtime' | 'mtimeNs' | 'depth' | 'isStale' | 'seq'>,
): Node {
  const depth = (above?.depth ?? 0) - 1
  return {
    id,
    dir,
    path,
    depth,
    inode,
    structure,
    isStale: false,
    seq: UNSENT,
    above,
    anchors,
    row,
    mtime,
    mtimeNs,
    ctime,
  }
}

/** The task that asks a walker to list a node. */
export function taskOf({ anchors, ctime, dir, inode, mtime, mtimeNs, row, seq }: Node): WalkTask {
  const { childCount = 0, fingerprint = null, trustTimes = false } = row ?? {}
  const times = fingerprint !== null && trustTimes ? { mtime, mtimeNs } : null
  return { seq, dir, anchors, fingerprint, childCount, times, seen: ctime === null ? null : { inode, ctime } }
}
