import type { DatabaseSync } from 'node:sqlite'
import { isBelow, pathAfter } from './entry-writer.ts'

/** A folder's row id and its path in the volume. */
export interface Folder {
  readonly id: number
  readonly path: Uint8Array
}

/**
 * What goes when the folder at a path goes: it and the folders below it, the deepest first. The outermost roots of
 * locations among them stay, with all that they hold.
 */
export function readSubtree(
  db: DatabaseSync,
  { volumeId, path }: { volumeId: number; path: Uint8Array },
  isRoot: (id: number) => boolean,
): { going: Folder[]; staying: Folder[] } {
  const all = db
    .prepare('select id, path from directories where volume_id = ? and path >= ? and path < ? order by path desc')
    .all(volumeId, path, pathAfter(path))
    .map(toFolder)
  const roots = all.filter(({ id }) => isRoot(id))
  const staying = roots.filter(
    (root) => !roots.some((other) => other.path.length < root.path.length && isBelow(root.path, other.path)),
  )
  return { going: all.filter((folder) => !staying.some((root) => isBelow(folder.path, root.path))), staying }
}

export function toFolder(row: Record<string, unknown>): Folder {
  return { id: Number(row['id']), path: row['path'] as Uint8Array }
}
