import type { RawName } from '../../util/file-name.ts'
import type { Dirty } from './burst.ts'
import type { WatchedFolder } from './watched-folder.ts'

/** A folder to watch with everything below it. */
export interface Found {
  readonly parent: WatchedFolder
  readonly name: RawName
  /** It could not be watched before, and that has been said. */
  readonly isRetry?: boolean
}

/** What a look at the disk has found. */
export interface Changes {
  readonly found: Found[]
  /** Folders that are not where they were, by inode: watched until it is known that they are nowhere else. */
  readonly gone: Map<number, WatchedFolder>
  /** Those of them in which something happened too. */
  readonly stirred: Set<WatchedFolder>
}

/** Whether a folder is out of its place: its path means nothing. */
export function isGone(folder: WatchedFolder, changes: Changes): boolean {
  return goneWith(folder, changes) !== null
}

/** The folder that is out of its place with this one in it, or is this one. */
function goneWith(folder: WatchedFolder, { gone }: Changes): WatchedFolder | null {
  if (gone.size === 0) return null
  for (let at: WatchedFolder | null = folder; at; at = at.parent) if (gone.get(at.inode) === at) return at
  return null
}

/** Of a folder that is moved its own watch tells under its own name; any other event is about what is in it. */
export function noteStirred(dirty: ReadonlyMap<WatchedFolder, Dirty>, changes: Changes): void {
  for (const [folder, { names }] of dirty) {
    const top = goneWith(folder, changes)
    const isOwn = folder === top && names?.length === 1 && names[0] === folder.ownName
    if (top && !isOwn) changes.stirred.add(top)
  }
}
