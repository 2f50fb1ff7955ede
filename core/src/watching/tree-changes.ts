import type { RawName } from '../util/file-name.ts'
import type { Dirty } from './burst.ts'
import { nameToKey } from './name-key.ts'
import type { WatchedFolder } from './watched-folder.ts'

/** A folder to watch with everything below it. */
export interface Found {
  readonly parent: WatchedFolder
  readonly name: RawName
  /** The folder could not be watched before, and this was reported. */
  readonly isRetry?: boolean
}

/** The differences found between the watches and the disk. */
export interface Changes {
  readonly found: Found[]
  /**
   * Folders that left their places, by inode. Each stays watched until the search for its new place ends without
   * success.
   */
  readonly gone: Map<number, WatchedFolder>
  /** Those of `gone` in which something else changed too. */
  readonly stirred: Set<WatchedFolder>
}

/** Whether a folder, or one above it, has left its place, so that its path is invalid. */
export function isGone(folder: WatchedFolder, changes: Changes): boolean {
  return goneWith(folder, changes) !== null
}

/** The folder that left its place: this one, or one above it. */
export function goneWith(folder: WatchedFolder, { gone }: Changes): WatchedFolder | null {
  if (gone.size === 0) return null
  for (let at: WatchedFolder | null = folder; at; at = at.parent) if (gone.get(at.inode) === at) return at
  return null
}

/**
 * Adds the gone folders with further changes. A moved folder's own watch reports the move under the folder's name; any
 * other event means a change inside.
 */
export function noteStirred(dirty: ReadonlyMap<WatchedFolder, Dirty>, changes: Changes): void {
  for (const [folder, { names }] of dirty) {
    const top = goneWith(folder, changes)
    const isOwn = folder === top && names?.length === 1 && names[0] === folder.ownName
    if (top && !isOwn) changes.stirred.add(top)
  }
}

/** Whether a folder, or one above it, may have moved, because the folder that contains it reported its name. */
export function movedIn(dirty: ReadonlyMap<WatchedFolder, Dirty>): (folder: WatchedFolder) => boolean {
  const known = new Map<WatchedFolder, ReadonlySet<string> | null>()
  const keysIn = (parent: WatchedFolder): ReadonlySet<string> | null | undefined => {
    const marks = dirty.get(parent)
    if (!marks || known.has(parent)) return known.get(parent)
    const keys = marks.names && new Set(marks.names.map(nameToKey))
    known.set(parent, keys)
    return keys
  }
  return (folder) => {
    for (let at = folder; at.parent; at = at.parent) {
      const keys = keysIn(at.parent)
      if (keys === null || keys?.has(nameToKey(at.name))) return true
    }
    return false
  }
}
